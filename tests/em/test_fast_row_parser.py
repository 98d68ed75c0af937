"""The fast parser reads rows like the XML parser, and only where rows are allowed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from both_parsers import read_list
from hypothesis import example, given, settings
from hypothesis import strategies as st
from independent_server import IndependentServer, ServerVariant
from lxml import etree
from response_cases import CASES
from scripted_server import GOOD_REPLIES

from emtui.em import xml_codec
from emtui.em.chunked_sort import CHUNK_SIZE, sort_in_chunks
from emtui.em.fast_row_parser import FastListParser
from emtui.em.model import Listing
from emtui.em.session_parser import ParsedElement, SessionCollector
from emtui.em.timestamps import LATEST
from emtui.em.xml_codec import UnreadableDocumentError
from emtui.em.xml_sanitizer import XmlSanitizer

LIST_START = b'<?xml version="1.0"?>\n<SystemSessions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
URL = b"https://em01.example.net:9398/api/systemSessions/"


def row(number: int, message: bytes = b"", more: bytes = b"") -> bytes:
    """A row as servers write it."""
    guid = b"%08x-2222-4333-8444-555555555555" % number
    return (
        b'<Sessions Href="' + URL + guid + b'?format=Entity" Type="SystemSession"'
        b' Name="Collect Job @2026-11-23 02:00:00.5" UID="urn:veeam:SystemSession:' + guid + b'">'
        b'<Links><Link Href="' + URL + guid + b'" Name="a &amp; b" Rel="Alternate" /></Links>'
        b"<SessionType>CollectJob</SessionType><CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC>"
        + more
        + b"<State>Failed</State><Result><Result>Failed</Result><Message>"
        + message
        + b"</Message><IsCanceled>false</IsCanceled></Result></Sessions>"
    )


ROWS = (
    row(1),
    row(2, "a < b &amp; c > ä".replace("<", "&lt;").encode()),
    row(3, b"&amp;lt; &quot;&apos;"),
    row(4, b"first\nsecond", b'\n  <EndTimeUTC xsi:nil="true" />\n'),
    row(5, b"a > b"),
    row(11, b"a &amp; b " * 30),
    row(6, b"&#xD;&#39;"),
    row(7, b"<![CDATA[&#27;</Sessions>]]>"),
    row(8).replace(b"<Message></Message>", b"<Message />"),
    row(9).replace(b" UID=", b" uid="),
    row(1, b"the same UID again"),
    b"<Sessions />",
    b"<!-- " + row(10) + b" -->",
    b'<Job Name="x" UID="y"><State>Failed</State></Job>',
    b"\r\n",
)
TOKENS = (
    *(b"<", b">", b'"', b"&", b"/", b"=", b" ", b"\n", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<?a", b"?>"),
    *(
        b"</Sessions>",
        b"</Sessions >",
        b"<Sessions>",
        b"<Sessions/>",
        b"<X a='",
        b'<X a="',
        b"&lt;",
        b"&foo;",
    ),
    *(
        b"&#x1B;",
        b"\x1b",
        b"\xff",
        b"\xef\xbf\xbe",
        b"</Result>",
        b"</SystemSessions>",
        b' UID="1"',
        b"<a:b/>",
    ),
)


@st.composite
def rows(draw: st.DrawFn) -> bytes:
    """Some simple and unusual rows, with parts removed and inserted."""
    body = b"".join(draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=6)))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(start + 20, len(body))))
        body = body[:start] + draw(st.sampled_from(TOKENS)) + body[end:]
    return body


def outcome(body: bytes, piece: int) -> Listing | str:
    """Return the list, or why it cannot be read."""
    reader = xml_codec.ListReader()
    try:
        for start in range(0, len(body), piece):
            reader.feed(body[start : start + piece])
        return reader.close()
    except UnreadableDocumentError as problem:
        return problem.reason


@settings(max_examples=400)
@given(rows(), st.integers(200, 5000))
@example(b"<Sessions/><X a='</Sessions>" + row(1) + b"'/>", 5000)
@example(b'<Sessions></Sessions ><X a="</Sessions>' + row(1) + b'"/>', 5000)
@example(row(1) + b"<Sessions><!-- </Sessions>" + row(2) + b" --></Sessions>", 5000)
@example(row(1).replace(b"false", b"<"), 5000)
def test_plain_rows_are_read_as_the_parser_reads_them(body: bytes, piece: int) -> None:
    simple = LIST_START + b' a="1">' + body + b"</SystemSessions>"
    parsed = LIST_START + b" a='1'>" + body + b"</SystemSessions>"  # no row of such a list is simple
    assert outcome(simple, piece) == outcome(parsed, len(parsed))


class CountingCollector(SessionCollector):
    """Counts the rows read by the XML parser."""

    parsed_count = 0

    def add_element(self, element: ParsedElement) -> None:
        self.parsed_count += 1
        super().add_element(element)


SERVER_ROW = row(1, b"Cannot connect", b"<EndTimeUTC>2026-11-23T02:00:31Z</EndTimeUTC>")


@pytest.mark.parametrize(
    "change",
    [
        (b"", b""),
        (b"><", b">\n    <"),
        (b'">', b'"\t>'),
        (b' Type="SystemSession"', b""),
        (b' Name="a &amp; b" Rel', b' Name="a" Type="JobReference" Rel'),
        (b' Rel="Alternate"', b""),
        (b"</Links>", b'<Link Href="x" Name="y" Type="z" Rel="Up"/></Links>'),
        (b"Cannot", b"1 &lt; 2 &amp; 3 &gt; 2 &quot;&apos; \n\t"),
        (b"Cannot", b"a &amp; b " * 30),
        (b"CollectJob<", b"a &amp; b<"),
        (b"Failed</State>", b"a &amp; b</State>"),
        (b"<Message>Cannot connect</Message>", b"<Message />"),
        (b"<Message>Cannot connect</Message>", b'<Message xsi:nil="true"/>'),
        (b"<Message>Cannot connect</Message>", b""),
        (b"<IsCanceled>false</IsCanceled>", b""),
        (b"<IsCanceled>false</IsCanceled>", b"<IsCanceled/>"),
        (b"<Result>Failed</Result>", b""),
        (b"<CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC>", b""),
        (b"<EndTimeUTC>2026-11-23T02:00:31Z</EndTimeUTC>", b'<EndTimeUTC xsi:nil="true"/>'),
        (b"<State>Failed</State>", b""),
    ],
)
def test_rows_as_servers_write_them_need_no_parser(change: tuple[bytes, bytes]) -> None:
    collector = CountingCollector(LATEST)
    parser = FastListParser(collector, "")
    parser.feed(LIST_START + b">" + SERVER_ROW.replace(*change) * 3 + b"</SystemSessions>")
    parser.close()
    assert (collector.count, collector.parsed_count) == (3, 0)
    assert read_list(LIST_START + b">" + SERVER_ROW.replace(*change) + b"</SystemSessions>").sessions


@pytest.mark.parametrize(
    "unusual", [row(2, b"&#10;"), row(2).replace(b' UID="', b' UID=" '), b"<Sessions></Sessions>"]
)
def test_rows_after_an_unusual_one_need_no_parser(unusual: bytes) -> None:
    collector = CountingCollector(LATEST)
    parser = FastListParser(collector, "")
    parser.feed(LIST_START + b">" + row(1) + unusual + row(3) + row(4) + b"</SystemSessions>")
    parser.close()
    assert (collector.count, collector.parsed_count) == (4, 1)


def test_a_row_without_links_or_result_needs_no_parser() -> None:
    start, _, rest = SERVER_ROW.partition(b"<Links>")
    _, _, rest = rest.partition(b"</Links>")
    fields, _, _ = rest.partition(b"<Result>")
    collector = CountingCollector(LATEST)
    parser = FastListParser(collector, "")
    parser.feed(LIST_START + b">" + start + fields + b"</Sessions></SystemSessions>")
    parser.close()
    assert (collector.count, collector.parsed_count) == (1, 0)


@pytest.mark.parametrize("behind", [b"<a/>", b"x", b"&amp", b"<!DOCTYPE a>", row(2)])
@pytest.mark.parametrize("root", [b"", b" a:b='1'", b" xmlns:a=''"])
def test_nothing_may_follow_a_list_with_any_prefixes(root: bytes, behind: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="not well-formed"):
        read_list(b"<SystemSessions" + root + b">" + row(1) + b"</SystemSessions>" + behind)


@pytest.mark.parametrize("root", [b"<SystemSessions>", b"<SystemSessions a='1'>"])
def test_a_prefix_must_be_declared_for_plain_rows_as_for_others(root: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="not well-formed"):
        read_list(root + ROWS[3] + b"</SystemSessions>")


@settings(max_examples=300)
@given(
    st.sampled_from([b' a="1">', b">", b' xmlns="http://www.veeam.com/ent/v1.0">']),
    rows(),
    st.sampled_from([b"", b" ", b"<!-- -->", b"<a/>", b"\0", b"&lt;"]),
    st.lists(st.integers(0, 5000), max_size=9),
)
def test_no_list_is_read_that_a_strict_parser_rejects(
    end: bytes, body: bytes, behind: bytes, cuts: list[int]
) -> None:
    document = (
        (LIST_START if end != b">" else b"<SystemSessions") + end + body + b"</SystemSessions>" + behind
    )
    sanitizer = XmlSanitizer()
    sanitized = sanitizer.feed(document) + sanitizer.close()
    reader, start = xml_codec.ListReader(), 0
    try:
        for cut in [*sorted(cuts), len(document)]:
            reader.feed(document[start:cut])
            start = max(start, cut)
        reader.close()
    except UnreadableDocumentError:
        return
    etree.fromstring(sanitized)  # raises if it is not well-formed


def test_errors_after_simple_rows_have_the_correct_position() -> None:
    body = LIST_START + b">" + row(1) + b"\n" + row(2) + b"\n\n  <a></b></SystemSessions>"
    assert outcome(body, 999) == outcome(body.replace(b'"1.0"', b"'1.0'", 1), 999)
    assert str(outcome(body, 999)).endswith("line 5, column 10")


@pytest.mark.parametrize("where", ["within a row", "between two rows"])
def test_a_list_that_ends_early_is_cut(where: str) -> None:
    body = LIST_START + b">" + row(1) + row(2)
    with pytest.raises(UnreadableDocumentError) as caught:
        read_list(body[: -40 if where == "within a row" else None])
    assert caught.value.is_truncated


def test_a_list_with_too_many_rows_is_too_large_in_any_form() -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        xml_codec.read_list(LIST_START + b">" + row(1) * 250_001)
    assert caught.value.is_too_large


@given(st.lists(st.integers(0, 50), max_size=3 * CHUNK_SIZE // 1000), st.booleans())
def test_a_chunked_sort_equals_sorted(few: list[int], reverse: bool) -> None:
    numbers = [(number * 7919 + place) % 5003 for number in few for place in range(1000)]
    pairs = list(enumerate(numbers))
    assert sort_in_chunks(pairs, lambda pair: pair[1], reverse=reverse) == sorted(
        pairs, key=lambda pair: pair[1], reverse=reverse
    )


SERVED_LISTS = {
    **{f"good {route}": response for route, response in GOOD_REPLIES.items()},
    **{name: case.reply for name, case in CASES.items()},
}
"""Every response of the tests' servers, to any request."""


@pytest.mark.parametrize(
    "name", [name for name in SERVED_LISTS if isinstance(SERVED_LISTS[name].chunks, tuple)]
)
def test_both_parsers_read_all_test_lists_alike(name: str) -> None:
    for charset in ("", "windows-1252"):
        with suppress(UnreadableDocumentError):
            read_list(b"".join(SERVED_LISTS[name].chunks), charset)


@pytest.mark.parametrize("prefix", ["", None, "ent"])
@pytest.mark.parametrize("order", ["Href Type Name UID", "UID Name Href Type"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("more", [{}, {"comments": True, "extras": True}, {"bom": True, "doubles": True}])
def test_both_parsers_agree_on_the_independent_server(
    prefix: str | None, order: str, line_end: str, more: dict[str, bool]
) -> None:
    for references in ("", "list"):
        variants = ServerVariant(prefix, order, references, line_end=line_end, **more)  # type: ignore[arg-type]
        document = IndependentServer(variants).document("/api/systemSessions", "format=Entity")
        assert document
        assert read_list(document.encode()).sessions
