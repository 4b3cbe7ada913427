"""How the dashboard looks: light and dark, on a desk, a phone and paper. Colours: `forex.report.charts.ON_PAGE`."""

from forex.regimes.rules.registry import declared


def _colours(shade: int) -> str:
    """Of the regimes: on light, 0, and on dark, 1."""
    return " ".join(f"--{name}: {rule.colours[shade]};" for name, rule in declared().items())


STYLE = """
:root { color-scheme: light dark;
  --paper: #f4f6f8; --card: #ffffff; --ink: #16202c; --muted: #526070; --grid: #dfe5eb; --accent: #0b5fa5;
  --good: #1d6b3a; --warn: #8a4b00; --bad: #a01818;
  --normal: transparent; LIGHT --unknown:
#aab4bf }
@media (prefers-color-scheme: dark) { :root {
  --paper: #0f141a; --card: #171e26; --ink: #e6ebf1; --muted: #a3b1c0; --grid: #2c3742; --accent: #62b0f5;
  --good: #6fce93; --warn: #f0b463; --bad: #ff9a94;
  DARK --unknown: #566372 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem }
header { padding-top: 1.75rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; letter-spacing: -.01em }
h2 { font-size: 1.15rem; margin: 0 0 .5rem }
h3 { font-size: .95rem; margin: 1.25rem 0 .35rem }
p { margin: .35rem 0 .75rem; max-width: 46rem }
.lead { color: var(--muted); margin-top: .35rem; max-width: none }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: 1.1rem 1.25rem;
  margin: 1rem 0 }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem 1.5rem; margin: 0 }
.facts dt { color: var(--muted); font-size: .8rem }
.facts dd { margin: 0 }
.facts strong { display: block; font-size: 1.35rem; line-height: 1.3; font-variant-numeric: tabular-nums }
.facts span { color: var(--muted); font-size: .85rem; display: block }
.facts + p { margin-top: 1rem }
.scroll { overflow-x: auto; margin-top: 1.1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums }
table.few { max-width: 46rem }
caption { text-align: left; color: var(--muted); font-size: .85rem; padding-bottom: .4rem }
caption span { display: block; max-width: min(46rem, calc(100vw - 3.2rem)); position: sticky; left: 0 }
th, td { padding: .38rem .6rem; text-align: right; white-space: nowrap; vertical-align: top }
thead th { border-bottom: 1px solid var(--grid) }
tbody + tbody, .lines tbody tr + tr { border-top: 1px solid var(--grid) }
th:first-child, td.text, th.text { text-align: left }
thead th { color: var(--muted); font-weight: 600; font-size: .8rem; vertical-align: bottom; white-space: normal }
tbody th { font-weight: 600 }
td.prose { white-space: normal; min-width: 9rem }
.strong { font-weight: 700 }
th .small { display: block; font-weight: 400 }
.small { color: var(--muted); font-size: .8rem }
.status { font-weight: 600; white-space: nowrap }
.PASS, .GOOD, .EXCELLENT, .PUBLISHED_BETTER, .ABSORBED, .UNAFFECTED, .QUIET, .NONE { color: var(--good) }
.FAIL, .CRITICAL, .PUBLISHED_WORSE, .RAISED, .HIGH { color: var(--bad) }
.DEGRADED, .WARNING, .LOW, .MEDIUM, .INSUFFICIENT_DATA, .NOT_EVALUATED { color: var(--warn) }
figure { margin: .5rem 0 0 }
figcaption { color: var(--muted); font-size: .85rem; max-width: 46rem }
svg { display: block; width: 100%; height: auto }
.narrow { display: none }
.panels { display: grid; gap: .75rem 1rem }
.five { grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)) }
.three { grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)) }
.panels h3 { margin: .25rem 0 0 }
.panels svg { max-width: 24rem }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: 0; margin: .25rem 0; list-style: none; font-size:
.85rem }
.key i { display: inline-block; width: .85rem; height: .85rem; margin-right: .4rem; vertical-align: -.1rem;
  border: 1px solid var(--grid); border-radius: 2px }
code { font-size: .85em; overflow-wrap: anywhere }
footer { color: var(--muted); font-size: .85rem; padding-bottom: 2.5rem }
@media (max-width: 40rem) {
  .wide { display: none } .narrow { display: block }
  section { padding: .9rem .85rem; border-radius: 6px }
  header, main, footer { padding-left: .6rem; padding-right: .6rem }
  .facts { grid-template-columns: repeat(2, 1fr); gap: .8rem }
  .five { grid-template-columns: repeat(2, 1fr) }
  th, td { padding: .35rem .45rem }
  .cards, .cards tbody, .cards caption { display: block }
  .cards thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden }
  .cards tr { display: grid; grid-template-columns: 1fr 1fr; gap: .1rem .75rem; padding: .55rem 0 }
  .cards th, .cards td, .cards td.text { display: flex; justify-content: space-between; grid-column: 1 / -1; padding:
0; white-space: normal }
  .cards th { font-size: 1.05rem }
  .cards td::before { content: attr(data-label); color: var(--muted) }
  .cards td.prose::before { content: none }
}
@media print { body { background: none } section { break-inside: avoid; border: 0; padding: 0 } }
""".replace("LIGHT", _colours(0)).replace("DARK", _colours(1))
