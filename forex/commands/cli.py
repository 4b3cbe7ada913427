"""The commands of `forex`. Results go to stdout, diagnostics to stderr; whatever is slow to import waits for its command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forex import __version__
from forex.commands import completion, place, terminal
from forex.commands.rates import rate
from forex.core.errors import GateFailed, OtherData, UsageError
from forex.importing.days import Order
from forex.importing.numbers import Mark

if TYPE_CHECKING:
    from forex.mail.rules import Kind

app = typer.Typer(
    name="forex",
    help="Calibrated forecasts of the dólar observado (USD/CLP). Run it in the project or a folder of it; `dvc repro` makes what "
    "it shows.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
params_app = typer.Typer(help="Questions about params.yaml.", no_args_is_help=True)
app.add_typer(params_app, name="params")
schedule_app = typer.Typer(help="The commands that run by themselves, from cron or systemd.", no_args_is_help=True)
app.add_typer(schedule_app, name="schedule")
calendar_app = typer.Typer(help="Questions about the calendars in data/calendar.", no_args_is_help=True)
app.add_typer(calendar_app, name="calendar")
report_app = typer.Typer(help="Reports that are written for people.", no_args_is_help=True)
app.add_typer(report_app, name="report")
mail_app = typer.Typer(help="The forecast as e-mail: messages in an outbox, and their delivery.", no_args_is_help=True)
app.add_typer(mail_app, name="mail")

Json = Annotated[bool, typer.Option("--json", help="The same as JSON, for machines.")]
Language = Annotated[
    terminal.Lang | None,
    typer.Option("--lang", help="In Spanish or in English; without it in the language of the locale."),
]
Model = Annotated[str, typer.Argument(metavar="MODEL", autocompletion=completion.models)]
Systemd = Annotated[bool, typer.Option("--systemd", help="Timers of your systemd instead of your crontab.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forex {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="The project's folder, where it is not above.",
            is_eager=True,
            callback=place.enter,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """The options that come before a command; their callbacks do all that there is to do."""


@app.command()
def forecast(
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="What was or would have been said that day.", autocompletion=completion.days),
    ] = None,
    above: Annotated[
        float | None, typer.Option(metavar="CLP", help="Probability that the rate is above this.", parser=rate)
    ] = None,
    below: Annotated[
        float | None, typer.Option(metavar="CLP", help="Probability that the rate is below this.", parser=rate)
    ] = None,
    date: Annotated[str | None, typer.Option(metavar="DATE", help="A settlement day between the horizons.")] = None,
    ladder: Annotated[bool, typer.Option("--ladder", help="Probabilities that it is above round levels.")] = False,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """The forecast as a table: median, intervals and probability of a rise by horizon."""
    place.require()
    from forex.commands.show import forecast, of_run

    content = forecast.view(at=at, above=above, below=below, settlement=date, ladder=ladder)
    terminal.tell(of_run.beside(content), of_run.below(forecast.text), lang, as_json=as_json)


@app.command()
def issue(as_json: Json = False) -> None:
    """Enter the forecast in the ledger, data/ledger/<year>.csv. Exit code 1 if another one was issued for the same origin."""
    place.require()
    from forex.commands.live import issue as issuing

    terminal.show(issuing.view(), issuing.text, as_json=as_json)


@app.command()
def status(lang: Language = None, as_json: Json = False) -> None:
    """As of when, how fresh, which regime, what was set aside, and how the last matured forecasts were covered."""
    place.require()
    from forex.commands.show import status

    terminal.tell(status.view(), status.text, lang, as_json=as_json)


@app.command()
def scoreboard(lang: Language = None, as_json: Json = False) -> None:
    """Measured coverage, and scores against every benchmark with the evidence for a difference."""
    place.require()
    from forex.commands.show import of_run, scoreboard

    terminal.tell(of_run.beside(scoreboard.view()), of_run.below(scoreboard.text), lang, as_json=as_json)


@app.command()
def regime(
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="The regime of that day.", autocompletion=completion.days)
    ] = None,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """The market regime, why it was called signal by signal, and what to do about it."""
    place.require()
    from forex.commands.show import of_run, regime

    terminal.tell(of_run.beside(regime.view(at=at)), of_run.below(regime.text), lang, as_json=as_json)


@app.command()
def calibrate(
    write: Annotated[bool, typer.Option("--write", help="Put the new values into params.yaml.")] = False,
    as_json: Json = False,
) -> None:
    """What is usual for USD/CLP, estimated anew: volatilities, months, thresholds, copper; beside what params.yaml holds."""
    place.require()
    from forex.commands.judge import calibrate

    terminal.show(calibrate.view(write=write), calibrate.text, as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, .csv or .xlsx.", callback=place.from_there)],
    of: Annotated[
        str, typer.Option(metavar="WHAT", help="forecast, backtest, or the id of a series of the store.")
    ] = "forecast",
    locale: Annotated[
        Literal["en", "es-CL"],
        typer.Option(
            help="How numbers and days are written and columns separated; es-CL opens in Excel in Chile. "
            "The forecast as .xlsx then speaks Spanish."
        ),
    ] = "en",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    as_json: Json = False,
) -> None:
    """The forecast, the backtest or a series as a file that a spreadsheet opens."""
    place.require()
    from forex.commands.show import export as exporting

    terminal.show(exporting.view(file, of=of, locale=locale, force=force), exporting.text, as_json=as_json)


@app.command()
def nowcast(
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="What moved the nowcast of that day.", autocompletion=completion.days),
    ] = None,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """What moves the newest nowcast, series by series with its age, and how much the nowcast has explained."""
    place.require()
    from forex.commands.show import nowcast, of_run

    terminal.tell(of_run.beside(nowcast.view(at=at)), of_run.below(nowcast.text), lang, as_json=as_json)


@app.command()
def explain(
    horizon: Annotated[
        str | None, typer.Option(metavar="HORIZON", help="7d, 30d, …; the first beyond 1d else.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="The forecast of that day.", autocompletion=completion.days)
    ] = None,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """Why the forecast is what it is, part by part in pesos, and what changed since the business day before."""
    place.require()
    from forex.commands.show import explain as accounts
    from forex.commands.show import of_run

    content = accounts.view(horizon=horizon, at=at)
    terminal.tell(of_run.beside(content), of_run.below(accounts.text), lang, as_json=as_json)


@app.command()
def gate(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A branch, tag, commit or DVC experiment.")],
    head: Annotated[
        str | None, typer.Argument(metavar="HEAD", help="Another one; the working tree without it.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what did not change, too.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="In words, for a comment on a change.")] = False,
    links: Annotated[
        str, typer.Option(metavar="URL", help="Where --markdown's pictures are: https://github.com/me/forex/blob/main.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Compare the metrics of two revisions by the rules of params.yaml. Exit code 1, with the reasons, if HEAD is worse; 6, and
    nothing is compared, if they were run on different observations.
    """
    place.require()
    from forex.commands.judge import gate

    content = gate.view(base, head)
    if markdown:
        terminal.show(content, lambda found: gate.markdown(found, everything=everything, links=links), as_json=as_json)
    else:
        terminal.show(content, lambda found: gate.text(found, everything=everything), as_json=as_json)
    if content["other_data"]:
        raise typer.Exit(OtherData.exit_code)
    if content["failed"]:
        raise typer.Exit(GateFailed.exit_code)


