"""`forex fetch`: bring the live store up to date, and record the market's quote at the cut-off."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from forex.core import lock
from forex.core.clock import Clock, now
from forex.core.disk import make_folder, write_text
from forex.core.errors import ProviderError, StaleError, UsageError
from forex.core.files import read_text
from forex.observations.store import SERIES_FILE, TARGET, Series, read_series_list
from forex.operations import Fetch, check_bounds, load_operations
from forex.params import Params, load_params
from forex.providers.append import refuse_csv
from forex.providers.asking import Fetched
from forex.providers.fetch import fetch, without_source
from forex.providers.lines import Lines, few
from forex.providers.network.net import Client
from forex.providers.quote.quote import AskingQuote
from forex.providers.services import Services
from forex.timeline import calendar

SAMPLE = Path("data/sample")
TEMPLATE = Path("data/live_series.yaml")


def view(
    progress: Callable[[str], None],
    *,
    clock: Clock = now,
    environ: Mapping[str, str] = os.environ,
    client: Callable[[], Client] | None = None,
    strict: bool = True,
) -> dict[str, Any]:
    """Fetch into `ingest.store` and say what became of each series.

    client: makes the HTTP client; None: it is made with the settings of operations.yaml.

    Raises UsageError where that store is the sample; GateFailed where another fetch holds the lock; StaleError where the observado
    is older than validate.max_age allows and no provider brought it; ProviderError where no provider brought it although the
    stored one is fresh enough: without `strict` that is no error, and `outage`, otherwise None, says why.
    """
    params, operations = load_params(), load_operations()
    check_bounds(operations, params.validate_)
    settings, store = operations.fetch, live_store(params)
    listed = read_series_list(store, params.ingest.limits)
    make_folder(store / "fetches")
    with (
        lock.held(store / "fetches" / "lock", timeout=settings.lock_timeout),
        client() if client else Client(settings.network) as http,
    ):
        for name in listed:
            if name in settings.series:
                refuse_csv(store, name)  # before anything is changed
        services, lines = Services(settings, environ, http), Lines()
        quote, came = _quote(store, listed, params, settings, services, clock), False
        if quote:
            # Asked for first, because the other series can be had later, too; stored last, beside the observado that they bring.
            came = quote.ask()
            if not came:
                progress(lines.of(quote.result))
        found = fetch(
            store,
            listed,
            params.validate_.bounds,
            settings,
            services,
            clock=clock,
            progress=lambda result: progress(lines.of(result)),
        )
        if quote:
            if came:
                quote.store()
                progress(lines.of(quote.result))
            found.append(quote.result)
        for name in without_source(listed, settings):
            progress(f"{name:<14} no provider serves it (fetch.series): its file stays as it is")
        if http.offline:
            progress("No service could be reached: this machine seems to have no network.")
    outage = _outage(found, params)
    if outage and strict:
        raise ProviderError(
            f"{TARGET}: no provider brought it ({_said(found)}). Everything else is stored; try again later, or add a provider to "
            f"fetch.series.{TARGET}."
        )
    return {
        "store": str(store),
        "fetched_at": f"{clock():%Y-%m-%dT%H:%M:%SZ}",
        "series": [_plain(result) | {"tier": listed[result.series].tier} for result in found],
        "outage": outage,
    }


def text(content: Mapping[str, Any]) -> str:
    """How many values the store got and when, and which series are not up to date."""
    added = sum(entry["added"] for entry in content["series"])
    revised = sum(entry["revised"] for entry in content["series"])
    late = [f"{entry['series']} ({entry['tier']})" for entry in content["series"] if not entry["current"]]
    lines = [f"{content['store']}: {added} new values, {revised} revised, fetched at {content['fetched_at']}"]
    if late:
        lines.append(f"not up to date: {', '.join(late)}")
    return "\n".join(lines)


def live_store(params: Params) -> Path:
    """The folder that `ingest.store` names; where it has no series.yaml, it is given one to begin with.

    Raises UsageError where it is the sample.
    """
    store = Path(params.ingest.store)
    if store.resolve() == SAMPLE.resolve():
        raise UsageError(
            f"ingest.store is {SAMPLE}, which never changes. Set ingest.store in params.yaml to data/store, or a folder of yours."
        )
    if not (store / SERIES_FILE).exists():
        write_text(store / SERIES_FILE, read_text(TEMPLATE))
    return store


def _quote(
    store: Path, listed: Mapping[str, Series], params: Params, settings: Fetch, services: Services, clock: Clock
) -> AskingQuote | None:
    name = settings.quote.series
    if name not in listed:
        return None
    bounds = params.validate_.bounds[name]
    return AskingQuote(store, listed[name], bounds, settings, services, cut_off=params.cut_off, clock=clock)


def _outage(found: Sequence[Fetched], params: Params) -> str | None:
    """Why no provider brought the observado, where none did.  Raises StaleError where the stored one is too old."""
    target = next(result for result in found if result.series == TARGET)
    if target.source is not None or target.current:
        return None
    why = "; ".join(target.failures + few(target.refused))
    age = int(calendar.steps_between(str(target.newest), str(target.expected))) if target.newest else None
    bound = params.validate_.max_age.critical
    if age is None or age > bound:
        has = (
            "the store has no value, and no provider brought one"
            if target.newest is None
            else f"the newest value is of {target.newest}, {bound} business days are allowed (validate.max_age.critical), and no "
            "provider brought a newer one"
        )
        raise StaleError(f"{TARGET}: {has} ({_said(found)}). Try again later; nothing was changed.")
    return why


def _said(found: Sequence[Fetched]) -> str:
    """Why, in few words: what each provider failed with stands in the observado's line already."""
    target = next(result for result in found if result.series == TARGET)
    failed = len(target.failures)
    return "; ".join([f"{failed} failed, as said above"] * bool(failed) + few(target.refused)) or "none was asked"


def _plain(result: Fetched) -> dict[str, Any]:
    return {
        "series": result.series,
        "added": result.added,
        "revised": result.revised,
        "newest": str(result.newest) if result.newest else None,
        "expected": str(result.expected) if result.expected else None,
        "current": result.current,
        "source": result.source,
        "failures": result.failures,
        "refused": result.refused,
        "disagreements": result.disagreements,
    }
