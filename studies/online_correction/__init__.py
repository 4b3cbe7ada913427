"""An online correction of the published intervals, with a guarantee for the long run: what it would buy, and what it costs.

`tracker` is the correction, `trade` measures it on what the pipeline publishes: `make trade` writes
reports/online_correction.md. No rate is worth what it costs, so the pipeline does not correct online.
"""
