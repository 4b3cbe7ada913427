"""The forecast as e-mail.

It takes the reports of a run and gives whole messages, which wait in an outbox; and it brings what waits there to a mail server.
What a mail says is decided in `rules` and `contents`, once for text and HTML; `outbox` keeps what is to be sent and what was;
`smtp` is the one module that talks to a mail server.
"""
