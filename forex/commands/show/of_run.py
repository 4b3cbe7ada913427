"""Whether what a command shows is of the params and the store that params.yaml has now: one place for all that show a run."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from forex.commands.words import Words
from forex.core.errors import DataError, ParamsError
from forex.core.reports import plain, read_report
from forex.forecast.report import Forecast
from forex.params import load_params
from forex.report.run import FORECAST, other_params

Text = Callable[[Any, Words], str]
KEY = "other_run"


def beside(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a command and, where the last run is not of params.yaml as it is now, why, under KEY."""
    with suppress(
        FileNotFoundError, DataError, ParamsError
    ):  # `forex check` and `forex params check` say what is wrong
        if other := other_params(read_report(FORECAST, Forecast), load_params()):
            return {**content, KEY: plain(other)}
    return dict(content)


def below(text: Text) -> Text:
    """`text`, and below it what `beside` found."""

    def both(content: Any, words: Words) -> str:
        said = text(content, words)
        if KEY not in content:
            return said
        return "\n".join([said, "", *words.wrapped(words.say(content[KEY]))])

    return both
