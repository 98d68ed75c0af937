"""Arbitrary bytes: parsing returns a model or raises `UnreadableDocumentError`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from both_parsers import read_list
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emtui.em import xml_codec
from emtui.em.model import Listing
from emtui.em.text_sanitizer import clean, shorten
from emtui.em.xml_codec import UnreadableDocumentError

NS = b'xmlns="http://www.veeam.com/ent/v1.0"'
ROW = (
    b'<Sessions Href="https://em01.example.net:9398/api/systemSessions/x" Type="SystemSession"'
    b' Name="Collect Job @2026-11-23 02:00:00.5" UID="urn:veeam:SystemSession:'
    b'11111111-2222-4333-8444-555555555555"><SessionType>CollectJob</SessionType>'
    b"<CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC><State>Failed</State><Result>"
    b"<Result>Failed</Result><Message>\xc3\xa4 &#x1B; <![CDATA[&#27;]]></Message></Result></Sessions>"
)
DOCUMENTS = (
    b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<!-- x --><SystemSessions '
    + NS
    + b">"
    + ROW
    + ROW
    + b"</SystemSessions>",
    b"<EntityReferences><Ref UID='1' Name='a @2026-11-23 02:00:00'/></EntityReferences>",
    b"<Events><Events><CreationTimeUTC>2026-11-23T02:00:00</CreationTimeUTC><Order>1</Order></Events></Events>",
    b"<Error Message='no'><StackTrace>&#xD;</StackTrace></Error>",
    ROW.replace(b"Sessions", b"SystemSession"),
)
TOKENS = [
    b"<",
    b">",
    b"/",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?",
    b"?>",
    b"&#27;",
    b"&#x1",
    b"B;",
    b"&#xD800;",
    b"\x1b",
    b"\0",
    b"\xff",
    b"\xe2\x80",
    b"\xae",
    b"\xef\xbf\xbe",
    b"\r\n",
    b"<!DOCTYPE a>",
    b"&lt;",
    b"&foo;",
    b"9999-12-31T23:59:59-14:00",
    b"UID=''",
    b"<Sessions/>",
    b"</SystemSessions>",
    b"x" * 100,
    b"\xef\xbb\xbf",
]
READERS: tuple[Callable[[bytes], object], ...] = (
    read_list,
    xml_codec.read_session,
    xml_codec.read_log,
    xml_codec.check_root,
    xml_codec.read_logon,
    xml_codec.readable_xml,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid document with parts removed and inserted."""
    body = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(start + 20, len(body))))
        body = body[:start] + draw(st.sampled_from(TOKENS) | st.binary(max_size=4)) + body[end:]
    return body


def outcome(read: Callable[[], Listing]) -> Listing | tuple[bool, bool]:
    """Return the list, or the kind of failure."""
    try:
        return read()
    except UnreadableDocumentError as problem:
        return problem.is_truncated, problem.is_too_large


def read_in_chunks(body: bytes, cuts: list[int]) -> Listing:
    reader = xml_codec.ListReader()
    ends = sorted(min(cut, len(body)) for cut in cuts)
    for start, end in zip([0, *ends], [*ends, len(body)], strict=True):
        reader.feed(body[start:end])
    return reader.close()


def reason(read: Callable[[bytes], object], body: bytes) -> str:
    try:
        read(body)
    except UnreadableDocumentError as problem:
        return problem.reason
    return ""


@settings(max_examples=150)
@given(st.binary(max_size=200) | mutated())
@example(b"<\xd7\xb5>")  # U+05F5 is not assigned yet
def test_no_bytes_raise_another_error(body: bytes) -> None:
    for read in READERS:
        text = reason(read, body)
        assert shorten(text, len(text)) == text


@settings(max_examples=200)
@given(mutated(), st.lists(st.integers(0, 1200), max_size=8))
def test_chunk_boundaries_make_no_difference(body: bytes, cuts: list[int]) -> None:
    assert outcome(lambda: read_in_chunks(body, cuts)) == outcome(lambda: read_list(body))


@settings(max_examples=100)
@given(st.binary(max_size=200) | mutated(), st.sampled_from(["", "application/json", "text/html", "\udcff"]))
def test_reading_an_error_never_fails(body: bytes, content_type: str) -> None:
    message = xml_codec.read_error_body(body, content_type).message
    assert len(message) <= 300


@settings(max_examples=300)
@given(st.text(st.characters(), max_size=50))
def test_cleaning_leaves_no_terminal_controls_and_is_idempotent(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert not {ord(character) for character in shown} & {*range(9), *range(11, 32), *range(127, 160)}
    shown.encode()


@settings(max_examples=150)
@given(mutated())
@example(b"\xef\xbb\xbf \xef\xbb\xbf<SystemSessions/>")
@example(b"<SystemSessions a='1' \xef\xbb\xbfb='\xef\xbb\xbf'/>")
def test_a_readable_document_has_the_same_list(body: bytes) -> None:
    first = outcome(lambda: read_list(body))
    try:
        text = xml_codec.readable_xml(body)
    except UnreadableDocumentError:
        return
    again = outcome(lambda: xml_codec.read_list(text.encode()))
    if isinstance(first, Listing) and isinstance(again, Listing):
        assert again.sessions == first.sessions
    else:
        assert again == first
