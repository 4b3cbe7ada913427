"""The page around `dvc plots`, with the scripts that draw them inside it: DVC's own loads them from a network.

`python -m forex.commands.keep.plots_page PATH` writes it; `dvc config --local plots.html_template` names it from then on. It is
made where it is needed and not committed, for it is the libraries' code and nothing of ours.
"""

import sys
from pathlib import Path

from forex.core.files import write_text

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>USD/CLP plots</title>
<script>{bundle}</script>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 1rem; background: #fff; color: #16202c }}
body > div {{ overflow-x: auto; margin-bottom: 1.5rem }}
</style>
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def plots_page() -> str:
    """HTML with DVC's place for the plots and vegaEmbed, of which it makes a global name."""
    import vl_convert

    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # An element ends at the first closing tag, even inside a string of its script.
    return PAGE.format(bundle=bundle.replace("</script", "<\\/script"))


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), plots_page())
