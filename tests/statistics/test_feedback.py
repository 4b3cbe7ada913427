"""Sums equal a readable loop; what has not matured has no part in them."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forex.statistics.feedback import discounted_sums, matured_sums

VALUE = st.one_of(st.floats(-50, 50), st.just(math.nan))


@given(st.lists(st.tuples(VALUE, st.integers(0, 9)), max_size=40), st.sampled_from([0.7, 9.0, 1e9]))
def test_readable_loop_agrees(forecasts: list[tuple[float, int]], half_life: float) -> None:
    values = [value for value, _ in forecasts]
    matured = [made + delay for made, (_, delay) in enumerate(forecasts)]
    ours = discounted_sums(np.array(values), np.array(matured, dtype=np.int64), half_life)
    expected = [
        math.fsum(
            values[made] * 0.5 ** ((origin - made) / half_life)
            for made in range(origin + 1)
            if matured[made] <= origin and not math.isnan(values[made])
        )
        for origin in range(len(values))
    ]
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)
    plain = [
        math.fsum(
            values[made] for made in range(len(values)) if matured[made] <= origin and not math.isnan(values[made])
        )
        for origin in range(len(values))
    ]
    np.testing.assert_allclose(
        matured_sums(np.array(values), np.array(matured, dtype=np.int64)), plain, rtol=1e-9, atol=1e-9
    )
