"""A web server of a test's own, on the loopback interface."""

from collections.abc import Iterator

import pytest

from tests.support.live.web import Web, web


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as served:
        yield served
