"""The dashboard's sections for whom the forecast is made: headline, forecast, what moves it. No number is written here."""

HEADLINE = """\
<section aria-label="Headline">
<dl class="facts">
<div><dt>Anchor</dt>
<dd><strong>{{ forecast.anchor | rate }}</strong><span>last observado known, in force {{ forecast.anchor_date | day }}
{%- if forecast.anchor_age > 0 %}, {{ forecast.anchor_age | business_days }} before the origin
{%- elif forecast.anchor_age < 0 %}, the business day after the origin
{%- else %}, the origin’s own day{% endif %}</span></dd></div>
<div><dt>Regime</dt>
<dd><strong>{{ forecast.regime | words }}</strong><span>confidence {{ forecast.regime_confidence | whole }},
since {{ regime_since | day }}</span></dd></div>
<div><dt>Recent performance</dt>
<dd><strong class="{{ performance.status }}">{{ performance.status | words }}</strong>
<span>matured forecasts against those before them</span></dd></div>
<div><dt>Alerts</dt>
{% if alerts.raised %}
<dd><strong class="{{ alerts.worst }}">{{ alerts.counts[alerts.worst] }} {{ alerts.worst }}</strong>
{% else %}
<dd><strong>none raised</strong>
{% endif %}
<span>
{%- for severity, count in alerts.counts.items() if severity != alerts.worst %}and {{ count }} {{ severity }}, {% endfor %}
{{- "worth a message" if alerts.send.send else "not worth a message" }}
{%- if alerts.newest and not alerts.raised %}; the newest on {{ alerts.newest[0].origin_date | day }}{% endif %}</span>
</dd></div>
<div><dt>Data in use</dt>
<dd><strong>{{ quality.used }} of {{ quality.series }} series</strong><span>
{%- if forecast.missing %}{{ forecast.missing | length }} missing{% else %}none missing{% endif %},
{% if forecast.stale %}{{ forecast.stale | length }} stale{% else %}none stale{% endif %}</span></dd></div>
</dl>
{% if alerts.raised %}
<h3>Alerts raised at this origin</h3>
<ul>
{% for alert in alerts.raised %}
<li><strong class="{{ alert.severity }}">{{ alert.severity }}</strong> {{ alert.type | words }}:
{{ alert.reasons | join("; ") }}</li>
{% endfor %}
</ul>
{% endif %}
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

"""

FORECAST = """\
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

"""

NOWCAST = """\
<section aria-labelledby="nowcast">
<h2 id="nowcast">What moves the forecast</h2>
{% if nowcast %}
<p>The nowcast: how far the coming observado is already from the anchor, by the moves of these series that were known
at the cut-off.
{% if nowcast.published | length == horizons | length %}
It is the published forecast at every horizon.
{% elif nowcast.published %}
It is the published forecast at {{ nowcast.published | join(", ") }}; elsewhere that is another model.
{% else %}
The published forecast is another model at every horizon.
{% endif %}
</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="nowcast"><table class="lines few">
<caption><span>Parts of the move from the anchor, CLP per USD, the largest first.</span></caption>
<thead><tr><th scope="col">Series</th><th scope="col">Last value</th><th scope="col">Business days old</th>
{% for label in nowcast.columns.values() %}
<th scope="col">{{ label }}</th>
{% endfor %}
</tr></thead>
<tbody>
{% for row in nowcast.rows %}
<tr><th scope="row">{{ row.series }}</th><td>{{ row.value | value }}</td><td>{{ row.business_days | count }}</td>
{% for horizon in nowcast.columns %}
<td>{{ row.moves[horizon] | clp }}</td>
{% endfor %}
</tr>
{% endfor %}
{% if nowcast.others %}
<tr><th scope="row">{{ nowcast.others }} others</th><td></td><td></td>
{% for horizon in nowcast.columns %}
<td>{{ nowcast.rest[horizon] | clp }}</td>
{% endfor %}
</tr>
{% endif %}
<tr><th scope="row">All</th><td></td><td></td>
{% for horizon in nowcast.columns %}
<td class="strong">{{ nowcast.moves[horizon] | clp }}</td>
{% endfor %}
</tr>
</tbody>
</table></div>
{% if nowcast.record %}
<p class="small">Share of the move’s variance that the nowcast explained out of sample since
{{ validation.origins_from | day }} (R²):
{% for horizon, entry in nowcast.record.items() %}
{{ horizon }}&nbsp;{{ entry.r2 | share }}{% if entry.r2_se is not none %}&nbsp;±&nbsp;{{ entry.r2_se | share }}{% endif %}
{{- ", " if not loop.last else "." }}
{% endfor %}
</p>
{% else %}
<p>INSUFFICIENT DATA: what the nowcast explains; nothing has matured yet.</p>
{% endif %}
{% else %}
<p>NOT EVALUATED: params.yaml lists no nowcast among the models.</p>
{% endif %}
</section>

"""
