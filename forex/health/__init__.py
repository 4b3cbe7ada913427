"""Whether the forecast comes, on time and whole, for whoever watches over it: a person, a monitor.

`checks` looks at the newest forecast, the reports, the suites, the ledger, the outbox and the jobs and gives a `report.Health`;
`metrics` writes it as text that Prometheus reads. The clock is an argument.
"""
