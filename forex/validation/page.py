"""What the checks found: as reports/expectations.json says it, and as a self-contained page shows it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from forex.validation.expectations import Outcome
from forex.validation.report import CheckResult, Expectations, InputWarning, SeriesResult
from forex.validation.validate import LEFT_OUT, STOPS_THE_RUN, Checked

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Expectations, as of {{ report.as_of }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1c2430; background: #fff }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #d9dee5; vertical-align: top }
.failed { color: #a01818; font-weight: 600 }
.scroll { overflow-x: auto }
summary { cursor: pointer; padding: .2rem 0 }
code { font-size: .9em }
</style>
</head>
<body>
<h1>Expectations, as of {{ report.as_of }}</h1>
{% if report.success %}
<p>Every series that a forecast needs is in use.</p>
{% else %}
<p class="failed">A critical expectation failed: the run stopped.</p>
{% endif %}
{% for warning in report.warnings %}
<p class="failed">{{ warning.says }}</p>
{% endfor %}
{% for name, series in report.series | dictsort %}
{% set failed = series.fate != "used" %}
<details{{ " open" if failed or series.set_aside }}>
<summary><strong>{{ name }}</strong>: <span{% if failed %} class="failed"{% endif %}>
{{- series.fate | replace("_", " ") }}</span>
{%- if series.checks %}, {{ series.usable }} of {{ series.rows }} rows usable{% endif %}
{%- for reason, count in series.set_aside | dictsort %}, {{ count }} {{ reason }}{% endfor %}
</summary>
{% if series.why %}
<p class="failed">{{ series.why }}</p>
{% endif %}
{% if series.checks %}
<div class="scroll"><table>
<tr>
{% for title in ["check", "expectation", "severity", "result", "observed", "first failing rows"] %}
<th scope="col">{{ title }}</th>
{% endfor %}
</tr>
{% for check in series.checks %}
<tr>
<td>{{ check.check }}</td>
<td><code>{{ check.expectation }}</code>
{%- for key, value in check.kwargs | dictsort %} {{ key }} {{ value }}{{ "," if not loop.last }}{% endfor %}
{% if check.bound %}<br>bound: <code>{{ check.bound }}</code>{% endif %}</td>
<td>{{ check.severity }}</td>
<td{% if not check.success %} class="failed"{% endif %}>{{ "passed" if check.success else "failed" }}</td>
<td>{{ check.observed if check.failing_rows is none else "%d rows" % check.failing_rows }}</td>
<td>
{%- for row in check.first_failing %}line {{ row.line }}: {{ row.date }}, {{ row.value }}{{ "; " if not loop.last }}
{%- endfor %}</td>
</tr>
{% endfor %}
</table></div>
{% endif %}
</details>
{% endfor %}
</body>
</html>
"""


def page(report: Expectations) -> str:
    """The HTML page of a report made by `summary`."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    return environment.from_string(PAGE).render(report=report)


def summary(
    checked: Mapping[str, Checked],
    left_out: Mapping[str, str],
    as_of: str,
    *,
    warnings: Sequence[InputWarning] = (),
) -> Expectations:
    """The fate of each series and the outcome of each check; `left_out`: why ingest left a series out before any.

    warnings: from `forex.validation.warnings.input_warnings`.
    """
    series = {name: _series(one) for name, one in checked.items()}
    absent = {
        name: SeriesResult(fate=LEFT_OUT, why=why, rows=0, usable=0, set_aside={}, checks=())
        for name, why in left_out.items()
    }
    return Expectations(
        as_of=dt.date.fromisoformat(as_of),
        success=all(one.fate != STOPS_THE_RUN for one in checked.values()),
        series=series | absent,
        warnings=tuple(warnings),
    )


def _series(one: Checked) -> SeriesResult:
    return SeriesResult(
        fate=one.fate,
        why=one.why,
        rows=one.rows.height,
        usable=one.usable.height,
        set_aside=dict(one.quarantine["reason"].value_counts().iter_rows()),
        checks=tuple(_check(one, outcome) for outcome in one.outcomes),
    )


def _check(one: Checked, outcome: Outcome) -> CheckResult:
    return CheckResult(
        check=outcome.check.name,
        expectation=outcome.expectation,
        kwargs=outcome.check.kwargs,
        bound=outcome.check.bound,
        severity=outcome.check.severity,
        success=outcome.success,
        observed=outcome.observed,
        failing_rows=None if outcome.rows is None else len(outcome.rows),
        first_failing=tuple(one.first_failing(outcome)),
    )
