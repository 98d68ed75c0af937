"""The client reads back what the demo serializes, for all sessions and variants."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from both_parsers import read_list

from emtui.demo.demo_options import NO_FAULTS, ActiveFaults, parse_faults
from emtui.demo.documents import DocumentSerializer
from emtui.demo.world import SimulatedWorld
from emtui.em import xml_codec
from emtui.em.model import Event, Session
from emtui.em.text_sanitizer import clean

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORLD = SimulatedWorld(1, NOON)
BASE = "https://em01.example.net:9398/api"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

VARIANTS = (
    "v12",
    "v13",
    "bom",
    "prefix",
    "no-declaration",
    "comments",
    "crlf",
    "odd-enums",
    "escape",
    "long",
    "result-words",
    *(f"attribute-order={order}" for order in ("new", "old", "sorted", "reversed")),
    *(f"running-result={way}" for way in ("none", "null", "absent")),
    *(f"running-end={way}" for way in ("absent", "nil", "empty", "1753", "0001")),
    *(f"times={way}" for way in ("0", "1", "2", "3", "4", "5", "6", "7", "no-z", "offset")),
    *(f"hrefs={way}" for way in ("http9399", "localhost", "other")),
)


def parsed_text(text: str | None) -> str | None:
    """Return a text as expected after XML and parsing."""
    return clean(NOT_IN_XML.sub("\ufffd", text)) if text else None


def expected_session(documents: DocumentSerializer, original: Session) -> Session:
    reported = documents.variants.vary_session(original)
    result = replace(reported.result, message=parsed_text(reported.result.message))
    return replace(reported, name=parsed_text(reported.name), result=result)


def expected_events(documents: DocumentSerializer, original: Session) -> tuple[Event, ...]:
    events = documents.variants.vary_log(WORLD.log(original.uid, NOON)).events
    return tuple(replace(event, message=parsed_text(event.message)) for event in events)


@pytest.mark.parametrize("switch", VARIANTS)
def test_the_complete_list_is_read_back_equal(switch: str) -> None:
    documents = DocumentSerializer(BASE, parse_faults([switch]))
    sessions = WORLD.sessions(NOON)
    listing = xml_codec.read_list(documents.serialize_list(sessions, json=False))
    assert set(listing.sessions) == {expected_session(documents, session) for session in sessions}
    assert len(listing.sessions) == len(sessions)
    assert (listing.replaced_count > 0) == (switch == "escape")
    assert len(read_list(documents.serialize_list(sessions[:200], json=False)).sessions) == 200


@pytest.mark.parametrize("switch", VARIANTS)
def test_one_session_and_its_events_are_read_back_equal(switch: str) -> None:
    documents = DocumentSerializer(BASE, parse_faults([switch]))
    for true in one_of_each():
        assert xml_codec.read_session(documents.serialize_session(true, json=False)) == expected_session(
            documents, true
        )
        log = xml_codec.read_log(documents.serialize_log(true, WORLD.log(true.uid, NOON), json=False))
        assert log.events == expected_events(documents, true)


def test_the_events_of_every_session_are_read_back_equal() -> None:
    documents = DocumentSerializer(BASE, NO_FAULTS)
    for true in WORLD.sessions(NOON):
        log = WORLD.log(true.uid, NOON)
        assert xml_codec.read_log(documents.serialize_log(true, log, json=False)).events == log.events


@pytest.mark.parametrize(
    "switches", [NO_FAULTS, parse_faults(["prefix", "comments", "attribute-order=reversed"])]
)
def test_references_are_read_back_as_incomplete_sessions(switches: ActiveFaults) -> None:
    documents = DocumentSerializer(BASE, switches)
    sessions = WORLD.sessions(NOON)
    listing = read_list(documents.serialize_list(sessions, json=False, references=True))
    assert {one.uid: one.name for one in listing.sessions} == {one.uid: one.name for one in sessions}
    assert not any(one.is_complete for one in listing.sessions)


def test_invalid_rows_do_not_affect_the_others() -> None:
    documents = DocumentSerializer(BASE, parse_faults(["odd-row"]))
    sessions = WORLD.sessions(NOON)
    listing = read_list(documents.serialize_list(sessions, json=False))
    assert len(listing.sessions) == len(sessions)
    assert listing.unreadable_count == 2
    assert len(set(listing.sessions) & set(sessions)) == len(sessions) - 2


def one_of_each() -> tuple[Session, ...]:
    """One session of every type and outcome."""
    found = {(session.type, session.outcome): session for session in WORLD.sessions(NOON)}
    return tuple(found.values())