@app.command(name="check")
def verdict(
    max_age: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="Business days without a newer run that are allowed.")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file of the run first. Exit code 3 if one is not what it was.")
    ] = False,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """For cron and CI, the overall state.

    Exit code 1 if it is FAULT, if alerts call for it, or if the forecast was issued when an outcome was public; 4 if no run has
    finished, if it is too old, or of another day, other params or another store than params.yaml has.
    """
    place.require()
    from forex.commands.judge import check as state

    content = state.view(max_age=max_age, deep=deep)
    terminal.tell(content, state.text, lang, as_json=as_json)
    if content["exit_code"]:
        raise typer.Exit(content["exit_code"])


@app.command(name="health")
def watch(
    prometheus: Annotated[bool, typer.Option("--prometheus", help="As metrics that Prometheus reads.")] = False,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """For monitors: age and validity of the newest forecast, suites, ledger, mail, scheduled jobs. Exit code 1, with what is wrong;
    4 if there is no forecast, or a newer one could have been made.
    """
    if prometheus and as_json:
        raise UsageError("--prometheus and --json are two forms of the same: choose one of them.")
    place.require()
    from forex.commands.live import health
    from forex.core.reports import plain
    from forex.health.metrics import exposition

    found = health.view()
    if prometheus:
        typer.echo(exposition(found), nl=False)
    else:
        terminal.tell(plain(found), health.text, lang, as_json=as_json)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


@app.command()
def alerts(
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The alerts raised from that day on.", autocompletion=completion.days),
    ] = None,
    lang: Language = None,
    as_json: Json = False,
) -> None:
    """Shocks of the market and faults of the forecast, and whether the newest origin is worth a message."""
    place.require()
    from forex.commands.show import alerts, of_run

    terminal.tell(of_run.beside(alerts.view(since=since)), of_run.below(alerts.text), lang, as_json=as_json)


