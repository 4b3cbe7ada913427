"""The dashboard's sections on the monitors, the ledger and the data. No number is written here."""

RECENT = """\
<section aria-labelledby="recent">
<h2 id="recent">Recent performance: <span class="{{ performance.status }}">{{ performance.status | words }}</span>
</h2>
<p>The newest matured forecasts against those before them: CRPS as a share of the anchor, and errors in widths of the
interval that was given with them. p is one-sided and adjusted over everything that is judged (Holm); Mann–Whitney’s stands
alone, of the ranks of those errors that do not overlap, and decides nothing. A status also weighs
bias, coverage and a sequential alarm on coverage; so little is called worse that a year of daily looks seldom shows a false
alarm.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="recent"><table>
<caption><span>Change against the baseline, positive is worse.</span></caption>
<thead><tr><th scope="col">Horizon</th><th scope="col">Last</th><th scope="col">Targets</th>
<th scope="col">{{ levels | last | level }} interval held</th>
<th scope="col">CRPS</th><th scope="col">p</th><th scope="col">Errors</th><th scope="col">p</th>
<th scope="col">Mann–Whitney p</th>
<th scope="col" class="text">Status</th></tr></thead>
{% for horizon, rows in by_horizon(windows) %}
<tbody>
{% for row in rows %}
<tr>
{{ head_of_rows(horizon, rows, loop.first) }}
<td>{{ row.n }}{% if row.size and row.n < row.size %} of {{ row.size }}{% endif %}</td>
<td>{{ row.first_target | day }}
{%- if row.first_target %} – {{ row.last_target | day }}{% endif %}</td>
<td>{{ row.coverage | share }}</td>
{% for figure in ["crps", "error"] %}
<td>{{ row.changes[figure].change_pct | change if row.changes[figure] else absent }}</td>
<td>{{ row.changes[figure].holm_p | p if row.changes[figure] else absent }}</td>
{% endfor %}
<td>{{ row.rank_p | p if row.rank_p is not none else absent }}</td>
<td class="text status {{ row.status }}">{{ row.status | words }}</td></tr>
{% endfor %}
</tbody>
{% endfor %}
</table></div>
<h3 id="alarm">Sequential alarm on coverage</h3>
<p>Bets against the intervals’ coverage, looked at every day, with no window: the more evidence that they hold less
often than they should, the larger. Raised is where the evidence reaches its threshold.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="alarm"><table class="lines">
<caption><span>The alarm of the published forecast by horizon; beside it, the random walk’s.</span></caption>
<thead><tr><th scope="col">Horizon</th><th scope="col" class="text">Alarm</th>
<th scope="col">Evidence</th><th scope="col">Threshold</th>
<th scope="col">Counts since</th><th scope="col">Alarms so far</th><th scope="col">Last raised</th>
<th scope="col" class="text">Random walk’s</th></tr></thead>
<tbody>
{% for row in alarms %}
<tr><th scope="row">{{ row.horizon }}</th>
<td class="text status {{ row.state }}">{{ row.state | words }}</td>
{% if row.state == "INSUFFICIENT_DATA" %}
{% for _ in ["wealth", "threshold", "since", "alarms", "last"] %}
<td>{{ absent }}</td>
{% endfor %}
{% else %}
<td>{{ row.wealth | evidence }}</td><td>{{ row.threshold | points }}</td><td>{{ row.since | day }}</td>
<td>{{ row.alarms | count }}</td><td>{{ row.last | day }}</td>
{% endif %}
<td class="text">{{ row.beside | words }}</td></tr>
{% endfor %}
</tbody>
</table></div>
</section>

"""

