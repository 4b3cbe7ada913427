"""A mail as HTML that mail clients show: tables and inline styles, no script, nothing fetched from elsewhere.

Clients with a dark scheme use the one in the style sheet; those that drop style sheets show the inline colours, dark on light.
"""

from collections.abc import Sequence

from forex.mail.blocks import Block
from forex.presentation.language import Language
from forex.presentation.one_line import as_text
from forex.presentation.pages import environment


def html(blocks: Sequence[Block], language: Language, *, title: str, picture: str, width: int) -> str:
    """The HTML of a mail.  picture: the Content-ID of the picture, without its brackets; width: as it is shown, px."""
    templates = environment("forex.mail", language)
    templates.filters["line"] = as_text

    return templates.get_template("mail.html.j2").render(
        blocks=[(type(block).__name__, block) for block in blocks],
        title=title,
        picture=picture,
        width=width,
    )