@app.command()
def readiness(model: Model, as_json: Json = False) -> None:
    """Whether MODEL may be published instead of what is. Exit code 0: READY or OPTIMAL; 1: CAUTIOUS or NOT_READY."""
    place.require()
    from forex.commands.judge import readiness

    content = readiness.view(model)
    terminal.show(content, readiness.text, as_json=as_json)
    raise typer.Exit(0 if content["ready"] else 1)


@app.command()
def promote(
    model: Model,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing: say whether the model is promoted, and with which change.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Whatever its readiness; says what is overridden.")] = False,
    as_json: Json = False,
) -> None:
    """Make MODEL the published one, in params.yaml, where it is READY or OPTIMAL. Exit code 1 where it is not."""
    place.require()
    from forex.commands.judge import promote as promotion

    content = promotion.view(model, dry_run=dry_run, force=force)
    diff = terminal.visible_lines(content["diff"])  # the only value of several lines
    terminal.show(content, lambda found: promotion.text({**found, "diff": diff}), as_json=as_json)
    raise typer.Exit(0 if content["allowed"] else 1)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.", callback=place.from_there)],
    as_json: Json = False,
) -> None:
    """Lay a project that works with the installed package: pipeline, params, sample, calendars, workflow. No clone is needed."""
    from forex.commands.keep import init

    terminal.show(init.view(folder), init.text, as_json=as_json)