EPISODES = """\
<section aria-labelledby="episodes">
<h2 id="episodes">Did they hold in past storms?</h2>
{% if episodes %}
<p>Forecasts whose target lay in the episode, against those before it. ABSORBED: errors grew and the intervals held.
DEGRADED: they did not hold, or a look on some day of it called the forecast worse. UNAFFECTED: errors grew little.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="episodes"><table>
<caption><span>Change of CRPS as a share of the anchor, positive is worse, and how often the intervals held.</span>
</caption>
<thead><tr><th scope="col">Episode</th><th scope="col">Horizon</th>
<th scope="col" class="text">Verdict</th><th scope="col">Forecasts</th>
<th scope="col">CRPS</th><th scope="col">Random walk’s</th>
{% for level in performance.levels %}
<th scope="col">{{ level | level }} held</th>
{% endfor %}
<th scope="col">First called worse</th></tr></thead>
{% for episode in episodes %}
<tbody>
{% for row in episode.rows %}
{% set never = absent if row.verdict == "INSUFFICIENT_DATA" else "never" %}
<tr>
{% if loop.first %}
<th scope="rowgroup" rowspan="{{ episode.rows | length }}">{{ episode.name | words | capitalize }}
<span class="small">from {{ episode.from | day }}<br>to {{ episode.to | day }}</span></th>
{% endif %}
<td>{{ row.horizon }}</td><td class="text status {{ row.verdict }}">{{ row.verdict | words }}</td>
<td>{{ row.n | count }}</td><td>{{ row.crps_change_pct | change }}</td>
<td>{{ row.beside_change_pct | change }}</td>
{% for share in row.held %}
<td>{{ share | share }}</td>
{% endfor %}
<td>{{ row.first_degraded | day if row.first_degraded else never }}</td></tr>
{% endfor %}
</tbody>
{% endfor %}
</table></div>
{% else %}
<p>NOT EVALUATED: params.yaml names no episode.</p>
{% endif %}
</section>

"""

LEDGER = """\
<section aria-labelledby="ledger">
<h2 id="ledger">What was really issued</h2>
{% if ledger %}
<p>The backtest is made again by every run; the ledger keeps what was said on the day. Last issued origin:
{{ performance.ledger.last_origin | day }}.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="ledger"><table class="lines">
<caption><span>Issued forecasts beside the backtest of the same origins; CRPS and differences in CLP per USD.</span>
</caption>
<thead><tr><th scope="col">Horizon</th><th scope="col" class="text">Status</th>
<th scope="col">Issued</th><th scope="col">Same in the backtest</th>
<th scope="col">Different</th><th scope="col">Not in it</th><th scope="col">Largest difference</th>
<th scope="col">Matured</th><th scope="col">CRPS, issued</th><th scope="col">CRPS, backtest</th>
<th scope="col">{{ performance.levels | last | level }} held, issued</th>
<th scope="col">{{ performance.levels | last | level }} held, backtest</th></tr></thead>
<tbody>
{% for row in ledger %}
<tr><th scope="row">{{ row.horizon }}</th>
<td class="text status {{ row.status }}">{{ row.status | words }}</td>
<td>{{ row.issued | count }}</td><td>{{ row.equal | count }}</td>
<td{% if row.different %} class="DEGRADED"{% endif %}>{{ row.different | count }}</td><td>{{ row.not_in_backtest | count }}</td>
<td>{{ row.largest_difference | rate }}</td><td>{{ row.n | count }}</td>
{% for crps in row.crps %}
<td>{{ crps | rate }}</td>
{% endfor %}
{% for share in row.held %}
<td>{{ share | share }}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table></div>
{% else %}
<p>{{ performance.ledger.status | words }}: no forecast has been issued yet (<code>forex issue</code> enters one).</p>
{% endif %}
</section>

"""

