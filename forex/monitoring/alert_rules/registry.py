"""The rules that the files of this folder declare, and what they find."""

from dataclasses import dataclass

from forex.core.declarations import declarations
from forex.core.sentence import Sentence
from forex.monitoring.alert_rules.protocol import Declaration, Evaluated, Evidence, Finding
from forex.params import Alerts, Settings


@dataclass(frozen=True)
class Trigger(Finding):
    """A finding of the rule `kind`."""

    kind: str


def declared() -> dict[str, Declaration]:
    """Every rule by the name of its file."""
    return declarations("forex.monitoring.alert_rules", "RULE", Declaration)


def settings() -> Settings:
    """The settings that each rule may have in the block `alerts`, for `load_params`."""
    return {name: rule.settings for name, rule in declared().items()}


def rules() -> dict[str, Declaration]:
    """Every rule by the type of its alerts, in order of name."""
    return {name.upper(): rule for name, rule in declared().items()}


def evaluated(evidence: Evidence, settings: Alerts) -> tuple[list[Trigger], dict[str, Sentence]]:
    """Every trigger, and what is missing for each type that is not evaluated.

    settings: the block `alerts`, read with what `settings()` gives.
    """
    triggers: list[Trigger] = []
    missing: dict[str, Sentence] = {}
    for name, rule in declared().items():
        kind, found = name.upper(), _evaluated(name, rule, evidence, settings)
        triggers += [
            Trigger(finding.row, finding.severity, finding.value, finding.reason, kind) for finding in found.findings
        ]
        if found.missing is not None:
            missing[kind] = found.missing
    return triggers, missing


def _evaluated(name: str, rule: Declaration, evidence: Evidence, settings: Alerts) -> Evaluated:
    own = () if rule.settings is None else (settings.own(name, rule.settings),)
    return rule.evaluate(evidence, *own)
