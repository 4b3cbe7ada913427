"""Entities, and what hides them: a DOCTYPE in another encoding than the one in which it is looked for."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from forex.core.edges.xml import refuse_entities
from forex.core.errors import DataError, ProviderError
from forex.importing.workbook import workbook_grid
from forex.providers.ecb_xml import _read

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 6))
DECLARED = {
    "an entity": '<!DOCTYPE a [<!ENTITY x "boom">]>',
    "a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "an address": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://169.254.169.254/"> %p;]>',
    "a billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l5;">]>',
    "after a long comment": f'<!-- {"x" * 5000} --><!DOCTYPE a [<!ENTITY x "boom">]>',
}
USED = '<a><Cube time="2024-11-27">&x;</Cube></a>'


def encoded(text: str, encoding: str) -> bytes:
    """The document in an encoding that expat follows, with the first line that names it."""
    if encoding == "cp037":  # its letters have codes of their own: the line that names it is in ASCII
        return b'<?xml version="1.0" encoding="cp037"?>' + text.encode("cp037")
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


def workbook(sheet: bytes) -> bytes:
    made, out = BytesIO(), BytesIO()
    Workbook().save(made)
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, sheet if part.filename.endswith("sheet1.xml") else before.read(part))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp037", "iso-8859-1"])
@pytest.mark.parametrize("what", DECLARED)
def test_no_document_unfolds_entities_in_whatever_encoding(what: str, encoding: str) -> None:
    body = encoded(DECLARED[what] + USED, encoding)
    with pytest.raises(ValueError, match="defines entities|UTF-8"):
        refuse_entities([body])
    with pytest.raises(ProviderError, match="^ecb_xml BRL: not readable as XML"):
        _read(body, "ecb_xml BRL")
    with pytest.raises(DataError, match=r"^a.xlsx: xl/worksheets/sheet1.xml: it.*Save it again as .xlsx"):
        workbook_grid(workbook(body), "a.xlsx", None)


def test_in_utf_16_a_parser_would_have_unfolded_it() -> None:
    """Why the encoding is checked as well."""
    body = encoded('<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>', "utf-16")
    assert b"<!DOCTYPE" not in body and ElementTree.fromstring(body).text == "boom"


@given(st.integers(1, 30), st.integers(0, 60))
def test_a_doctype_is_seen_however_the_pieces_are_cut(size: int, padding: int) -> None:
    body = b"<!--" + b" " * padding + b'--><!DOCTYPE a><a b="1"/>'
    with pytest.raises(ValueError, match="defines entities"):
        refuse_entities(body[at : at + size] for at in range(0, len(body), size))


@pytest.mark.parametrize(
    "body",
    [
        b"<a/>",
        b" \n<a/>",
        b"\xef\xbb\xbf<a/>",
        b'<?xml version="1.0"?><a/>',
        b"<?xml version='1.0' encoding='utf-8'?><a/>",
        b"",
    ],
)
def test_what_services_and_spreadsheets_write_passes(body: bytes) -> None:
    refuse_entities([body] if body else [])
