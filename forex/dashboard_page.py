"""The dashboard's page: its text holds no number, for a number written here would be one that nobody computed."""

PAGE = """\
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

<section aria-label="Headline">
<dl class="facts">
<div><dt>Anchor, the last observado known</dt>
<dd><strong>{{ forecast.anchor | rate }}</strong><span>in force {{ forecast.anchor_date | day }}
{%- if forecast.anchor_age > 0 %}, {{ forecast.anchor_age | business_days }} before the origin
{%- elif forecast.anchor_age < 0 %}, the business day after the origin
{%- else %}, the origin’s own day{% endif %}</span></dd></div>
<div><dt>Regime</dt>
<dd><strong>{{ forecast.regime | words }}</strong><span>confidence {{ forecast.regime_confidence | whole }},
since {{ regime_since | day }}</span></dd></div>
<div><dt>Recent performance</dt>
<dd><strong class="{{ performance.status }}">{{ performance.status | words }}</strong>
<span>matured forecasts against those before them</span></dd></div>
<div><dt>Data</dt>
<dd><strong>{{ quality.used }} of {{ quality.series }} series in use</strong><span>
{%- if forecast.missing %}{{ forecast.missing | length }} missing{% else %}none missing{% endif %},
{% if forecast.stale %}{{ forecast.stale | length }} stale{% else %}none stale{% endif %}</span></dd></div>
</dl>
{% if forecast.missing %}
<h3>Missing</h3>
<ul>
{% for entry in forecast.missing %}
<li>{{ entry.series }} ({{ entry.tier }}): {{ entry.why }}</li>
{% endfor %}
</ul>
{% endif %}
{% if forecast.stale %}
<h3>Stale: without a value of the origin’s own day</h3>
<ul>
{% for entry in forecast.stale %}
<li>{{ entry.series }} ({{ entry.tier }}): last value {{ entry.business_days | business_days }} old</li>
{% endfor %}
</ul>
{% endif %}
{% if forecast.warnings %}
<h3>Warnings</h3>
<ul>
{% for entry in forecast.warnings %}
<li>{{ entry.says }}</li>
{% endfor %}
</ul>
{% endif %}
</section>

<section aria-labelledby="forecast">
<h2 id="forecast">Forecast</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="forecast"><table class="lines cards" role="table">
<caption><span>CLP per USD. An interval’s level is how often it is meant to contain the observado; “held” is how
often the widest one did since {{ validation.origins_from | day }}.</span></caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Horizon</th>
<th scope="col" role="columnheader">Target date</th>
<th scope="col" role="columnheader">Median</th>
{% for level in shown_levels %}
<th scope="col" role="columnheader">{{ level | level }} interval</th>
{% endfor %}
<th scope="col" role="columnheader">Probability of a rise</th>
<th scope="col" role="columnheader">{{ shown_levels | last | level }} held</th>
<th scope="col" role="columnheader" class="text">Model</th></tr></thead>
<tbody role="rowgroup">
{% for horizon, entry in horizons.items() %}
<tr role="row"><th scope="row" role="rowheader">{{ horizon }}</th>
<td role="cell" data-label="Target date">{{ entry.target_date | day }}</td>
<td role="cell" class="strong" data-label="Median">{{ entry.median | rate }}</td>
{% for level in shown_levels %}
{% set ends = entry.intervals["%g" | format(level)] %}
<td role="cell" data-label="{{ level | level }} interval">{{ ends[0] | rate }} – {{ ends[1] | rate }}</td>
{% endfor %}
<td role="cell" data-label="Probability of a rise">{{ entry.probability_of_rise | whole }}</td>
<td role="cell" data-label="{{ shown_levels | last | level }} held">{{ held[horizon] | share }}</td>
<td role="cell" class="text" data-label="Model"><code>{{ entry.model }}</code></td></tr>
{% endfor %}
</tbody>
</table></div>
<figure>
<div class="wide">{{ figures.fan[0] | svg }}</div>
<div class="narrow">{{ figures.fan[1] | svg }}</div>
<figcaption>The observado and its forecast: median (dashed) with intervals of
{% for level in shown_levels %}{{ level | level }}{{ ", " if not loop.last }}{% endfor %}. Dots are the horizons’
target dates.</figcaption>
</figure>
</section>

<section aria-labelledby="calibration">
<h2 id="calibration">Do the intervals hold?</h2>
<p>Every forecast was made with what was known at its origin, from {{ validation.origins_from | day }} on, and
compared with the observado of its target date. Forecasts of longer horizons overlap; the bands allow for that.
{% if coverage %}
{{ verdicts.PASS }} of {{ coverage | length }} coverages lie in the range that is accepted
{%- if verdicts.FAIL %}, {{ verdicts.FAIL }} outside of it{% endif %}
{%- if verdicts.open %}, {{ verdicts.open }} not judged{% endif %}.
{% endif %}
</p>
{% if coverage %}
<div class="panels five">
{% for horizon, chart in figures.reliability.items() %}
<figure><h3>{{ horizon }}</h3>{{ chart | svg }}</figure>
{% endfor %}
</div>
<p class="small">Measured against nominal coverage. Solid: the published forecast with its {{ validation.band | level
}} band;
dotted: the random walk; thin: perfect calibration.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Measured coverage"><table>
<caption><span>Measured coverage with its {{ validation.band | level }} block-bootstrap band, and the range that is
accepted.</span></caption>
<thead><tr><th scope="col">Horizon</th><th scope="col">Level</th><th scope="col">Measured</th>
<th scope="col">Band</th>
<th scope="col">Accepted</th><th scope="col">Forecasts</th><th scope="col">Without overlap</th>
<th scope="col" class="text">Verdict</th></tr></thead>
{% for horizon, rows in by_horizon(coverage) %}
<tbody>
{% for row in rows %}
<tr>
{% if loop.first %}
<th scope="rowgroup" rowspan="{{ rows | length }}">{{ horizon }}</th>
{% endif %}
<td>{{ row.level | level }}</td><td class="strong">{{ row.coverage | share }}</td>
<td>{{ row.low | share }} – {{ row.high | share }}</td><td>{{ row.at_least | share }} – {{ row.at_most | share }}</td>
<td>{{ row.n | count }}</td><td>{{ row.n_independent | count }}</td>
<td class="text status {{ row.verdict }}">{{ row.verdict | words }}</td></tr>
{% endfor %}
</tbody>
{% endfor %}
</table></div>
{% else %}
<p>INSUFFICIENT DATA: nothing has matured yet.</p>
{% endif %}
<h3>Rolling coverage</h3>
{% if figures.rolling %}
<div class="panels three">
{% for horizon, chart in figures.rolling.items() %}
<figure><h3>{{ horizon }}</h3>{{ chart | svg }}</figure>
{% endfor %}
</div>
<p class="small">Share of the trailing window of origins whose observado lay inside the interval; dashed: the nominal
level.
At the longer horizons neighbouring forecasts overlap, and so do their hits and misses.</p>
{% else %}
<p>INSUFFICIENT DATA: fewer matured forecasts than one window.</p>
{% endif %}
</section>

<section aria-labelledby="benchmarks">
<h2 id="benchmarks">Better than the benchmarks?</h2>
{% if scores %}
<p>On the whole distribution (CRPS), the published forecast is better with evidence in
{{ evidence.crps.PUBLISHED_BETTER }} of {{ scores | length }} comparisons, worse in
{{ evidence.crps.PUBLISHED_WORSE }}, and in {{ evidence.crps.NO_EVIDENCE }} there is {{ said.NO_EVIDENCE }}.
On the median alone (squared error): {{ evidence.squared_error.PUBLISHED_BETTER }} better,
{{ evidence.squared_error.PUBLISHED_WORSE }} worse, {{ evidence.squared_error.NO_EVIDENCE }} with
{{ said.NO_EVIDENCE }}.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="benchmarks"><table>
<caption><span>Difference of published to the benchmark, negative is better; p of Diebold and Mariano’s test,
adjusted over horizons (Holm).
CRPS in CLP per USD.</span></caption>
<thead><tr><th scope="col">Horizon</th><th scope="col" class="text">Benchmark</th><th scope="col">CRPS, published</th>
<th scope="col">CRPS, benchmark</th>
<th scope="col">CRPS</th><th scope="col">p</th><th scope="col" class="text">Evidence</th>
<th scope="col">Squared error</th><th scope="col">p</th><th scope="col" class="text">Evidence</th></tr></thead>
{% for horizon, rows in by_horizon(scores) %}
<tbody>
{% for row in rows %}
<tr>
{% if loop.first %}
<th scope="rowgroup" rowspan="{{ rows | length }}">{{ horizon }}</th>
{% endif %}
<td class="text"><code>{{ row.model }}</code></td><td>{{ row.own_crps | rate }}</td><td>{{ row.crps | rate }}</td>
<td>{{ row.crps_difference_pct | change }}</td><td>{{ row.crps_p | p }}</td>
<td class="text prose {{ row.crps_evidence }}">{{ said[row.crps_evidence] }}</td>
<td>{{ row.squared_error_difference_pct | change }}</td><td>{{ row.squared_error_p | p }}</td>
<td class="text prose {{ row.squared_error_evidence }}">{{ said[row.squared_error_evidence] }}</td></tr>
{% endfor %}
</tbody>
{% endfor %}
</table></div>
{% else %}
<p>INSUFFICIENT DATA: nothing has matured that could be compared.</p>
{% endif %}
</section>

<section aria-labelledby="recent">
<h2 id="recent">Recent performance: <span class="{{ performance.status }}">{{ performance.status | words }}</span>
</h2>
<p>The newest matured forecasts against those before them, losses as shares of the anchor; p is one-sided and
adjusted over horizons,
windows and losses (Holm). It holds for one look: a page that is looked at every day shows more false alarms in a
year.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="recent"><table>
<caption><span>Change against the baseline, positive is worse.</span></caption>
<thead><tr><th scope="col">Horizon</th><th scope="col">Last</th><th scope="col">Targets</th>
<th scope="col">{{ levels | last | level }} interval held</th>
<th scope="col">CRPS</th><th scope="col">p</th><th scope="col">Interval score</th><th scope="col">p</th>
<th scope="col" class="text">Status</th></tr></thead>
{% for horizon, rows in by_horizon(windows) %}
<tbody>
{% for row in rows %}
<tr>
{% if loop.first %}
<th scope="rowgroup" rowspan="{{ rows | length }}">{{ horizon }}</th>
{% endif %}
<td>{{ row.n }}{% if row.n < row.size %} of {{ row.size }}{% endif %}</td>
<td>{{ row.first_target | day }} – {{ row.last_target | day }}</td>
<td>{{ row.coverage | share }}</td>
{% for loss in ["crps", "interval"] %}
<td>{{ row.losses[loss].change_pct | change if row.losses[loss] else absent }}</td>
<td>{{ row.losses[loss].holm_p | p if row.losses[loss] else absent }}</td>
{% endfor %}
<td class="text status {{ row.status }}">{{ row.status | words }}</td></tr>
{% endfor %}
</tbody>
{% endfor %}
</table></div>
</section>

<section aria-labelledby="regimes">
<h2 id="regimes">Regimes</h2>
<p>{% for sentence in conditions %}{{ sentence }}{{ " " if not loop.last }}{% endfor %}</p>
<figure>
<ul class="key" aria-hidden="true">
{% for row in regime_rows if row.share %}
<li><i style="background: var(--{{ row.regime | lower }})"></i>{{ row.regime | words }}</li>
{% endfor %}
</ul>
<div class="wide">{{ figures.regimes[0] | svg }}</div>
<div class="narrow">{{ figures.regimes[1] | svg }}</div>
<figcaption>Current volatility over its reference, weekly, and the regime at each origin.</figcaption>
</figure>
<div class="scroll" tabindex="0" role="region" aria-labelledby="regimes"><table class="lines">
<caption><span>Coverage of the {{ levels | last | level }} interval by the regime at the origin, with the number of
forecasts.</span></caption>
<thead><tr><th scope="col">Regime</th><th scope="col">Share of origins</th><th scope="col">Last seen</th>
{% for horizon in regime_horizons %}
<th scope="col">{{ horizon }}</th>
{% endfor %}
</tr></thead>
<tbody>
{% for row in regime_rows %}
<tr><th scope="row">{{ row.regime | words }}</th><td>{{ row.share | share }}</td><td>{{ row.last | day }}</td>
{% for horizon in regime_horizons %}
<td>{% if row.by_horizon[horizon] %}{{ row.by_horizon[horizon].coverage | share }}
<span class="small">of {{ row.by_horizon[horizon].n | count }}</span>
{%- else %}{{ absent }}{% endif %}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table></div>
</section>

<section aria-labelledby="quality">
<h2 id="quality">Data quality</h2>
<p>{{ quality.used }} of {{ quality.series }} series are in use
{%- if quality.left_out %}; left out:{% else %}; none is left out.{% endif %}</p>
{% if quality.left_out %}
<ul>
{% for entry in quality.left_out %}
<li><strong>{{ entry.series }}</strong>: {{ entry.why }}</li>
{% endfor %}
</ul>
{% endif %}
{% if quality.set_aside %}
<div class="scroll" tabindex="0" role="region" aria-label="Rows set aside"><table class="lines">
<caption><span>Rows set aside, by reason.</span></caption>
<thead><tr><th scope="col">Series</th><th scope="col" class="text">Reason</th><th scope="col">Rows</th>
<th scope="col">Of</th></tr></thead>
<tbody>
{% for entry in quality.set_aside %}
<tr><th scope="row">{{ entry.series }}</th><td class="text">{{ entry.reason | words }}</td>
<td>{{ entry.count | count }}</td><td>{{ entry.rows | count }}</td></tr>
{% endfor %}
</tbody>
</table></div>
{% else %}
<p>No row is set aside.</p>
{% endif %}
{% if quality.failed %}
<div class="scroll" tabindex="0" role="region" aria-label="Checks that did not hold"><table class="lines">
<caption><span>Checks that did not hold.</span></caption>
<thead><tr><th scope="col">Series</th><th scope="col" class="text">Check</th>
<th scope="col" class="text">Severity</th><th scope="col" class="text">Observed</th></tr></thead>
<tbody>
{% for check in quality.failed %}
<tr><th scope="row">{{ check.series }}</th><td class="text">{{ check.check | words }}</td>
<td class="text">{{ check.severity }}</td>
<td class="text prose">{{ check.observed if check.failing_rows is none else "%d rows" % check.failing_rows }}</td>
</tr>
{% endfor %}
</tbody>
</table></div>
{% else %}
<p>Every check held.</p>
{% endif %}
</section>
</main>
<footer>
<p>This forecast can be made again from data <code>{{ forecast.inputs.data_sha256 }}</code> and parameters
<code>{{ forecast.inputs.params_sha256 }}</code> (SHA hashes). Beyond what the tables above give evidence for, no
edge over a random walk is claimed.</p>
</footer>
</body>
</html>
"""
