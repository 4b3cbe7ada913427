"""The rules that the files of this folder declare, in order of precedence."""

from forex.core.declarations import declarations
from forex.core.errors import UsageError
from forex.params import Settings
from forex.regimes.rules.protocol import Declaration, Evidence, State


def declared() -> dict[str, Declaration]:
    """Every rule by the name of its file, in order of precedence; the last that is on is the call.

    Raises UsageError naming two rules of the same precedence.
    """
    found = sorted(
        declarations("forex.regimes.rules", "RULE", Declaration).items(), key=lambda item: item[1].precedence
    )
    for (name, rule), (other, after) in zip(found, found[1:], strict=False):
        if rule.precedence == after.precedence:
            raise UsageError(
                f"forex/regimes/rules: {name} and {other} both have precedence {rule.precedence}; change one"
            )
    return dict(found)


def rules() -> dict[str, Declaration]:
    """Every rule by its regime, in the same order."""
    return {name.upper(): rule for name, rule in declared().items()}


def settings() -> Settings:
    """The settings that each rule may have in the block `regimes`, for `load_params`."""
    return {name: rule.settings for name, rule in declared().items()}


def states(evidence: Evidence) -> dict[str, State]:
    """The state of every regime, in order of precedence.  evidence.params: read with what `settings()` gives."""
    return {name.upper(): rule.state(evidence, *_own(name, rule, evidence)) for name, rule in declared().items()}


def _own(name: str, rule: Declaration, evidence: Evidence) -> tuple[object, ...]:
    return () if rule.settings is None else (evidence.params.own(name, rule.settings),)
