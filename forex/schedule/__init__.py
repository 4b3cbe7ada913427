"""Commands that run by themselves, each once on its days, by Santiago's clock on hosts in any zone.

Cron starts `tick` every five minutes, systemd when something may be due. A tick reads the clock once (`forex.core.clock`), says
which jobs of operations.yaml are due (`due`), runs their commands (`run`) and records how they ended (`record`). Most ticks find
nothing to do: they load neither pydantic nor numpy, but the plan that an earlier one made from operations.yaml (`plan`). `crontab`
and `timers` enter the ticks, `sweep` removes what is old.
"""
