"""Every key of params.yaml does something: each leaf, changed alone, changes what a stage that declares it makes.

On a stretch of the sample through all ten stages; `validate` has a store and a file of its own, test_params_effect_validate.py,
and `fetch` a server, test_fetch_params.py.
Keys that only a command reads change what it says.
Where an output only repeats a setting, that does not count.
"""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from challengers import FORESEES, STEPS
from challengers import calibrated as calibrated_challengers
from changed_params import COMMITTED, LEAVES, STAGES, Content, Folder, changed, run
from committed_runs import git
from conftest import ROOT, MadeUpStore

from forex import calendar, gate_view, issue, online_trade, usdclp_view
from forex.challenge import compared
from forex.errors import GateFailed
from forex.files import read_parquet
from forex.ledger import LEDGER, LOCK
from forex.lock import held
from forex.names import PUBLISHED
from forex.params import load_params
from forex.readiness import criteria, level
from forex.usdclp_warnings import provenance

READINESS = [key for key in LEAVES if key.startswith("readiness.")]
GATE = [key for key in LEAVES if key.startswith("gate.")]
OF_COMMANDS = ["ledger.lock_timeout", "trade.rates", "trade.min_origins", *GATE, *READINESS]
ELSEWHERE = ("validate.", "fetch.")  # test_params_effect_validate.py, test_fetch_params.py
KEYS = [key for key in LEAVES if not key.startswith(ELSEWHERE) and key not in OF_COMMANDS]

ESTIMATION = "usdclp.estimation."  # what only the command reads

FIRST, AS_OF = "2017-01-02", "2020-04-30"  # policy meetings are listed from 2018 on; the end is a storm
REAL = {
    "as_of": AS_OF,
    "ingest.store": "store",
    "validate.min_rows.critical": 500,
    "regimes.reference_window": 250,
    "regimes.min_reference": 100,
    "fit.first_origin": 400,
    "fit.warm_up": 100,
    "fit.nowcast.min_rows": 100,
    "fit.nowcast.burn_in": 60,
    "calibrate.min_scores": 60,
    "calibrate.published.candidates": ["ensemble", "nowcast"],
    "calibrate.published.min_scores": 60,
    "ledger.lock_timeout": 0.01,
    "readiness.scores.ready": 99.8,
    "readiness.scores.optimal": 100,
    "trade.rates": [0.02],
    "trade.min_origins": 50,
    "performance.windows": [20],
    "performance.min_windows": 5,
    "performance.critical_pct": 50,
    "performance.significance": 0.5,
    "performance.excellent_significance": 0.5,
    "performance.clustering": 5,
    "performance.episodes.march_2020.to": "2020-04-15",
    "performance.episodes.july_2022.from": "2019-03-01",
    "performance.episodes.july_2022.to": "2019-10-31",
    "drift.significance": 0.2,
    "drift.medium_p": 0.1,
    "drift.history": 300,
    "alerts.data_quality.missing.warning": 0.03,
    "evaluate.from": "2018-10-01",
    "evaluate.min_origins": 100,
    "evaluate.draws": 200,
    "evaluate.significance": 0.5,
    "evaluate.rolling_window": 100,
    "usdclp.volatility.differing_months": [4],
    "usdclp.copper_correlation.expected": -0.3,
    "usdclp.copper_correlation.sd": 0.2,
    "usdclp.copper_correlation.break_threshold": 0.9,
    "usdclp.estimation.block_days": 20,
    "usdclp.estimation.min_years": 3,
}
ESTIMATED_AT = dt.datetime(2020, 3, 31, 18, tzinfo=dt.UTC)

