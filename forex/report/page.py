"""The dashboard's page: its text holds no number, for a number written here would be one that nobody computed."""

from forex.report.page_backtest import BENCHMARKS, CALIBRATION, REGIMES
from forex.report.page_forecast import FORECAST, HEADLINE, NOWCAST
from forex.report.page_monitors import ALERTS, DRIFT, EPISODES, LEDGER, QUALITY, RECENT

HEAD = """\
{% macro head_of_rows(horizon, rows, first) %}
{% if first %}
<th scope="rowgroup" rowspan="{{ rows | length }}">{{ horizon }}</th>
{% endif %}
{% endmacro %}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>USD/CLP forecast, {{ forecast.origin_date | day }}</title>
<style>{{ style }}</style>
</head>
<body>
<header>
<h1>USD/CLP forecast of {{ forecast.origin_date | day }}</h1>
<p class="lead">{{ forecast.title }}. Made with what was public on {{ forecast.made_at | instant }}, for as-of date
{{ forecast.as_of | day }}.</p>
</header>
<main>

"""

TAIL = """\
</main>
<footer>
<p>This forecast can be made again from data <code>{{ forecast.inputs.data_sha256 }}</code> and parameters
<code>{{ forecast.inputs.params_sha256 }}</code> (SHA hashes). Beyond what the tables above give evidence for, no
edge over a random walk is claimed.</p>
</footer>
</body>
</html>
"""

# In the order of interest: a treasurer reads the first sections, an analyst the rest.
SECTIONS = (
    HEADLINE,
    FORECAST,
    NOWCAST,
    CALIBRATION,
    BENCHMARKS,
    RECENT,
    EPISODES,
    LEDGER,
    DRIFT,
    ALERTS,
    REGIMES,
    QUALITY,
)
PAGE = "".join((HEAD, *SECTIONS, TAIL))
