"""Whether the metrics of one revision are worse than another's by more than noise.

Two runs on the same data are paired: every forecast is scored on the same outcome, so what differs is no sampling error, and
the rule's own tolerance decides. Where HEAD has m more matured forecasts than BASE's n, its mean moves although nothing is
worse. BASE's forecasts are among HEAD's, hence Var(mean_HEAD − mean_BASE) = Var(mean_BASE) − Var(mean_HEAD) (as in Hausman
1978) = se²·m/(n + m), with BASE's standard error, which allows for overlapping errors. `new_data` times its root is
tolerated on top. So a metric fails where

    worse > tolerance + new_data·se·√(m / (n + m)),

with worse: how much lower or higher it has become, how far from what it was, or how much farther from `near`.
"""

import fnmatch
import math
from collections.abc import Mapping, Sequence
from typing import Any

from forex.core.errors import DataError
from forex.core.names import PUBLISHED
from forex.core.status import NOT_EVALUATED
from forex.params import Gate, Rule

Leaves = Mapping[str, float]
ROUNDING = 1e-7  # relative; committed numbers have 8 significant digits

SAME, BETTER, TOLERATED, NEW_DATA, WORSE, NEW = "same", "better", "tolerated", "new data", "WORSE", "new"


def leaves(content: Any, prefix: str = "") -> dict[str, float]:
    """The numbers of a metrics file by dotted name, as DVC names them; whatever is no number is left out.

    >>> leaves({"validation": {"1d": {"published": {"crps": 2.1, "n": 3501, "note": "text"}}}})
    {'validation.1d.published.crps': 2.1, 'validation.1d.published.n': 3501.0}
    """
    if isinstance(content, Mapping):
        return {name: value for key, part in content.items() for name, value in leaves(part, f"{prefix}{key}.").items()}
    if not isinstance(content, int | float):
        return {}
    try:
        return {prefix.removesuffix("."): float(content)}
    except OverflowError:  # JSON has integers of any size
        return {prefix.removesuffix("."): math.inf}


def compare(base: Leaves, head: Leaves, settings: Gate) -> dict[str, Any]:
    """Every metric that a rule fits, what HEAD lacks, and the reasons to refuse HEAD, in words; none where it may pass.

    base, head: from `leaves`.  Raises DataError where no rule fits any metric that both have: nothing would be compared.
    """
    rules = {name: rule for name in sorted({*base, *head}) if (rule := _rule(name, settings.metrics))}
    both = [name for name in rules if _finite(base, name) and _finite(head, name)]
    if not both:
        raise DataError("no metric of gate.metrics is in both revisions. Commit what `dvc repro` writes, then compare.")
    compared = [_judged(name, rules[name], base, head, settings.new_data) for name in both]
    compared += [
        {"metric": name, "base": None, "head": head[name], "verdict": NEW}
        for name in rules
        if _finite(head, name) and not _finite(base, name)
    ]
    wanted = [name for name in base if name in rules or any(_fits(name, pattern) for pattern in settings.required)]
    gone = _gone([name for name in wanted if name not in head and not _open(name, rules.get(name), base, head)], head)
    broken = sorted(name for name in {*wanted, *rules} if name in head and not _finite(head, name))
    return {
        "compared": sorted(compared, key=lambda entry: str(entry["metric"])),
        "other_changes": sum(head.get(name) != base.get(name) for name in {*base, *head} - {*rules}),
        "idle_rules": [rule.name for rule in settings.metrics if rule not in rules.values()],
        "missing": gone,
        "reasons": [
            *(f"{name}: missing in HEAD" for name in gone),
            *(f"{name}: {head[name]} in HEAD, no finite number" for name in broken),
            *(_reason(entry, rules[entry["metric"]]) for entry in compared if entry["verdict"] == WORSE),
        ],
    }


def _open(name: str, rule: Rule | None, base: Leaves, head: Leaves) -> bool:
    """Whether a verdict may be gone because forecasts that matured in between left it to chance (NOT_EVALUATED)."""
    return rule is not None and rule.same_data and _new_forecasts(name, base, head)[0] != 0


