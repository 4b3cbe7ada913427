"""Whether the forecast comes, on time and whole, for whoever watches over it: a person, a monitor.

`age` checks the newest forecast, `run` the reports and the suites, `kept` the ledger and the outbox, `jobs` the scheduled jobs;
`report` makes a `Health` of what they found, and `metrics` writes it as text that Prometheus reads. The clock is an argument.
"""
