"""The page around `dvc plots`, with the scripts that draw them inside it: DVC's own page loads them from a network.

`python -m forex.commands.keep.plots_page PATH` writes it; `dvc config --local plots.html_template` names it from then on. It is
made where it is needed and not committed, because it is the libraries' code and none of ours.
"""

import sys
from pathlib import Path

from forex.core.disk import write_text
from forex.presentation.language import language
from forex.presentation.pages import environment


def plots_page() -> str:
    """The page as HTML, with DVC's placeholder for the plots, and with vegaEmbed as a global name."""
    import vl_convert
    from markupsafe import Markup

    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # An element ends at the first closing tag, even inside a string of its script.
    bundle = Markup(bundle.replace("</script", "<\\/script"))
    return environment("forex.commands", language("en")).get_template("plots_page.html.j2").render(bundle=bundle) + "\n"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), plots_page())
