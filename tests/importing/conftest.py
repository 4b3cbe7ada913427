"""What the tests of imports share: the project as a file is read in it."""

import pytest

from forex.importing.about import Known
from forex.observations.store import series_list
from forex.params import load_params
from tests.support.made_up import ROOT


@pytest.fixture(scope="module")
def known() -> Known:
    return Known(
        series_list(ROOT / "data/live_series.yaml"),
        load_params(path=ROOT / "params.yaml").validate_.bounds,
        {"F073.TCO.PRE.Z.D": "usdclp", "dolar": "usdclp"},
    )
