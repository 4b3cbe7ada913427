"""The dashboard's sections on the backtest: calibration, benchmarks, regimes. No number is written here."""

CALIBRATION = """\
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
{{ head_of_rows(horizon, rows, loop.first) }}
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

"""

BENCHMARKS = """\
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
{{ head_of_rows(horizon, rows, loop.first) }}
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

"""

REGIMES = """\
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
<div class="scroll" tabindex="0" role="region" aria-labelledby="regimes"><table class="lines">
<caption><span>Volatility of each calendar month over its year's, estimated from {{ usual.provenance.first | day }} to
{{ usual.provenance.last | day }}, with intervals that hold for all months at once at {{ months_band | level }}:
{% set differing = months | selectattr("differs") | map(attribute="month") | join(", ") -%}
{{ differing ~ " can be told from the others" if differing else "no month can be told from the others" }}.</span></caption>
<thead><tr>{% for row in months %}<th scope="col">{{ row.month }}</th>{% endfor %}</tr></thead>
<tbody><tr>
{% for row in months %}
<td>{{ row.factor | rate }}{{ " " ~ row.differs if row.differs }}
<span class="small">{{ row.low | rate }} to {{ row.high | rate }}</span></td>
{% endfor %}
</tr></tbody>
</table></div>
{% if width_rows %}
<div class="scroll" tabindex="0" role="region" aria-labelledby="regimes"><table class="lines">
<caption><span>Width of the {{ widening.widening_level | level }} interval over its median at NORMAL origins: median by regime,
and the range that {{ widening.widening_share | level }} of its origins lie in. Last, the factor that was assumed before it was
measured.</span></caption>
<thead><tr><th scope="col">Regime</th>
{% for horizon in width_horizons %}
<th scope="col">{{ horizon }}</th>
{% endfor %}
<th scope="col">Assumed before</th></tr></thead>
<tbody>
{% for row in width_rows %}
<tr><th scope="row">{{ row.regime | words }}</th>
{% for horizon in width_horizons %}
<td>{% if row.by_horizon[horizon] %}{{ row.by_horizon[horizon].median | rate }}
<span class="small">{{ row.by_horizon[horizon].range[0] | rate }} to {{ row.by_horizon[horizon].range[1] | rate }}</span>
{%- else %}{{ absent }}{% endif %}</td>
{% endfor %}
<td>{{ row.assumed[0] | rate }}{% if row.assumed[1] != row.assumed[0] %} to {{ row.assumed[1] | rate }}{% endif %}</td></tr>
{% endfor %}
</tbody>
</table></div>
{% endif %}
</section>

"""
