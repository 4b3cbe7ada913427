"""Fonts that a machine must not lend us: under the name of any family, twice too wide, every letter of Unicode drawn alike."""

import struct
from pathlib import Path

from tests.support.made_up import ROOT

FAMILIES = ("Forex Sans", "Liberation Sans", "Arial", "Helvetica", "DejaVu Sans", "sans-serif")


def write_hostile(folder: Path) -> None:
    """A regular and a bold font of each of FAMILIES in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for style in ("Regular", "Bold"):
        own = (ROOT / f"forex/report/fonts/ForexSans-{style}.ttf").read_bytes()
        for number, family in enumerate(FAMILIES):
            (folder / f"{number}-{style}.ttf").write_bytes(_hostile(own, family, style))


def _hostile(own: bytes, family: str, style: str) -> bytes:
    tables = {
        tag: own[offset : offset + length]
        for tag, _, offset, length in struct.iter_unpack(">4sIII", own[12 : 12 + 16 * struct.unpack(">H", own[4:6])[0]])
    }
    [metrics] = struct.unpack(">H", tables[b"hhea"][34:36])
    widths = list(struct.unpack(f">{2 * metrics}H", tables[b"hmtx"][: 4 * metrics]))  # advance, left side bearing
    widths[::2] = [2 * advance for advance in widths[::2]]
    tables[b"hmtx"] = struct.pack(f">{2 * metrics}H", *widths) + tables[b"hmtx"][4 * metrics :]
    # format 13: all characters of a range are one glyph
    tables[b"cmap"] = struct.pack(">HHHHI HHIIIIII", 0, 1, 3, 10, 12, 13, 0, 28, 0, 1, 0x20, 0x10FFFF, 40)
    tables[b"name"] = _names({1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")})
    directory, content, start = b"", b"", 12 + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, 0, start + len(content), len(table))
        content += table + bytes(-len(table) % 4)
    return own[:4] + struct.pack(">HHHH", len(tables), 0, 0, 0) + directory + content


def _names(said: dict[int, str]) -> bytes:
    records, texts = b"", b""
    for number, text in said.items():
        encoded = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(encoded), len(texts))
        texts += encoded
    return struct.pack(">HHH", 0, len(said), 6 + len(records)) + records + texts
