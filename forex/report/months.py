"""The dashboard's rows on calendar months: what the block `usdclp` holds of their volatility, with its uncertainty."""

from typing import Any

from forex.params import UsdClp
from forex.report.filters import MONTHS


def month_rows(usual: UsdClp) -> list[dict[str, Any]]:
    """By month: its volatility over its year's, the interval around it, and whether it differs (None, "high" or "low")."""
    volatility = usual.volatility
    values = zip(MONTHS, volatility.month_factors, volatility.month_low, volatility.month_high, strict=True)
    return [
        {"month": name, "factor": factor, "low": low, "high": high, "differs": _differs(number, factor, usual)}
        for number, (name, factor, low, high) in enumerate(values, start=1)
    ]


def _differs(month: int, factor: float, usual: UsdClp) -> str | None:
    if month not in usual.volatility.differing_months:
        return None
    return "high" if factor > 1 else "low"
