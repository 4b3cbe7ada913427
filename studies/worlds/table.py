"""Where a simulation study writes what it measured: a block of reports/monitors.md between two markers of its name."""

from forex.commands.keep.readme import filled
from forex.core.disk import write_text
from tests.support.made_up import ROOT

MONITORS = ROOT / "reports/monitors.md"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def write_block(name: str, content: str) -> None:
    write_text(MONITORS, filled(MONITORS.read_text(encoding="utf-8"), {name: content}))
