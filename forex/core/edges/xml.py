"""XML that may come from anywhere: UTF-8 without a DOCTYPE, whose entities may expand to anything or name a file.

A parser follows the encoding that a document has or declares, so a search for the bytes of a DOCTYPE misses one in UTF-16, or in a
code page that the first line declares and that has other bytes for its letters. So the encoding is checked first.
"""

import re
from collections.abc import Iterable
from typing import Final

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
NAMED: Final = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s{0,20}=\s{0,20}["']([^"']{0,40})["']""")
FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY")
OVERLAP: Final = max(map(len, FORBIDDEN)) - 1


def refuse_entities(pieces: Iterable[bytes]) -> None:
    """Raise ValueError, saying why, where a document is in an encoding other than UTF-8 or ASCII, or has a DOCTYPE.

    pieces: the document's bytes, in order.

    >>> refuse_entities([b'<?xml version="1.0" encoding="UTF-8"?>', b'<a/>'])
    """
    before = None
    for piece in pieces:
        if before is None:
            _refuse_other_encodings(piece)
            before = b""
        text = before + piece
        if any(word in text for word in FORBIDDEN):
            raise ValueError("it defines entities (<!DOCTYPE)")
        before = text[-OVERLAP:]


def _refuse_other_encodings(begins: bytes) -> None:
    text = begins.removeprefix(BYTE_ORDER_MARK)
    if not text.lstrip(b" \t\r\n").startswith(b"<") or b"\0" in text[:1000]:
        raise ValueError("it does not begin as XML in UTF-8 does")
    named = NAMED.match(text)
    if named and named[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise ValueError(f"its encoding is {named[1].decode('ascii', 'replace')!r}, expected UTF-8")
