"""The forecast as e-mail.

It turns the reports of a run into complete messages, which wait in an outbox, and delivers what waits there to a mail server.
What a mail says is decided in `rules` and `contents`, once for text and HTML; `outbox` keeps what is to be sent and what has been;
`smtp` is the one module that talks to a mail server.
"""
