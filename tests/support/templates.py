"""The dashboard's templates, as files, and its style as it is shown."""

from forex.core.templates import environment
from forex.regimes.rules.registry import declared
from tests.support.made_up import ROOT

TEMPLATES = ROOT / "forex/report/templates"
STYLE = environment("forex.report").get_template("style.css.j2").render(regime_rules=declared())