# Another allowed value of each leaf. A new key needs an entry; `validate` has its own below.
CHANGES: Content = {
    "as_of": "2020-04-29",
    "cut_off": "18:30",
    "horizons": ["1d", "7d", "15d", "30d"],
    "levels": [0.50, 0.90],
    "ingest.store": "other",
    "regimes.fast_window": 30,
    "regimes.min_fast": 15,
    "regimes.reference_window": 200,
    "regimes.min_reference": 120,
    "regimes.enter_ratio": 2.0,
    "regimes.exit_ratio": 1.0,
    "regimes.copper_series": ["copper_comex"],
    "regimes.copper_window": 3,
    "regimes.copper_sigmas": 6.0,
    "regimes.copper_min_reference": 150,
    "regimes.copper_hold": 0,
    "regimes.copper_correlation_window": 40,
    "regimes.copper_correlation_band": 0.5,
    "regimes.intervention_hold": 2,
    "regimes.meeting_effect": 4,
    "regimes.meeting_before": 3,
    "regimes.meeting_after": 0,
    "regimes.meeting_ratio": 1.0,
    "regimes.confidence_days": 3,
    "regimes.confidence_cuts": [1.0],
    "regimes.confidence_prior": 50,
    "regimes.uncovered_discount": 0.5,
    "fit.first_origin": 420,
    "fit.warm_up": 60,
    "fit.models": ["random_walk", "predecessor", "garch_t", "nowcast"],
    "fit.garch_t.refit_every": 21,
    "fit.nowcast.refit_every": 5,
    "fit.nowcast.half_life": 200,
    "fit.nowcast.penalty": 30,
    "fit.nowcast.largest_move": 2.0,
    "fit.nowcast.floor": 3.0,
    "fit.nowcast.target_steps": 3,
    "fit.nowcast.min_rows": 300,
    "fit.nowcast.burn_in": 200,
    "fit.nowcast.half_lives": [8],
    "fit.nowcast.persistence": 0.5,
    "fit.nowcast.long_run_half_life": 200,
    "fit.nowcast.root_steps": 500,
    "fit.nowcast.calendar_share": 0,
    "calibrate.min_scores": 80,
    "calibrate.half_life": 50,
    "calibrate.pool_horizons": ["15d"],
    "calibrate.pool_weight": 0,
    "calibrate.conformal": ["nowcast", "garch_t", "predecessor"],
    "calibrate.ensemble.members": ["nowcast", "garch_t"],
    "calibrate.ensemble.half_life": 20,
    "calibrate.ensemble.sharpness": 0,
    "calibrate.ensemble.shrinkage": 0,
    "calibrate.multipliers.regimes": [],
    "calibrate.multipliers.levels": [0.50],
    "calibrate.multipliers.half_life": 20,
    "calibrate.multipliers.shrink_weight": 1,
    "calibrate.multipliers.maximum": 1.0,
    "calibrate.multipliers.draws": 150,
    "calibrate.multipliers.block_steps": 4,
    "calibrate.multipliers.band": 0.5,
    "calibrate.multipliers.seed": 1,
    "calibrate.online.rate.1d": 0.05,
    "calibrate.online.rate.7d": 0.05,
    "calibrate.online.rate.15d": 0.05,
    "calibrate.online.rate.30d": 0.05,
    "calibrate.online.rate.90d": 0.05,
    "calibrate.published.candidates": ["ensemble"],
    "calibrate.published.half_life": 20,
    "calibrate.published.margin": 0.9,
    "calibrate.published.min_scores": 10_000,
    "performance.windows": [60, 14],
    "performance.baseline": 250,
    "performance.min_windows": 1000,
    "performance.clustering": 50,
    "performance.error_limit": 0.5,
    "performance.bias_limit": 0.1,
    "performance.degraded_pct": 45,
    "performance.critical_pct": 20,
    "performance.excellent_pct": 90,
    "performance.significance": 1e-9,
    "ledger.lock_timeout": 0.02,
    "readiness.min_forecasts": 5000,
    "readiness.min_independent": 5000,
    "readiness.min_days": 5000,
    "readiness.significance": 0.9999,
    "readiness.min_better": 5,
    "readiness.bound": 0.5,
    "readiness.max_loss_pct": 0.1,
    "readiness.coverage_tolerance": 0.5,
    "readiness.coverage_band": 0.2,
    "readiness.recent": 20,
    "readiness.min_year_origins": 5000,
    "readiness.max_year_loss_pct": 0.1,
    "readiness.min_pass_rate": 1.0,
    "readiness.scores.cautious": 99.7,
    "readiness.scores.ready": 99.95,
    "readiness.scores.optimal": 99.85,
    "trade.rates": [0.05],
    "trade.min_origins": 220,  # 2018 has fewer
    "gate.new_data": 1e-6,
    "gate.required": ["*"],
    "gate.metrics": [{"name": "validation.*.published.crps", "better": "lower", "relative": 0}],
    "performance.excellent_significance": 1e-9,
    "performance.alarm.false_alarms": 0.2,
    "performance.alarm.targets": 250,
    "performance.alarm.tolerance": 0.3,
    "performance.alarm.scales": [2],
    "performance.episode_tolerance": 0.5,
    "performance.episodes.march_2020.from": "2020-02-03",
    "performance.episodes.march_2020.to": "2020-04-08",
    "performance.episodes.july_2022.from": "2019-09-16",
    "performance.episodes.july_2022.to": "2019-10-15",
    "drift.baseline": 60,
    "drift.recent": 20,
    "drift.lags": 5,
    "drift.weights.ks": 5.0,
    "drift.weights.mean": 5.0,
    "drift.weights.scale": 5.0,
    "drift.weights.autocorrelation": 5.0,
    "drift.weights.variance": 5.0,
    "drift.min_moving": 1.0,
    "drift.max_age": 3,
    "drift.significance": 0.15,
    "drift.medium_p": 1e-9,
    "drift.every": 10,
    "drift.history": 100,
    "drift.trend_days": 20,
    "drift.trend_slope": 20.0,
    "drift.trend_r2": 0.9,
    "drift.stable_score": 1,
    "drift.action_score": 1,
    "drift.action_highs": 1000,
    "alerts.cool_down": 1,
    "alerts.max_age": 3,
    "alerts.trend_reversal.days": 8,
    "alerts.trend_reversal.legs.warning": 0.01,
    "alerts.trend_reversal.legs.critical": 0.021,
    "alerts.volatility_spike.recent": 5,
    "alerts.volatility_spike.baseline": 60,
    "alerts.volatility_spike.ratio.warning": 1.5,
    "alerts.volatility_spike.ratio.critical": 2.1,
    "alerts.volatility_spike.move.warning": 0.01,
    "alerts.volatility_spike.move.critical": 0.021,
    "alerts.copper_shock.series": ["copper_comex"],
    "alerts.copper_shock.move.warning": 0.02,
    "alerts.copper_shock.move.critical": 0.06,
    "alerts.copper_shock.fall_days": 2,
    "alerts.copper_shock.fall.warning": 0.04,
    "alerts.dxy_extreme.series": ["wti"],
    "alerts.dxy_extreme.above.info": 103,
    "alerts.dxy_extreme.above.critical": 120,
    "alerts.dxy_extreme.below.info": 97,
    "alerts.dxy_extreme.below.critical": 80,
    "alerts.dxy_extreme.move.info": 0.001,
    "alerts.dxy_extreme.move.warning": 0.03,
    "alerts.vix_spike.series": ["wti"],
    "alerts.vix_spike.above.info": 20,
    "alerts.vix_spike.above.warning": 39,
    "alerts.vix_spike.above.critical": 60,
    "alerts.vix_spike.rise.info": 0.005,
    "alerts.vix_spike.rise.warning": 0.5,
    "alerts.tpm_surprise.series": ["fed_funds"],
    "alerts.tpm_surprise.change.warning": 0.25,
    "alerts.tpm_surprise.change.critical": 2.0,
    "alerts.data_quality.days": 20,
    "alerts.data_quality.missing.warning": 0.01,
    "alerts.data_quality.missing.critical": 0.06,
    "alerts.drift.MEDIUM": "INFO",
    "alerts.drift.HIGH": "INFO",
    "evaluate.from": "2019-06-03",
    "evaluate.min_origins": 5000,
    "evaluate.min_independent": 1000,
    "evaluate.bandwidth_steps": 6,
    "evaluate.block_steps": 4,
    "evaluate.draws": 150,
    "evaluate.band": 0.5,
    "evaluate.seed": 1,
    "evaluate.significance": 1e-9,
    "evaluate.pit_bins": 10,
    "evaluate.rolling_window": 150,
    "evaluate.rolling_every": 20,
    "evaluate.acceptance.coverage_tolerance.1d": 0.6,
    "evaluate.acceptance.coverage_tolerance.7d": 0.6,
    "evaluate.acceptance.coverage_tolerance.15d": 0.6,
    "evaluate.acceptance.coverage_tolerance.30d": 0.6,
    "evaluate.acceptance.coverage_tolerance.90d": 0.6,
    "evaluate.acceptance.regime_tolerance": 0.9,
    "evaluate.acceptance.regime_band_horizons": ["1d", "7d", "15d", "30d", "90d"],
    "evaluate.acceptance.max_rmse": 0.01,
    "evaluate.acceptance.max_mape_pct": 0.01,
    "evaluate.acceptance.interval_level": 0.8,
    "evaluate.acceptance.min_interval_coverage": 0.01,
    "report.history_days": 30,
    "usdclp.volatility.daily": 0.01,
    "usdclp.volatility.by_horizon.1d": 0.01,
    "usdclp.volatility.by_horizon.7d": 0.01,
    "usdclp.volatility.by_horizon.15d": 0.01,
    "usdclp.volatility.by_horizon.30d": 0.01,
    "usdclp.volatility.by_horizon.90d": 0.01,
    "usdclp.volatility.month_factors": [1.0, 1.0, 1.0, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "usdclp.volatility.differing_months": [],
    "usdclp.thresholds.large_move": 0.05,
    "usdclp.thresholds.extreme_move": 0.001,
    "usdclp.thresholds.high_ratio": 0.1,
    "usdclp.thresholds.copper_move": 0.2,
    "usdclp.copper_correlation.expected": 0.5,
    "usdclp.copper_correlation.sd": 0.5,
    "usdclp.copper_correlation.break_threshold": 0.001,
    "usdclp.warnings.recent_days": 5,
    "usdclp.warnings.max_age": 1,
    "usdclp.estimation.large_level": 0.90,
    "usdclp.estimation.extreme_level": 0.98,
    "usdclp.estimation.min_returns": 760,
    "usdclp.estimation.min_month": 25,
    "usdclp.estimation.min_years": 4,
    "usdclp.estimation.significance": 0.5,
    "usdclp.estimation.block_days": 100,
    "usdclp.estimation.block_steps": 4,
    "usdclp.estimation.draws": 150,
    "usdclp.estimation.band": 0.5,
    "usdclp.estimation.seed": 1,
    "usdclp.provenance.known_until": "2020-02-28T18:00:00Z",
    "usdclp.provenance.first": "2017-01-04",
    "usdclp.provenance.last": "2020-03-30",
    "usdclp.provenance.values": 1,
    "usdclp.provenance.sha256.usdclp": 64 * "0",
}

# What else a key needs to matter on this stretch; it is compared with a run that has these.
OFTEN_HIGH: Content = {"drift.significance": 0.7, "drift.baseline": 30, "drift.recent": 70}
ALSO: Mapping[str, Content] = {
    "drift.stable_score": {"drift.trend_r2": 0.95},
    "drift.action_score": {"drift.recent": 45},
    "drift.action_highs": OFTEN_HIGH,
    "alerts.drift.HIGH": OFTEN_HIGH,
}

# Where an output repeats a setting, or has its hash: no effect of the setting.
ECHOES = {
    "as_of",
    "known_until",
    "params_sha256",
    "levels",
    "needed",
    "origins_from",
    "band",
    "at_least",
    "at_most",
    "threshold",
    "from",
    "to",
}
ECHOES |= {"usual", "expected", "high_ratio", "break_threshold", "months_band"}


def outputs(stage: str) -> list[Path]:
    entries = [*STAGES[stage].get("outs", []), *STAGES[stage].get("metrics", [])]
    names = [Path(entry if isinstance(entry, str) else next(iter(entry))) for entry in entries]
    return [path for name in names for path in sorted(name.glob("*") if name.is_dir() else [name])]


def without_echoes(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: without_echoes(value) for key, value in content.items() if key not in ECHOES}
    return [without_echoes(value) for value in content] if isinstance(content, list) else content


def made_by(stage: str) -> Content:
    """What the stage's declared outputs say, by path."""
    files = {str(path): path.read_bytes() for path in outputs(stage)}
    return {name: without_echoes(json.loads(text)) if name.endswith(".json") else text for name, text in files.items()}


def sample(name: str) -> str:
    """The sample's file from FIRST on, a few days beyond AS_OF: what is not known yet must not matter."""
    lines = (ROOT / "data/sample" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return "\n".join([lines[0], *(line for line in lines[1:] if FIRST <= line[:10] < "2020-06")]) + "\n"


def copper() -> str:
    """Three shocks among quiet days, a price in USD per lb."""
    days = calendar.business_days(FIRST, AS_OF)
    moves = 0.008 * np.random.default_rng(1).standard_normal(len(days))
    moves[[300, 500, 700]] += [-0.08, 0.07, -0.1]
    return "date,value\n" + "".join(
        f"{day},{value:.4f}\n" for day, value in zip(days, 3 * np.exp(np.cumsum(moves)), strict=True)
    )


def path_of(corners: dict[int, float], last: int | None = None) -> str:
    """Straight lines between values at the corners' days from FIRST on, up to `last` days before the end."""
    days = calendar.business_days(FIRST, AS_OF)
    values = np.interp(np.arange(len(days)), list(corners), list(corners.values()))
    rows = [f"{day},{value:.4f}\n" for day, value in zip(days, values, strict=True)]
    return "date,value\n" + "".join(rows[:last])


# Levels and moves that reach every size of the alerts; vix ends eight days early.
DXY = {
    0: 100,
    200: 104,
    210: 106,
    211: 108,
    250: 101,
    300: 96,
    310: 94,
    311: 92,
    400: 100,
    401: 101.2,
    450: 101,
    451: 103,
}
VIX = {
    0: 15,
    100: 15,
    101: 19,
    200: 19,
    202: 31,
    220: 36,
    240: 41,
    300: 20,
    400: 20,
    401: 27,
    500: 18,
    600: 12,
    900: 14,
}
TPM = {0: 3.0, 200: 3.0, 201: 3.5, 400: 3.5, 401: 2.5, 600: 2.5, 601: 2.75}


@dataclass
class Made(Folder):
    """`files`: each stage's declared outputs after all stages ran; `said`: what they say."""

    files: dict[str, dict[Path, bytes]] = field(default_factory=dict)
    said: dict[str, Content] = field(default_factory=dict)

    def differs(self, stage: str, said: Content | None = None) -> bool:
        """Run the stage: whether its outputs say something else now, than `said` or than at first."""
        run(stage)
        return made_by(stage) != (said or self.said[stage])

    def restore(self, stages: list[str]) -> None:
        for stage in stages:
            for path in outputs(stage):
                path.unlink()
            for path, content in self.files[stage].items():
                path.write_bytes(content)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """`real` after all ten stages."""
    path = tmp_path_factory.mktemp("real")
    for folder, names in {"store": ("usdclp", "aud", "mxn"), "other": ("usdclp",)}.items():
        store = MadeUpStore(path / folder)
        for name in names:
            store.add(name, sample(name))
        store.add("copper_lme", copper(), unit="USD per lb")
        store.add("dxy", path_of(DXY), unit="index")
        store.add("vix", path_of(VIX, last=-8), unit="index")
        store.add("tpm", path_of(TPM), unit="percent")
    shutil.copytree(ROOT / "data/calendar", path / "data/calendar")
    project = Made(path, changed(COMMITTED, REAL))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        project.write({})
        for stage in ("ingest", "validate"):
            run(stage)
        made = provenance({"usdclp": read_parquet(Path("data/clean/usdclp.parquet"))}, ["usdclp"], ESTIMATED_AT)
        project.params["usdclp"]["provenance"] = made
        project.write({})
        for stage in STAGES:
            run(stage)
            project.said[stage] = made_by(stage)
            project.files[stage] = {path: path.read_bytes() for path in outputs(stage)}
        yield project


@pytest.fixture
def real(finished: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.chdir(finished.path)
    return finished


@pytest.mark.parametrize("key", [key for key in KEYS if not key.startswith(ESTIMATION)])
def test_key_changes_what_a_stage_makes(key: str, real: Made) -> None:
    assert key in CHANGES, f"params.yaml: {key} is new: show in CHANGES what it does"
    declaring = [stage for stage in STAGES if key.split(".")[0] in STAGES[stage]["params"]]
    also = ALSO.get(key, {})
    said: Content = {}
    if also:
        real.write(also)
        for stage in declaring:
            run(stage)
            said[stage] = made_by(stage)
    real.write(also | {key: CHANGES[key]})
    try:
        changes = (real.differs(stage, said.get(stage)) for stage in declaring)
        assert any(changes), f"{key}: nothing that {declaring} make depends on it"
    finally:
        real.restore(declaring)


def refused_issue() -> str:
    """What `forex issue` says while another process holds the ledger."""
    LEDGER.mkdir(parents=True, exist_ok=True)
    with held(LEDGER / LOCK, timeout=1), pytest.raises(GateFailed) as refused:
        issue.view()
    return str(refused.value)


def trade_page() -> str:
    online_trade.main()
    return online_trade.REPORT.read_text(encoding="utf-8")


CHALLENGERS = calibrated_challengers(1, 800, first="2019-01-02")


def readiness_said() -> Any:
    """Of every simulated challenger: its level, and the criteria but for the thresholds that they repeat."""
    params, said = load_params(), {}
    for model in FORESEES.keys() - {PUBLISHED}:
        figures = compared(
            CHALLENGERS,
            model,
            horizons=list(STEPS),
            levels=params.levels,
            evaluate=params.evaluate,
            settings=params.readiness,
        )
        good, suites = dict.fromkeys(STEPS, "GOOD"), {"checks": 100, "held": 99, "success": True}
        found = criteria(figures, statuses=good, incumbent_statuses=good, suites=suites, settings=params.readiness)
        said[model] = level(found, params.readiness), [(one.passed, one.value, one.score) for one in found]
    return said


def gate_reasons() -> list[str]:
    """Why `forex gate` refuses a revision that scores more origins and has lost the regimes' metrics."""
    if not Path(".git").exists():
        text, validation = Path("params.yaml").read_text(encoding="utf-8"), Path("reports/metrics/validation.json")
        Path("params.yaml").write_text(json.dumps(changed(json.loads(text), {"evaluate.from": "2019-06-03"})), "utf-8")
        run("evaluate")
        shutil.copy(ROOT / "dvc.yaml", "dvc.yaml")
        git(Path(), "init", "-q")
        git(Path(), "add", "dvc.yaml", "reports/metrics")
        git(Path(), "commit", "-q", "-m", "fewer")
        git(Path(), "tag", "fewer")
        Path("params.yaml").write_text(text, "utf-8")
        run("evaluate")
        git(Path(), "add", str(validation))
        git(Path(), "rm", "-q", "--cached", "reports/metrics/regimes.json")
        git(Path(), "commit", "-q", "-m", "more")
        git(Path(), "tag", "more")
    return gate_view.view("fewer", "more")["reasons"]


SAYING = (
    dict.fromkeys(READINESS, readiness_said)
    | dict.fromkeys(GATE, gate_reasons)
    | {"ledger.lock_timeout": refused_issue, "trade.rates": trade_page, "trade.min_origins": trade_page}
)


@pytest.mark.parametrize("key", OF_COMMANDS)
def test_key_changes_what_a_command_says(key: str, real: Made) -> None:
    real.write({})
    before = SAYING[key]()
    assert SAYING[key]() == before
    real.write({key: CHANGES[key]})
    assert SAYING[key]() != before


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(ESTIMATION)])
def test_key_changes_what_forex_calibrate_estimates(key: str, real: Made) -> None:
    real.write({})
    before = without_echoes(usdclp_view.view())
    real.write({key: CHANGES[key]})
    assert without_echoes(usdclp_view.view()) != before


def test_the_estimates_were_made_from_the_data_of_this_project(real: Made) -> None:
    """Else a change of the provenance would not be seen."""
    assert real.said["validate"]["reports/expectations.json"]["warnings"] == []


BLOCK = [key for key in KEYS if key.startswith("usdclp.")]
LABELS = "usdclp.thresholds.copper_move"
CALIBRATED = Path("data/forecasts/calibrated.parquet")


def test_fit_and_calibrate_do_not_see_the_estimates() -> None:
    assert not {"usdclp"} & {*STAGES["fit"]["params"], *STAGES["calibrate"]["params"]}


def test_the_estimates_leave_every_forecast_as_it_is_where_the_regimes_stay(real: Made) -> None:
    """All leaves changed at once, but for the one that moves labels: the same bytes of labels, forecasts and calibration."""
    values = {key: CHANGES[key] for key in BLOCK if key != LABELS}
    real.write(values)
    for stage in ("regimes", "fit", "calibrate"):
        run(stage)
        assert {path: path.read_bytes() for path in outputs(stage)} == real.files[stage], stage


def test_a_threshold_that_moves_labels_changes_no_raw_forecast_and_nothing_before_the_first_label(real: Made) -> None:
    """The last of the three shocks is one at 12 % and none at 17 %; the others are none at both."""
    stages, made = ["regimes", "fit", "calibrate"], []
    try:
        for move in (0.12, 0.17):
            real.write({LABELS: move})
            for stage in stages:
                run(stage)
            raw = Path("data/forecasts/raw.parquet").read_bytes()
            made.append((read_parquet(Path("data/regimes.parquet")), read_parquet(CALIBRATED), raw))
    finally:
        real.restore(stages)
    (labels, calibrated, raw), (other_labels, other, other_raw) = made
    first = labels.filter(labels["regime"] != other_labels["regime"])["origin_date"].min()
    assert raw == other_raw
    earlier = pl.col("origin_date") < first
    assert calibrated.filter(earlier).equals(other.filter(earlier)) and calibrated.filter(earlier).height > 0
    assert not calibrated.equals(other)


def test_same_params_make_the_same_outputs(real: Made) -> None:
    """Else a difference would say nothing."""
    real.write({})
    assert not [stage for stage in STAGES if stage not in ("validate", "report") and real.differs(stage)]


def test_every_change_is_of_a_key() -> None:
    assert set(CHANGES) == {*KEYS, *OF_COMMANDS}
