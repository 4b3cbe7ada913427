"""Great Expectations at one boundary: expectations go in, canonical outcomes come out.

Whether data keeps its bounds is decided here and nowhere else. The context is ephemeral, analytics are off, and
an outcome holds no run id and no time. An expectation that could not be evaluated is never an outcome: it raises.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from forex.core.status import CheckSeverity
from forex.validation.report import Kwargs, Observed

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition

ROW = "row"  # the column that numbers a frame's rows from 0
SHOWN = 5
# What Great Expectations imports for tests of distributions and their charts, of which none is used: two fifths of its import.
UNUSED = ("scipy.stats", "altair")


@dataclass(frozen=True)
class Check:
    """One expectation to run: `name` is its key in validate.severity, `bound` the key that holds its bound."""

    name: str
    expectation: str  # the class in great_expectations.expectations
    kwargs: Kwargs
    severity: CheckSeverity
    bound: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations found.

    observed: the table's value, or the first different values that failed.  rows: the rows that failed, in order;
    None where the expectation is about the whole column or table.
    """

    check: Check
    expectation: str
    success: bool
    observed: Observed
    rows: tuple[int, ...] | None

    @property
    def critical(self) -> bool:
        """Whether a check of critical severity failed."""
        return not self.success and self.check.severity == "critical"


def run(frame: "pd.DataFrame", checks: Sequence[Check]) -> list[Outcome]:
    """The outcome of each check on `frame`, in the order of `checks`.

    Raises RuntimeError where Great Expectations could not evaluate an expectation, naming it and the reason.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({ROW: [0, 1], "value": [900.0, 9000.0]})
    >>> bound = {"column": "value", "min_value": 300, "max_value": 1500}
    >>> [found] = run(frame, [Check("range", "ExpectColumnValuesToBeBetween", bound, "warning")])
    >>> found.expectation, found.success, found.observed, found.rows
    ('expect_column_values_to_be_between', False, [9000.0], (1,))
    """
    if not checks:
        return []
    batch = _whole_frame().get_batch(batch_parameters={"dataframe": frame})
    from great_expectations import ExpectationSuite, expectations

    suite = ExpectationSuite(
        name="checks",
        expectations=[
            getattr(expectations, check.expectation)(
                **check.kwargs, severity=check.severity, meta={"position": position}
            )
            for position, check in enumerate(checks)
        ],
    )
    result_format = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW] if ROW in frame else []}
    found: dict[int, Any] = {}
    with _configured_once():
        validated = batch.validate(suite, result_format=result_format)
    for result in validated.results:
        assert result.expectation_config is not None
        found[result.expectation_config.meta["position"]] = result
    return [_outcome(check, found[position]) for position, check in enumerate(checks)]


@cache
def _whole_frame() -> "BatchDefinition[Any]":
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the package is imported
    with _found_empty(*UNUSED):
        import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


@contextmanager
def _configured_once() -> Iterator[None]:
    """In this block an expectation makes its configuration once, because nothing changes it here.

    Left to itself it makes it anew each of the hundred times that it is read: a fifth of the time of a validation.
    """
    from great_expectations.expectations import expectation as asked

    kind: Any = asked.Expectation
    usual = kind.configuration
    made: dict[int, tuple[Any, Any]] = {}  # by id, with the expectation, so that no other gets its id

    def once(expectation: Any) -> Any:
        if id(expectation) not in made:
            made[id(expectation)] = expectation, usual.fget(expectation)
        return made[id(expectation)][1]

    kind.configuration = property(once)
    try:
        yield
    finally:
        kind.configuration = usual


@contextmanager
def _found_empty(*names: str) -> Iterator[None]:
    """In this block whoever imports one of these modules finds it empty, unless it was there before; afterwards, the real one."""
    empty = {name: ModuleType(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name in empty:
            del sys.modules[name]


def _outcome(check: Check, result: Any) -> Outcome:
    name = result.expectation_config.type
    _refuse_exception(check, name, result.exception_info)
    found = result.result
    if "unexpected_count" not in found:
        return Outcome(check, name, bool(result.success), _plain(found["observed_value"]), None)
    # unexpected_list ends after 200 values; the index list is complete, and holds the values too.
    failing = sorted(found["unexpected_index_list"], key=lambda entry: int(entry[ROW]))
    assert len(failing) == found["unexpected_count"]
    observed = _distinct(_value(entry) for entry in failing)
    return Outcome(check, name, bool(result.success), observed, tuple(int(entry[ROW]) for entry in failing))


def _value(entry: dict[str, Any]) -> Any:
    values = {column: _plain(value) for column, value in entry.items() if column != ROW}
    return values if len(values) > 1 else next(iter(values.values()))


def _distinct(values: Iterable[Any]) -> list[Any]:
    """The first SHOWN different values."""
    different: list[Any] = []
    for value in values:
        if len(different) == SHOWN:
            break
        if value not in different:
            different.append(value)
    return different


def _plain(value: Any) -> Any:
    """Numbers and text as JSON knows them; dates and instants as text."""
    value = value.item() if hasattr(value, "item") else value
    return value.isoformat() if hasattr(value, "isoformat") else value


def _refuse_exception(check: Check, name: str, info: dict[str, Any]) -> None:
    """`exception_info` is one record, or one for each metric that could not be computed."""
    for record in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if record.get("raised_exception"):
            raise RuntimeError(f"{check.name}: {name} {check.kwargs} was not evaluated: {record['exception_message']}")
