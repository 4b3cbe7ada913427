"""Filter and closed form equal `arch` and readable loops; parameters come by a schedule and from the past only."""

import numpy as np
import pytest
from arch.univariate import GARCH, EWMAVariance, StudentsT, ZeroMean
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forex.core.errors import TooLittleData
from forex.core.quantiles import GRID
from forex.models import garch_t
from forex.models.garch_t import GarchT, Parameters, filtered, summed_variance
from forex.observations.history import Floats, History
from tests.support.simulated import fit_params, garch_returns, history_of, iid_normal, target_of

pytestmark = pytest.mark.slow

RETURNS = 100 * garch_returns(np.random.default_rng(1), 600)
USUAL = Parameters(omega=0.012, alpha=0.08, beta=0.9, nu=7.0, start=0.4)


@pytest.fixture(scope="module")
def history() -> History:
    gaps = np.random.default_rng(2).random(800) < 0.05
    gaps[[0, -1]] = False
    return history_of(target_of(garch_returns(np.random.default_rng(3), 800), gaps=gaps))


def model() -> ZeroMean:
    return ZeroMean(RETURNS, volatility=GARCH(1, 0, 1), distribution=StudentsT(), rescale=False)


def with_start(omega: float, alpha: float, beta: float) -> Parameters:
    return Parameters(omega, alpha, beta, 7.0, float(model().volatility.backcast(RETURNS)))


# --- the filter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("omega", "alpha", "beta"), [(0.012, 0.08, 0.9), (0.3, 0.2, 0.1), (0.001, 0.0, 0.5)])
def test_filter_equals_arch_at_fixed_parameters(omega: float, alpha: float, beta: float) -> None:
    ours = filtered(RETURNS, with_start(omega, alpha, beta))
    theirs = model().fix([omega, alpha, beta, 7.0]).conditional_volatility
    assert ours.shape == (len(RETURNS) + 1,)
    np.testing.assert_allclose(np.sqrt(ours[:-1]), theirs, rtol=1e-10)


def test_exponential_smoothing_is_the_special_case_of_no_constant() -> None:
    fitted = with_start(0.0, 0.06, 0.94)
    theirs = ZeroMean(RETURNS, volatility=EWMAVariance(0.94), rescale=False).fix([]).conditional_volatility
    variance = filtered(RETURNS, fitted)
    np.testing.assert_allclose(np.sqrt(variance[:-1]), theirs, rtol=1e-10)
    steps = np.array([1, 5, 62])
    np.testing.assert_allclose(summed_variance(variance[-1:], steps, fitted), steps * variance[-1], rtol=1e-12)


@settings(deadline=None)
@given(
    st.lists(st.floats(-9, 9), max_size=30), st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 3), st.floats(0.01, 9)
)
def test_filter_equals_the_recursion(
    returns: list[float], alpha: float, beta: float, omega: float, start: float
) -> None:
    fitted = Parameters(omega, alpha, beta, 7.0, start)
    expected = [omega + alpha * start + beta * start]
    for value in returns:
        expected.append(omega + alpha * value**2 + beta * expected[-1])
    np.testing.assert_allclose(filtered(np.array(returns), fitted), expected, rtol=1e-12)


# --- variance over several steps ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(0.01, 9), st.integers(1, 90), st.floats(0, 0.9999), st.floats(0, 1), st.floats(0, 3))
def test_closed_form_equals_the_sum_of_daily_variances(
    next_variance: float, steps: int, persistence: float, share: float, omega: float
) -> None:
    fitted = Parameters(omega, persistence * share, persistence * (1 - share), 7.0, 1.0)
    daily, total = next_variance, 0.0
    for _ in range(steps):
        total += daily
        daily = omega + persistence * daily
    ours = summed_variance(np.array([next_variance]), np.array([steps]), fitted)
    np.testing.assert_allclose(ours, [total], rtol=1e-6)


@pytest.mark.parametrize("gap", [0.0, 1e-12, 1e-9, 1e-7, 1e-6])
def test_closed_form_holds_next_to_unit_persistence(gap: float) -> None:
    fitted = Parameters(0.01, 0.1, 0.9 - gap, 7.0, 1.0)
    daily, total = 0.5, 0.0
    for _ in range(90):
        total += daily
        daily = 0.01 + (fitted.alpha + fitted.beta) * daily
    np.testing.assert_allclose(summed_variance(np.array([0.5]), np.array([90]), fitted), [total], rtol=1e-5)


