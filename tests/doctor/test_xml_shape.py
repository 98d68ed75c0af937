"""The structure of a response shows formats and never values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.doctor.xml_shape import DOCUMENTED_WORDS, describe_format, element_paths, format_paths
from emtui.em.xml_prolog import UnreadableDocumentError
from emtui.em.xml_sanitizer import sanitize

NAMES = [b"".join(bytes([97 + int(digit)]) for digit in str(number)) for number in range(2_000)]
GUID = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "empty"),
        ("CollectJob", "CollectJob"),
        ("CompletedSuccessfully", "CompletedSuccessfully"),
        ("VeryPrivateJob", "text of up to 100 characters"),
        ("bs02.example.net", "text of up to 100 characters"),
        (GUID, "guid"),
        (f"urn:veeam:SystemSession:{GUID}", "urn:veeam:SystemSession:guid"),
        (f"urn:veeam:Acme:{GUID}", "urn:veeam:(4 characters):guid"),
        ("2026-11-23T02:00:00.12345Z", "time with Z, 5 decimals"),
        ("2026-11-23T02:00:00", "time with no zone, 0 decimals"),
        ("2026-11-23T02:00:00.5+01:00", "time with an offset, 1 decimals"),
        ("true", "bool"),
        ("42", "integer"),
        (
            f"https://em01.example.net:9398/acme/api/systemSessions/{GUID}/events?format=Entity",
            "https://HOST/(4 characters)/api/systemSessions/guid/events?…",
        ),
    ],
)
def test_a_text_is_described_by_its_format(text: str, description: str) -> None:
    assert describe_format(text) == description


@given(st.text(min_size=1))
def test_no_text_is_shown_unless_the_vendor_documents_it(text: str) -> None:
    description = describe_format(text)
    assert (
        text in DOCUMENTED_WORDS
        or text not in description
        or (len(text) < 12 and text in describe_format("x" * len(text)))
    )


def test_paths_attributes_and_texts_of_a_document_are_described() -> None:
    body = (
        b"<?xml version='1.0'?><A xmlns='http://www.veeam.com/ent/v1.0'><B UID='secret-host'>1</B>"
        b"<B UID='true'>&#x1B;hidden</B><C/></A>"
    )
    assert list(format_paths(element_paths(sanitize(body)))) == [
        "A ×1",
        "  B ×2 @UID(text of up to 100 characters | bool) = integer | text of up to 10 characters",
        "  C ×1 = empty",
    ]


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE a><a/>", b"<html/>", b"{}", b"<a><b></a>", b"<a>"])
def test_an_invalid_document_is_reported(body: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        element_paths(sanitize(body))


def test_an_invalid_name_is_not_shown() -> None:
    (line,) = format_paths(element_paths(f"<{'x' * 90}/>".encode()))
    assert line == "(90 characters) ×1 = empty"


@pytest.mark.parametrize("name", ["Custom.EM01.example.net", "Server_dc01", "em01-node"])
def test_a_possible_host_name_is_not_shown(name: str) -> None:
    (line,) = format_paths(element_paths(f"<{name} {name}='x'/>".encode()))
    assert name not in line


@pytest.mark.parametrize("body", [b"<a>" * 100_000, b"<r>" + b"".join(b"<%s/>" % n for n in NAMES) + b"</r>"])
def test_a_document_of_too_many_paths_is_rejected(body: bytes) -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        element_paths(sanitize(body))
    assert caught.value.is_too_large