def _judged(name: str, rule: Rule, base: Leaves, head: Leaves, new_data: float) -> dict[str, Any]:
    before, after = base[name], head[name]
    worse = _worsening(rule, before, after)
    worse = 0.0 if abs(worse) <= ROUNDING * max(abs(before), abs(after)) else worse
    se = next((part[f"{name}_se"] for part in (base, head) if _finite(part, f"{name}_se")), None)
    added, grown = _new_forecasts(name, base, head)
    tolerance = _tolerance(rule, before, se)
    moved = new_data * (se or 0.0) * math.sqrt(grown)
    if tolerance is None:
        verdict = NOT_EVALUATED  # no standard error to count in
    elif math.isclose(before, after, rel_tol=ROUNDING):
        verdict = SAME
    elif worse < 0:
        verdict = BETTER
    elif worse <= tolerance + moved:
        verdict = TOLERATED
    else:
        verdict = NEW_DATA if rule.same_data and added else WORSE
    return {
        "metric": name,
        "base": before,
        "head": after,
        "worse": worse,
        "tolerance": tolerance,
        "new_data": moved,
        "new_forecasts": added,
        "standard_error": se,
        "verdict": verdict,
    }


def _worsening(rule: Rule, before: float, after: float) -> float:
    if rule.near is not None:
        return abs(after - rule.near) - abs(before - rule.near)
    return {"lower": after - before, "higher": before - after, "same": abs(after - before)}[str(rule.better)]


def _tolerance(rule: Rule, before: float, se: float | None) -> float | None:
    """None where the rule counts in standard errors and neither revision has the metric's, as with few forecasts."""
    if rule.errors is not None:
        return None if se is None else rule.errors * se
    return rule.relative * abs(before) if rule.relative is not None else float(rule.absolute or 0.0)


def _new_forecasts(name: str, base: Leaves, head: Leaves) -> tuple[int, float]:
    """How many more (or fewer) matured forecasts HEAD scores than BASE, and their share of the larger number."""
    counts = [_count(name, part) for part in (base, head)]
    if not all(counts):
        return 0, 0.0
    return int(counts[1] - counts[0]), 1 - min(counts) / max(counts)


def _count(name: str, part: Leaves) -> float:
    """`n` beside the metric; else that of the same horizon's published forecasts."""
    _, _, rest = name.partition(".")
    beside = f"{name.rpartition('.')[0]}.n"
    return part.get(beside, part.get(f"validation.{rest.partition('.')[0]}.{PUBLISHED}.n", 0.0))


def _gone(missing: Sequence[str], head: Leaves) -> list[str]:
    """Names that HEAD lacks, as their highest node without any leaf left; `*` stands for several horizons.

    >>> _gone(["v.1d.garch_t.crps", "v.1d.garch_t.n", "v.7d.garch_t.n"], {"v.1d.published.n": 1.0, "v.7d.published.n": 1.0})
    ['v.*.garch_t (1d, 7d)']
    """
    nodes = {".".join(parts[:k]) for name in head for parts in [name.split(".")] for k in range(1, len(parts) + 1)}
    highest = set()
    for name in missing:
        parts = name.split(".")
        highest.add(
            next(
                node for k in range(1, len(parts) + 1) if (node := ".".join(parts[:k])) not in nodes or k == len(parts)
            )
        )
    places: dict[tuple[str, str], list[str]] = {}
    for node in sorted(highest):
        report, _, rest = node.partition(".")
        horizon, _, tail = rest.partition(".")
        places.setdefault((report, tail) if tail else (node, ""), []).append(horizon)
    return [
        f"{report}.*.{tail} ({', '.join(found)})"
        if tail and len(found) > 1
        else ".".join(filter(None, (report, *found, tail)))
        if tail
        else report
        for (report, tail), found in sorted(places.items())
    ]


def _reason(entry: Mapping[str, Any], rule: Rule) -> str:
    how = f"farther from {rule.near:g}" if rule.near is not None else {"same": "off"}.get(str(rule.better), "worse")
    said = f"{entry['metric']}: {entry['base']:.6g} in BASE, {entry['head']:.6g} in HEAD"
    if entry["tolerance"] == entry["new_data"] == 0:
        return said
    parts = [f"tolerated {entry['tolerance']:.4g}"]
    if rule.errors is not None:
        parts[0] += f" ({rule.errors:g} standard error{'s' * (rule.errors != 1)} of {entry['standard_error']:.4g})"
    if entry["new_data"]:
        parts.append(f"{entry['new_data']:.4g} for {entry['new_forecasts']:+d} forecasts")
    return f"{said}: {entry['worse']:.4g} {how}; {' and '.join(parts)}"


def _rule(name: str, rules: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in rules if _fits(name, rule.name)), None)


def _fits(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern)


def _finite(part: Leaves, name: str) -> bool:
    return math.isfinite(part.get(name, math.nan))
