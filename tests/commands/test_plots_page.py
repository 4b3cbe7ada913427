import re

import pytest

from forex.commands.keep.plots_page import plots_page

pytestmark = pytest.mark.slow


def test_the_page_has_dvcs_place_and_its_own_scripts():
    page = plots_page()
    assert page.count("{plot_divs}") == 1
    assert page.index("vegaEmbed") < page.index("{plot_divs}")
    assert "window.vegaEmbed" in page
    assert len(re.findall("</script", page)) == len(re.findall("<script>", page)) == 1
    assert not re.search(r"<script[^>]*\bsrc=|<link", page)
    assert "{scripts}" not in page
    assert "{refresh_tag}" not in page
