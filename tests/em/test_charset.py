"""Documents in other encodings than UTF-8, by the rules of XML, in both parsers and with any chunks."""

from __future__ import annotations

import pytest
from scripted_server import session_xml

from emtui.em import xml_codec
from emtui.em.charset import lookup_encoding, parse_charset

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
NAME = "Höhe – getrennt"


def listing(declared: str, namespaces: str, name: str = NAME) -> str:
    row = session_xml().replace("Collect Job", name)
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    return f"{head}<SystemSessions {namespaces}>{row * 3}</SystemSessions>"


def names_of(body: bytes, charset: str, step: int) -> tuple[set[str | None], int]:
    reader = xml_codec.ListReader(charset)
    for start in range(0, len(body), step):
        reader.feed(body[start : start + step])
    listing = reader.close()
    return {session.name for session in listing.sessions}, listing.replaced_count


@pytest.mark.parametrize("step", [1, 3, 10_000])
@pytest.mark.parametrize("namespaces", [XSI, ""])
@pytest.mark.parametrize(
    ("declared", "codec", "charset", "name"),
    [
        ("windows-1252", "cp1252", "", NAME),
        ("Windows-1252", "cp1252", "windows-1252", NAME),
        ("windows-1251", "cp1251", "", "Сбор данных"),
        ("iso-8859-1", "latin-1", "", "Höhe"),
        ("ISO-8859-15", "iso8859-15", "", "100 €"),
        ("koi8-r", "koi8-r", "", "Сбор"),
        ("Shift_JIS", "shift_jis", "", "設定ソ表"),
        ("GB18030", "gb18030", "", "备份\ufffd"),
        ("utf-16", "utf-16", "", NAME),
        ("utf-16", "utf-16-le", "", NAME),
        ("UTF-16", "utf-16-be", "", NAME),
        ("", "utf-16", "", NAME),
        ("utf-8", "utf-16", "utf-8", "what the bytes show beats header and declaration: \ufffd"),
        ("utf-32", "utf-32", "", NAME),
        ("utf-8", "cp1251", "windows-1251", "Шапка"),
        ("", "cp1252", "windows-1252", NAME),
        ("utf-16", "utf-8", "", "what .NET writes – " + NAME),
        ("utf-8", "utf-8", "utf-16", NAME),
        ("windows-1252", "cp1252", "x-nope", NAME),
        ("us-ascii", "utf-8", "", NAME),
        ("windows-1252", "utf-8-sig", "windows-1252", NAME),
    ],
)
def test_a_document_is_read_in_its_actual_encoding(
    declared: str, codec: str, charset: str, name: str, namespaces: str, step: int
) -> None:
    body = listing(declared, namespaces, name).encode(codec)
    shown, replaced_count = names_of(body, charset, step)
    assert shown == {f"{name} @2026-11-23 02:00:00.5"}
    assert replaced_count == 0


def test_undecodable_bytes_are_replaced_and_counted() -> None:
    body = listing("windows-1252", XSI, "a\x81b").encode("latin-1")
    shown, replaced_count = names_of(body, "", 7)
    assert shown == {"a\ufffdb @2026-11-23 02:00:00.5"}
    assert replaced_count == 3


@pytest.mark.parametrize(
    "name", ["utf-7", "rot13", "hex", "unicode_escape", "idna", "iso-2022-jp", "x", "", "../x"]
)
def test_unsafe_encodings_are_rejected(name: str) -> None:
    assert lookup_encoding(name) is None


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("application/xml", ""),
        ("application/xml; charset=utf-8", "utf-8"),
        ('text/xml;charset="windows-1251"; x=y', "windows-1251"),
        ("text/xml; CharSet = utf-16", "utf-16"),
        ("text/xml; charset=", ""),
        ("", ""),
    ],
)
def test_the_charset_of_a_content_type(header: str, named: str) -> None:
    assert parse_charset(header) == named
