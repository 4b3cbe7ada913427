"""What was observed, and from when it was public.

`store` reads a folder of series and `ingest` keeps what was known at an instant; `align` makes the panel, one row per business
day with what its cut-off knew; `moves` and `history` give it to models as arrays.
"""
