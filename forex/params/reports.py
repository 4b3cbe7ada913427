"""The blocks of what is said about the forecasts: the monitor, the validation report, the dashboard."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from forex.core.status import State
from forex.params.types import Block, Date, Horizon, Level, LevelPercent, PositiveFloat, Probability, Share, unique


class Alarm(Block):
    """The sequential alarm on coverage.

    false_alarms: the bound on the probability of one within `targets` outcomes of a horizon, for all horizons together.
    tolerance: share of a level's misses by which it may miss more often.  scales: the factors, by which intervals may be too
    narrow, that are bet on.
    """

    false_alarms: Probability
    targets: PositiveInt
    tolerance: Share
    scales: Annotated[tuple[Annotated[float, Field(gt=1)], ...], Field(min_length=1), AfterValidator(unique)]


class Episode(Block):
    """A stretch of target dates that the report looks back on, both included."""

    from_: Date = Field(alias="from")
    to: Date

    @model_validator(mode="after")
    def _ordered(self) -> "Episode":
        if not self.from_ <= self.to:
            raise ValueError(f"expected from <= to, got {self.from_} and {self.to}")
        return self


class Performance(Block):
    """The monitor of recent matured forecasts; changes are in per cent of the baseline."""

    windows: Annotated[tuple[PositiveInt, ...], Field(min_length=1), AfterValidator(unique)]
    baseline: PositiveInt
    min_windows: Annotated[int, Field(ge=3)]
    clustering: Annotated[int, Field(ge=0)]
    error_limit: PositiveFloat
    bias_limit: PositiveFloat
    degraded_pct: PositiveFloat
    critical_pct: PositiveFloat
    excellent_pct: PositiveFloat
    significance: Probability
    excellent_significance: Probability
    alarm: Alarm
    early_rate: Probability
    episode_tolerance: Probability
    episodes: Mapping[str, Episode]

    @model_validator(mode="after")
    def _ordered(self) -> "Performance":
        if not self.degraded_pct < self.critical_pct:
            raise ValueError(
                f"expected degraded_pct < critical_pct, got {self.degraded_pct:g} and {self.critical_pct:g}"
            )
        return self


class Acceptance(Block):
    """The bounds of the acceptance rules on `published`; tolerances are shares, `max_rmse` is in CLP per USD."""

    coverage_tolerance: Mapping[Horizon, Probability]
    tail_tolerance: Mapping[LevelPercent, Mapping[Horizon, Probability]]
    tail_band_from: Horizon
    regime_tolerance: Probability
    regime_band_horizons: tuple[Horizon, ...]
    max_rmse: PositiveFloat
    max_mape_pct: PositiveFloat
    interval_level: Level
    min_interval_coverage: Probability


class Evaluate(Block):
    """How the forecasts are scored: from which origin on, how many it takes to judge, how errors and bands are made."""

    from_: Date = Field(alias="from")
    min_origins: PositiveInt
    min_independent: PositiveInt
    bandwidth_steps: Annotated[float, Field(ge=1)]
    block_steps: Annotated[float, Field(ge=1)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    band: Probability
    seed: Annotated[int, Field(ge=0)]
    significance: Probability
    rolling_window: PositiveInt
    acceptance: Acceptance


class Limits(Block):
    """The figure from which on a state is CAUTION, and that from which on it is FAULT."""

    caution: PositiveFloat
    fault: PositiveFloat


def _rising(limits: Limits) -> Limits:
    if limits.fault <= limits.caution:
        raise ValueError(f"expected caution < fault, got {limits.caution:g} and {limits.fault:g}")
    return limits


def _falling(limits: Limits) -> Limits:
    if limits.fault >= limits.caution:
        raise ValueError(f"expected caution > fault, got {limits.caution:g} and {limits.fault:g}")
    return limits


class MonitorState(Block):
    """The state, by the worst status of the performance monitor."""

    DEGRADED: State
    CRITICAL: State


class AlertState(Block):
    """The state, by the severity of an alert that was raised at the newest origin."""

    WARNING: State
    CRITICAL: State


class Overall(Block):
    """The overall state, from the worst of what its rules find."""

    observado_late: Annotated[Limits, AfterValidator(_rising)]
    driver_late: PositiveInt
    drivers_alive: Annotated[Limits, AfterValidator(_falling)]
    acceptance: Literal["CAUTION", "FAULT"]
    monitor: MonitorState
    alerts: AlertState
    run_age: Annotated[Limits, AfterValidator(_rising)]


class Report(Block):
    """What people read, and in which language: Spanish (Chile) or English."""

    language: Literal["es", "en"]
    history_days: PositiveInt
