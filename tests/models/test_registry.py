"""Every model by its name; the challengers are off until params.yaml lists them and says how."""

import re
from pathlib import Path
from typing import Any

import pytest

from forex.commands.keep.params import whole
from forex.core.errors import ParamsError
from forex.models.chronos import Settings as ChronosSettings
from forex.models.premium import Settings as PremiumSettings
from forex.models.registry import build, declared
from forex.models.theta import Settings as ThetaSettings
from tests.support.made_up import ROOT
from tests.support.simulated import committed, fit_params

CHALLENGERS = ("theta", "premium", "chronos")
COMMITTED = (ROOT / "params.yaml").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs/how-to/challenger.md").read_text(encoding="utf-8")


def with_models(tmp_path: Path, *names: str, text: str = COMMITTED) -> Path:
    [listed] = [line for line in text.splitlines() if line.startswith("  models: [")]
    path = tmp_path / "params.yaml"
    path.write_text(text.replace(listed, f"{listed.rstrip(']')}, {', '.join(names)}]"), encoding="utf-8")
    return path


def enabled() -> str:
    """params.yaml with the challengers' blocks, which the how-to shows, in its block `fit`."""
    [blocks] = re.findall(r"```yaml\nfit:\n(.*?)```", HOW_TO, re.DOTALL)
    head, rest = COMMITTED.split("\nfit:\n")
    return f"{head}\nfit:\n{blocks}{rest}"


def test_models_are_built_in_the_order_of_params() -> None:
    others = committed().fit.models
    assert {*others, *CHALLENGERS} == set(declared())
    assert list(build(fit_params(*reversed(others)))) == list(reversed(others))


def test_challengers_have_no_settings_until_someone_enables_them() -> None:
    assert not set(CHALLENGERS) & set(committed().fit.given())


@pytest.mark.parametrize("name", CHALLENGERS)
def test_a_challenger_without_settings_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParamsError, match=rf"fit: models lists {name}, expected its settings: ") as error:
        whole(with_models(tmp_path, name))
    assert len(str(error.value).splitlines()) == 1


def test_the_blocks_that_the_how_to_shows_can_be_switched_on(tmp_path: Path) -> None:
    fit = whole(with_models(tmp_path, *CHALLENGERS, text=enabled())).fit
    assert fit.models[-3:] == CHALLENGERS
    assert fit.own("theta", ThetaSettings).refit_every == 63 and fit.own("chronos", ChronosSettings).steps == 72
    assert fit.own("premium", PremiumSettings).refit_every == 21
    assert list(build(fit.model_copy(update={"models": ("theta",)}))) == ["theta"]


def test_a_model_needs_the_settings_of_the_one_it_changes_and_not_the_model(tmp_path: Path) -> None:
    fit = whole(with_models(tmp_path, "premium", text=enabled())).fit
    alone = fit.model_copy(update={"models": ("premium",)})
    assert list(build(alone)) == ["premium"]
    with pytest.raises(ParamsError, match="models lists premium, expected the settings of nowcast"):
        build(alone.model_copy(update={"nowcast": None}))


@pytest.mark.parametrize(
    ("line", "wrong", "what"),
    [
        ("refit_every: 63", "refit_every: 0", "fit.theta.refit_every = 0: "),
        ("batch: 64", "batch: many", "fit.chronos.batch = 'many': "),
        ("steps: 72", "reach: 72", "fit.chronos.reach is not a key that anything reads"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, line: str, wrong: str, what: str) -> None:
    text = enabled()
    head, block = text.split("  theta:\n")
    with pytest.raises(ParamsError) as error:
        whole(with_models(tmp_path, *CHALLENGERS, text=f"{head}  theta:\n{block.replace(line, wrong, 1)}"))
    complaint: Any = str(error.value)
    assert what in complaint
