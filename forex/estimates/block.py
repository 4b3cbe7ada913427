"""The block `usdclp` of params.yaml beside new estimates: what changes, and the file with the changes in it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forex.estimates.estimates import MONTHS
from forex.estimates.resamples import Estimate
from forex.params import UsdClp, plain
from forex.params.text import checked

BLOCK = "usdclp"
DIGITS = 4  # significant ones that the file holds: a hundredth of the narrowest interval

# What reads each estimate, by the beginning of its key; the first that fits.
READERS = {
    "volatility.by_horizon": "forecast.json: width of the forecast",
    "volatility.month_": "page; forecast.json, where it differs",
    "volatility": "forecast.json, status: current volatility",
    "thresholds.extreme_move": "validate: warning",
    "thresholds.copper_move": "regimes: COPPER_SHOCK",
    "thresholds.high_ratio": "forecast.json, status: volatility ratio",
    "thresholds": "forecast.json, status: large moves",
    "copper_correlation": "forecast.json, status: correlation break",
    "distribution": "nothing: shown only",
}


def rounded(value: float) -> float:
    """`value` to the digits that the file holds.

    >>> rounded(0.0069053529)
    0.006905
    """
    return float(f"{value:.{DIGITS}g}")


def comparison(block: UsdClp, estimates: Mapping[str, Estimate]) -> list[dict[str, Any]]:
    """One row per estimate: key, old, new (both None where there is none), interval, n, first, last, what reads it, why not."""
    held = flat(plain(block))
    return [
        {
            "key": key,
            "old": held.get(key),
            "new": None if estimate.value is None else rounded(estimate.value),
            "interval": (
                None
                if estimate.low is None or estimate.high is None
                else [rounded(estimate.low), rounded(estimate.high)]
            ),
            "n": estimate.n,
            "first": estimate.first,
            "last": estimate.last,
            "read_by": next(reader for start, reader in READERS.items() if key.startswith(start)),
            "why": estimate.why,
        }
        for key, estimate in estimates.items()
    ]


def flat(block: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves by dotted key; the entries of `month_factors` by the number of their month.

    >>> flat({"a": {"b": 1.0, "month_factors": [0.9, 1.1]}})
    {'a.b': 1.0, 'a.month_factors.1': 0.9, 'a.month_factors.2': 1.1}
    """
    leaves: dict[str, Any] = {}
    for name, value in block.items():
        if name == "month_factors":
            value = {str(month): factor for month, factor in enumerate(value, start=1)}
        leaves |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return leaves


def renewed(text: str, path: Path, estimates: Mapping[str, Estimate], provenance: Mapping[str, Any]) -> str:
    """`text`, a params.yaml, with the estimates and their provenance in its block; every line outside of it as it was.

    What was not evaluated keeps its value. Comments and the order of keys stay.  Raises ParamsError, naming the key, where the
    result would not be valid.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000  # lines are not broken
    content = yaml.load(text)
    _put(content[BLOCK], estimates, provenance)
    dumped = io.StringIO()
    yaml.dump(content, dumped)
    before, _, after = _split(text, content)
    _, block, _ = _split(dumped.getvalue(), yaml.load(dumped.getvalue()))
    result = before + block + after
    checked(result, path, made_by="the estimates")
    return result


def _put(block: Any, estimates: Mapping[str, Estimate], provenance: Mapping[str, Any]) -> None:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    held = block["volatility"]
    months = [estimates[f"volatility.month_factors.{month}"] for month in range(1, MONTHS + 1)]
    for name, part in (("month_factors", "value"), ("month_low", "low"), ("month_high", "high")):
        found = [getattr(month, part) for month in months]
        values = [rounded(value) for value in found if value is not None]
        if len(values) == MONTHS and list(held[name]) != values:
            held[name] = _flow(values)
    for key, estimate in estimates.items():
        *blocks, name = key.split(".")
        if estimate.value is None or blocks[0] == "distribution" or "month_factors" in blocks:
            continue
        inner = block
        for each in blocks:
            inner = inner[each]
        inner[name] = rounded(estimate.value)
    source = block["provenance"]
    for key, value in provenance.items():
        if key == "sha256":
            for name in [name for name in source[key] if name not in value]:
                del source[key][name]
            for name, text in value.items():
                source[key][name] = Quoted(text)
        elif source[key] != value:
            source[key] = Quoted(value) if isinstance(value, str) else value


def _flow(values: list[Any]) -> Any:
    from ruamel.yaml.comments import CommentedSeq

    sequence = CommentedSeq(values)
    sequence.fa.set_flow_style()
    return sequence


def _split(text: str, content: Any) -> tuple[str, str, str]:
    """`text` before the block, the block's own lines, and what comes after: from the next top-level key on."""
    starts = sorted(content.lc.key(key)[0] for key in content)
    start = content.lc.key(BLOCK)[0]
    following = [line for line in starts if line > start]
    lines = text.splitlines(keepends=True)
    end = following[0] if following else len(lines)
    return "".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:])