@app.command(name="doctor")
def mend(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is wrong and mend nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Mend what a killed run can leave behind, and say what it cannot mend: locks, half-written files, dvc.lock, missing outputs,
    packages, fonts, clock. Ledger and stores are never touched.
    """
    place.require()
    from forex.commands.keep import doctor

    terminal.show(doctor.view(dry_run=dry_run), doctor.text, as_json=as_json)


@app.command()
def fetch(as_json: Json = False) -> None:
    """Bring the store of live data up to date, from the network. Progress goes to stderr."""
    place.require()
    from forex.commands.live import fetch

    terminal.show(fetch.view(terminal.progress), fetch.text, as_json=as_json)


@app.command(name="import")
def bring(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Delimited text or .xlsx.", callback=place.from_there)],
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to; else ingest.store, or mydata instead of the sample.",
            callback=place.from_there,
        ),
    ] = None,
    series: Annotated[str | None, typer.Option(metavar="ID", help="What it is about; usdclp is the observado.")] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help="The column with the values.")] = None,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="The sheet of a workbook.")] = None,
    dates: Annotated[Order | None, typer.Option(help="What comes first in 03-04-2024: day, month or year.")] = None,
    decimal: Annotated[Mark | None, typer.Option(help="The decimal mark of 1.234 or 1,234.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Of a new series; percent for rates.")] = None,
    published: Annotated[
        str | None,
        typer.Option(
            metavar="RULE", help='When a new series\' values are public: "0 16:00 Europe/Berlin", on their day.'
        ),
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When all of these values became known, for revisions.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what was understood and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring a spreadsheet or text file into a store: it says how it read the file, and refuses what could mean two things."""
    place.require()
    from forex.commands.live import import_file
    from forex.importing.about import Asked

    at = None if known_at is None else import_file.instant(known_at)
    asked = Asked(series=series, column=column, sheet=sheet, dates=dates, decimal=decimal, known_at=at)
    content = import_file.view(file, asked, store=store, unit=unit, public=published, dry_run=dry_run)
    terminal.tell(content, import_file.text, None, as_json=as_json)


@app.command()
def advance(
    to: Annotated[
        str | None, typer.Option(metavar="DATE", help="Go no further than this day.", autocompletion=completion.days)
    ] = None,
    after_cut_off: Annotated[
        bool, typer.Option("--after-cut-off", help="For schedules: only when today's forecast is due and not made yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One day of live use: fetch, move as_of to the last business day whose cut-off has passed, run, issue, report."""
    place.require()
    from forex.commands.live import advance as day

    terminal.show(day.view(terminal.progress, to=to, after_cut_off=after_cut_off), day.text, as_json=as_json)


@app.command()
def backfill(
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The first day.", autocompletion=completion.days)
    ],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day.", autocompletion=completion.days)],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Where the rows go: a new file, never the ledger.", callback=place.from_there
        ),
    ],
    as_json: Json = False,
) -> None:
    """The rows that daily runs would have issued, in the ledger's format and in a file of your own."""
    place.require()
    from forex.commands.live import backfill as replayed

    terminal.show(replayed.view(first, last, out, progress=terminal.progress), replayed.text, as_json=as_json)


@params_app.command()
def check(as_json: Json = False) -> None:
    """Whether params.yaml and operations.yaml are valid: which key is wrong, what is allowed. Exit code 2 if one is."""
    place.require()
    from forex.commands.keep import params, scheduled

    scheduled.check_commands(params.operations(params.whole()))
    said = "params.yaml, operations.yaml: every key is known and within its range."
    terminal.show({"params": "ok", "operations": "ok"}, lambda _: said, as_json=as_json)


@schedule_app.command()
def install(systemd: Systemd = False, as_json: Json = False) -> None:
    """Have cron, or systemd, run the jobs of operations.yaml. Changes nothing else of your crontab."""
    place.require()
    from forex.commands.live import schedule

    terminal.show(schedule.install(systemd=systemd), schedule.text, as_json=as_json)


@schedule_app.command()
def remove(as_json: Json = False) -> None:
    """Have nothing run by itself any more."""
    place.require()
    from forex.commands.live import schedule

    terminal.show(schedule.remove(), schedule.text, as_json=as_json)


@schedule_app.command()
def show(as_json: Json = False) -> None:
    """What starts the jobs, when each was last done, and when it is next due."""
    place.require()
    from forex.commands.live import schedule

    terminal.show(schedule.show(), schedule.text, as_json=as_json)


@calendar_app.command(name="check")
def check_calendar(as_json: Json = False) -> None:
    """Whether the lists of meetings and interventions reach far enough from as_of; the holidays expected. Exit code 1 if not."""
    place.require()
    from forex.commands.keep import calendar

    content = calendar.view()
    terminal.show(content, calendar.text, as_json=as_json)
    if not content["covered"]:
        raise typer.Exit(1)


@report_app.command()
def weekly(lang: Language = None, as_json: Json = False) -> None:
    """The week's validation report, as page, PDF (with WeasyPrint) and row of reports/weekly/history.csv. Exit code 4 if a run is
    missing.
    """
    place.require()
    from forex.commands.judge import weekly as weekly_report

    terminal.tell(weekly_report.view(), weekly_report.text, lang, as_json=as_json)


@mail_app.command()
def daily(as_json: Json = False) -> None:
    """Put the mail about the newest forecast into the outbox, once per origin."""
    _mail("daily", as_json)


@mail_app.command(name="weekly")
def weekly_mail(as_json: Json = False) -> None:
    """Put the mail about the week into the outbox, once per as_of; with the weekly report's PDF where it was made."""
    _mail("weekly", as_json)


@mail_app.command()
def alert(as_json: Json = False) -> None:
    """Put a mail about alerts into the outbox, once per origin, where they are worth one."""
    _mail("alert", as_json)


@mail_app.command()
def send(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and ask no server.")] = False,
    as_json: Json = False,
) -> None:
    """Deliver what waits in the outbox over SMTP, by FOREX_SMTP_HOST and others. Exit code 7 if anything is not delivered."""
    place.require()
    from forex.commands.deliver import send as sending

    content = sending.view(dry_run=dry_run)
    terminal.show(content, sending.text, as_json=as_json)
    if content["exit_code"]:
        raise typer.Exit(content["exit_code"])


def _mail(kind: "Kind", as_json: bool) -> None:
    place.require()
    from forex.commands.deliver import mail

    terminal.show(mail.view(kind), mail.text, as_json=as_json)
