"""The pages' templates, as files, and the styles of every page and of the dashboard as they are shown."""

from forex.presentation.language import language
from forex.presentation.pages import environment
from forex.regimes.rules.registry import declared
from tests.support.made_up import ROOT

TEMPLATES = ROOT / "forex/report/templates"
_read = environment("forex.report", language("en")).get_template
SHARED = _read("style.css.j2").render()
STYLE = SHARED + _read("dashboard.css.j2").render(regime_rules=declared())