@pytest.mark.parametrize("steps", [1, 5, 21, 62])
def test_closed_form_equals_archs_forecast(steps: int) -> None:
    fixed = model().fix([0.012, 0.08, 0.9, 7.0])
    theirs = fixed.forecast(horizon=steps, reindex=False).variance.to_numpy().sum()
    fitted = with_start(0.012, 0.08, 0.9)
    ours = summed_variance(filtered(RETURNS, fitted)[-1:], np.array([steps]), fitted)
    np.testing.assert_allclose(ours, [theirs], rtol=1e-10)


# --- the model ------------------------------------------------------------------------------------------------------


def test_forecast_equals_a_loop_over_origins(history: History) -> None:
    """By hand: the newest scheduled fit, daily variances one by one, their sum, its t quantiles."""
    origins = np.arange(600, len(history.days))
    predicted = GarchT(garch_t.Settings(refit_every=63)).forecast(history, origins, ("1d", "30d"))
    daily = 100 * (history.returns / np.sqrt(history.return_steps))
    fitted = None
    for position, origin in enumerate(origins):
        returns = daily[: history.known[origin]]
        if position % 63 and position % 5:
            continue
        if position % 63 == 0:
            fitted = garch_t.fit(returns, fitted)
        assert fitted is not None
        variance = fitted.omega + (fitted.alpha + fitted.beta) * fitted.start
        for value in returns:
            variance = fitted.omega + fitted.alpha * value**2 + fitted.beta * variance
        for horizon in ("1d", "30d"):
            ahead, total = variance, 0.0
            for _ in range(history.targets(horizon).steps[origin]):
                total += ahead
                ahead = fitted.omega + (fitted.alpha + fitted.beta) * ahead
            scale = np.sqrt(total) / 100 * np.sqrt((fitted.nu - 2) / fitted.nu)
            expected = [scale * stats.t(fitted.nu).ppf(level) for level in GRID]
            np.testing.assert_allclose(predicted[horizon].quantiles[position], expected, rtol=1e-9, atol=1e-15)
            np.testing.assert_allclose(predicted[horizon].scale[position], np.sqrt(total) / 100, rtol=1e-9)
            assert predicted[horizon].location[position] == 0


def test_estimate_is_archs() -> None:
    result = model().fit(disp="off")
    fitted = garch_t.fit(RETURNS, None)
    np.testing.assert_allclose([fitted.omega, fitted.alpha, fitted.beta, fitted.nu], result.params, rtol=1e-5)
    np.testing.assert_allclose(fitted.start, model().volatility.backcast(RETURNS))


def test_refits_follow_the_schedule_and_see_known_returns_only(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Floats] = []

    def recorded(returns: Floats, previous: Parameters | None) -> Parameters:
        seen.append(returns)
        return USUAL

    monkeypatch.setattr(garch_t, "fit", recorded)
    origins = np.arange(500, len(history.days))
    GarchT(garch_t.Settings(refit_every=63)).forecast(history, origins, ("1d",))
    at = origins[::63]
    assert [len(returns) for returns in seen] == history.known[at].tolist()
    for origin, returns in zip(at, seen, strict=True):
        np.testing.assert_array_equal(returns, 100 * history.daily[: history.known[origin]])


def test_committed_schedule_refits_at_least_every_63_business_days() -> None:
    assert fit_params().own("garch_t", garch_t.Settings).refit_every <= 63


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.900001), (-1e-17, 0.95)])
def test_a_start_outside_the_constraints_is_harmless(alpha: float, beta: float) -> None:
    outside = Parameters(omega=0.012, alpha=alpha, beta=beta, nu=7.0, start=0.4)
    ours, usual = garch_t.fit(RETURNS, outside), garch_t.fit(RETURNS, None)
    for name in ("omega", "alpha", "beta", "nu", "start"):
        np.testing.assert_allclose(getattr(ours, name), getattr(usual, name), rtol=0.01)


class NotConverged:
    convergence_flag = 4

    def __init__(self, result: object):
        self.params = result.params  # type: ignore[attr-defined]


def test_parameters_stay_where_a_refit_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    usual_fit = ZeroMean.fit
    monkeypatch.setattr(ZeroMean, "fit", lambda model, **options: NotConverged(usual_fit(model, **options)))
    assert garch_t.fit(RETURNS, USUAL) is USUAL
    first = garch_t.fit(RETURNS, None)  # there is nothing to keep: the first estimate counts as it is
    assert first.alpha > 0 and first.nu > 2


def test_too_few_returns_are_counted_in_the_message() -> None:
    history = history_of(target_of(iid_normal(np.random.default_rng(4), 260)))
    with pytest.raises(TooLittleData, match="101 returns, 250 needed: raise fit.first_origin"):
        GarchT(garch_t.Settings(refit_every=63)).forecast(history, np.array([101]), ("1d",))
