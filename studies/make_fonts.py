"""Make the fonts in forex/report/fonts again: Arimo's Latin letters, digits and signs under a family name of our own.

    apt-get download fonts-croscore && dpkg-deb -x fonts-croscore_*.deb arimo
    pip install fonttools==4.68.0
    python studies/make_fonts.py arimo/usr/share/fonts/truetype/croscore

The committed files are from fonts-croscore 20201225-1 and come out the same byte for byte. Arimo has the widths of Arial, so what
is measured with it fits what a browser draws with Arial, Helvetica or Liberation Sans. Kerning is kept, for it changes widths;
hints and ligatures, which do not, are dropped. Its licence, forex/report/fonts/OFL.txt, reserves no name, but Arimo is a
trademark: a changed font does not bear it.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Forex Sans"
VERSION = "Version 1.0"
# ASCII, Latin-1, Latin Extended-A, general punctuation with the thin spaces, superscripts, and the signs a report may use.
CHARACTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2002, 0x200B), *range(0x2010, 0x2016), *range(0x2018, 0x201F),
    *map(ord, "\u2020\u2021\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u20ac\u2122"),
    *map(ord, "\u2190\u2191\u2192\u2193\u2194\u2195\u2202\u2206\u2211\u2212\u221a\u221e\u2248\u2260\u2264\u2265"),
    *map(ord, "\u0391\u0393\u0394\u03a3\u03a6\u03a9\u03b1\u03b2\u03b3\u03b4\u03b5\u03bb\u03bc\u03c0\u03c1\u03c3\u03c4\u03c6"),
    *map(ord, "\u25a0\u25a1\u25b2\u25ba\u25bc\u25c4\u25cb\u25cf"),
]  # fmt: skip


def made(source: Path, style: str) -> TTFont:
    """The font `source` with CHARACTERS alone, named FAMILY and `style`."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=["kern"], notdef_outline=True, name_IDs=["*"])
    options.drop_tables += ["DSIG", "GDEF", "GSUB", "gasp"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    names = font["name"]
    kept = {record.nameID: record.toUnicode() for record in names.names if record.nameID in (0, 8, 9, 13, 14)}
    entries = kept | {
        1: FAMILY,
        2: style,
        3: f"{VERSION};{FAMILY} {style}",
        4: f"{FAMILY} {style}",
        5: VERSION,
        6: f"{FAMILY.replace(' ', '')}-{style}",
        10: f"A subset of {names.getDebugName(4)}, {names.getDebugName(5)}, by Steve Matteson.",
    }
    names.names = []
    for number, text in sorted(entries.items()):
        names.setName(text, number, 3, 1, 0x409)
    return font


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "forex/report/fonts"
    for style in ("Regular", "Bold"):
        made(Path(sys.argv[1]) / f"Arimo-{style}.ttf", style).save(target / f"ForexSans-{style}.ttf")
