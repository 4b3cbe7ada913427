"""The command line, one file per command: `view` gives the content, `text` says it; `cli` names them all.

`show` answers questions about the last run, `live` fetches and issues, `judge` gives verdicts with exit codes, `keep` looks
after the project. No stage depends on it.
"""