DRIFT = """\
<section aria-labelledby="drift">
<h2 id="drift">Drift of the returns:
{% if drift.target.status == "NOT_EVALUATED" %}
<span class="NOT_EVALUATED">NOT EVALUATED</span></h2>
<p>{{ drift.target.why | capitalize }}.</p>
{% else %}
<span class="{{ drift.target.severity }}">{{ drift.target.severity }}</span></h2>
<p>Whether the newest moves of the observado are spread like those before them, judged against earlier looks. The
score is at its least where nothing is unusual.</p>
<dl class="facts">
<div><dt>Score</dt><dd><strong>{{ drift.target.score | points }}</strong>
<span>p {{ drift.target.p | p }} of all tests together</span></dd></div>
<div><dt>Trend</dt><dd><strong>{{ drift.target.trend }}</strong>
<span>last NONE on {{ drift.target.last_none | day }}</span></dd></div>
<div><dt>Tests that reject</dt><dd><strong>{{ drift.rejecting | length }} of {{ drift.tests | length }}</strong>
<span>at {{ drift.significance | share }}{% if drift.rejecting %}: {{ drift.rejecting | join(", ") }}{% endif %}</span>
</dd></div>
<div><dt>Volatility</dt><dd><strong>{{ drift.target.volatility_ratio | rate }} times</strong>
<span>the last {{ drift.target.recent.n }} moves against the {{ drift.target.baseline.n }} before</span></dd></div>
</dl>
{% if drift.target.requires_action %}
<p><strong class="FAIL">Calls for action:</strong> {{ drift.target.requires_action | join("; ") }}.</p>
{% endif %}
{% endif %}
{% if drift.evaluated %}
<p>{{ drift.drifting | length }} of {{ drift.evaluated }} drivers drift
{%- if drift.drifting %}: {{ drift.drifting | join(", ") }}{% endif %}.</p>
{% elif not drift.not_evaluated %}
<p>NOT EVALUATED: drift of drivers; the store has none.</p>
{% endif %}
{% if drift.not_evaluated %}
<p>Drivers that are NOT EVALUATED:
{% for why, names in drift.not_evaluated.items() %}
{{ names | join(", ") }} ({{ why }}){{ "; " if not loop.last else "." }}
{% endfor %}
</p>
{% endif %}
</section>

"""

ALERTS = """\
<section aria-labelledby="alerts">
<h2 id="alerts">Alerts</h2>
<p>{{ "Worth a message" if alerts.send.send else "No message" }} at the newest origin, {{ alerts.at | day }}:
{{ alerts.send.why | words }}.</p>
{% if alerts.newest %}
<div class="scroll" tabindex="0" role="region" aria-labelledby="alerts"><table class="lines cards" role="table">
<caption><span>The newest alerts. What goes on unchanged is not raised again.</span></caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Origin</th>
<th scope="col" role="columnheader" class="text">Severity</th>
<th scope="col" role="columnheader" class="text">Type</th>
<th scope="col" role="columnheader" class="text">Why</th></tr></thead>
<tbody role="rowgroup">
{% for alert in alerts.newest %}
<tr role="row"><th scope="row" role="rowheader">{{ alert.origin_date | day }}</th>
<td role="cell" class="text status {{ alert.severity }}" data-label="Severity">{{ alert.severity }}</td>
<td role="cell" class="text" data-label="Type">{{ alert.type | words }}</td>
<td role="cell" class="text prose" data-label="Why">{{ alert.reasons | join("; ") }}</td></tr>
{% endfor %}
</tbody>
</table></div>
{% else %}
<p>No alert was ever raised.</p>
{% endif %}
{% if alerts.not_evaluated %}
<h3>NOT EVALUATED</h3>
<ul>
{% for kind, why in alerts.not_evaluated.items() %}
<li>{{ kind | words }}: {{ why }}</li>
{% endfor %}
</ul>
{% endif %}
</section>

"""

QUALITY = """\
<section aria-labelledby="quality">
<h2 id="quality">Data quality</h2>
<p>{{ quality.used }} of {{ quality.series }} series are in use
{%- if quality.left_out %}; left out:{% else %}; none is left out.{% endif %}</p>
{% if quality.left_out %}
<ul>
{% for series, why in quality.left_out %}
<li><strong>{{ series }}</strong>: {{ why }}</li>
{% endfor %}
</ul>
{% endif %}
{% if quality.set_aside %}
<div class="scroll" tabindex="0" role="region" aria-label="Rows set aside"><table class="lines">
<caption><span>Rows set aside, by reason.</span></caption>
<thead><tr><th scope="col">Series</th><th scope="col" class="text">Reason</th><th scope="col">Rows</th>
<th scope="col">Of</th></tr></thead>
<tbody>
{% for series, reason, aside, rows in quality.set_aside %}
<tr><th scope="row">{{ series }}</th><td class="text">{{ reason | words }}</td>
<td>{{ aside | count }}</td><td>{{ rows | count }}</td></tr>
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
{% for series, check in quality.failed %}
<tr><th scope="row">{{ series }}</th><td class="text">{{ check.check | words }}</td>
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

"""
