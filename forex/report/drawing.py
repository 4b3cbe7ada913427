"""Drawing: a chart as SVG, or as PNG for mails, the same bytes in every time zone, locale and process, whatever fonts there are.

Text is measured in the fonts of this package, and the ids of clip paths, which vl-convert counts over the life of a process,
become names. Colours are words of a palette: a page's CSS variables, which follow its light or dark scheme, or fixed ones for a
file that is shown on its own.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from forex.presentation.language import Language
from forex.presentation.language import language as language_of
from forex.regimes.regimes import REGIMES
from forex.regimes.rules.registry import rules

FONTS = Path(__file__).parent / "fonts"
# Ours measures; a browser, which does not have it, draws with one of the others, whose letters are as wide.
FONT = "Forex Sans, Arial, Helvetica, Liberation Sans, sans-serif"
ENGLISH = language_of("en")
MARKED = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")')


@dataclass(frozen=True)
class Palette:
    """The colours of a chart, as CSS writes them."""

    paper: str
    ink: str
    muted: str
    grid: str
    accent: str
    regimes: tuple[str, ...]  # in the order of forex.regimes.regimes.REGIMES


ON_PAGE = Palette(
    paper="transparent",
    ink="var(--ink)",
    muted="var(--muted)",
    grid="var(--grid)",
    accent="var(--accent)",
    regimes=tuple(f"var(--{regime.lower()})" for regime in REGIMES),
)
ON_WHITE = Palette(
    paper="#ffffff",
    ink="#16202c",
    muted="#566372",
    grid="#e3e8ee",
    accent="#0b5fa5",
    regimes=("#ffffff", *(rule.colours[0] for rule in rules().values()), "#aab4bf"),
)


def svg(chart: Any, *, name: str, alt_text: str, colours: Palette, language: Language = ENGLISH) -> str:
    """The chart as SVG text, its ids starting with `name`, with `alt_text` for those who do not see it."""
    drawn = _renderer().vegalite_to_svg(
        json.dumps(specification(chart, colours)),
        allowed_base_urls=[],
        format_locale=number_locale(language),
        time_format_locale=time_locale(language),
    )
    for number, found in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawn))):
        drawn = drawn.replace(f'id="{found}"', f'id="{name}-{number}"').replace(
            f"url(#{found})", f"url(#{name}-{number})"
        )
    drawn = MARKED.sub("", drawn)  # of parts of a picture that is described as a whole
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(alt_text)}" ', 1) + "\n"


def png(chart: Any, *, colours: Palette, language: Language = ENGLISH, scale: float) -> bytes:
    """The chart as PNG, for where no SVG is shown.  scale: dots for each pixel of the chart's size."""
    drawn: bytes = _renderer().vegalite_to_png(
        json.dumps(specification(chart, colours)),
        scale=scale,
        allowed_base_urls=[],
        format_locale=number_locale(language),
        time_format_locale=time_locale(language),
    )
    return drawn


def number_locale(language: Language) -> dict[str, JsonValue]:
    """How d3 writes numbers, from CLDR."""
    from babel import Locale

    symbols = Locale.parse(language.locale).number_symbols["latn"]
    return {"decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3], "currency": ["", ""]}


def time_locale(language: Language) -> dict[str, JsonValue]:
    """How d3 writes dates, from CLDR."""
    from babel import Locale

    locale = Locale.parse(language.locale)
    months, days = (
        {
            width: [str(names["format"][width][key]).removesuffix(".") for key in keys]
            for width in ("wide", "abbreviated")
        }
        for names, keys in ((locale.months, range(1, 13)), (locale.days, (6, *range(6))))
    )
    written: dict[str, JsonValue] = {
        "dateTime": "%d %b %Y",
        "date": "%d %b %Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
    }
    return written | {
        "days": [*days["wide"]],
        "shortDays": [*days["abbreviated"]],
        "months": [*months["wide"]],
        "shortMonths": [*months["abbreviated"]],
    }


@cache
def _renderer() -> Any:
    """vl-convert with our fonts and those built into it, and none of the machine's.

    When it is first used, it reads the fonts that fontconfig's configuration names, and they come before all others: one
    of them would draw what ours has no letter for, and one that bears the name of ours would take its place.
    """
    import vl_convert

    configured = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "no_system_fonts.conf")
    try:
        vl_convert.register_font_directory(str(FONTS))
    finally:
        if configured is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = configured
    return vl_convert


def specification(chart: Any, colours: Palette) -> dict[str, JsonValue]:
    """The chart in Vega-Lite, in our fonts and colours; that it fits the schema of Vega-Lite is for the tests to check."""
    axis = {
        "labelColor": colours.muted,
        "titleColor": colours.muted,
        "gridColor": colours.grid,
        "domainColor": colours.grid,
        "tickColor": colours.grid,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelFont": FONT,
        "titleFont": FONT,
        "labelPadding": 6,
    }
    return dict(chart.to_dict(validate=False)) | {
        "background": colours.paper,
        "padding": 6,
        "config": {
            "aria": False,  # its generated texts are no help; alt_text is
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "title": {"color": colours.ink, "fontSize": 13, "font": FONT, "anchor": "start", "offset": 8},
        },
    }
