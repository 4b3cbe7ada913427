"""The dashboard's templates, as files."""

from tests.support.made_up import ROOT

TEMPLATES = ROOT / "forex/report/templates"
STYLE = (TEMPLATES / "style.css.j2").read_text(encoding="utf-8")
