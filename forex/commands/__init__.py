"""The command line, one file per command: `view` gives the content, `text` puts it into words; `cli` declares them all.

`show` answers questions about the last run, `live` fetches and issues, `judge` gives verdicts with exit codes, `deliver` brings the
forecast to people by mail, `keep` looks after the project. No stage depends on any of it.
"""
