"""The client reads back what the demo serializes, for all sessions and variants."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from both_parsers import read_list

from emtui.demo.demo_options import NO_PLAYS, Plays, parse_plays
from emtui.demo.documents import Documents
from emtui.demo.world import World
from emtui.em import xml_codec
from emtui.em.model import Event, Session
from emtui.em.text_sanitizer import clean

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORLD = World(1, NOON)
BASE = "https://em01.example.net:9398/api"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

GUISES = (
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


def arrived(text: str | None) -> str | None:
    """Return a text as expected after XML and parsing."""
    return clean(NOT_IN_XML.sub("\ufffd", text)) if text else None


def expected(documents: Documents, true: Session) -> Session:
    told = documents.guise.session(true)
    result = replace(told.result, message=arrived(told.result.message))
    return replace(told, name=arrived(told.name), result=result)


def expected_events(documents: Documents, true: Session) -> tuple[Event, ...]:
    told = documents.guise.log(WORLD.log(true.uid, NOON)).events
    return tuple(replace(event, message=arrived(event.message)) for event in told)


@pytest.mark.parametrize("play", GUISES)
def test_the_complete_list_is_read_back_equal(play: str) -> None:
    documents = Documents(BASE, parse_plays([play]))
    sessions = WORLD.sessions(NOON)
    listing = xml_codec.read_list(documents.listing(sessions, json=False))
    assert set(listing.sessions) == {expected(documents, session) for session in sessions}
    assert len(listing.sessions) == len(sessions)
    assert (listing.replaced > 0) == (play == "escape")
    assert len(read_list(documents.listing(sessions[:200], json=False)).sessions) == 200


@pytest.mark.parametrize("play", GUISES)
def test_one_session_and_its_events_are_read_back_equal(play: str) -> None:
    documents = Documents(BASE, parse_plays([play]))
    for true in one_of_each():
        assert xml_codec.read_session(documents.session(true, json=False)) == expected(documents, true)
        log = xml_codec.read_log(documents.log(true, WORLD.log(true.uid, NOON), json=False))
        assert log.events == expected_events(documents, true)


def test_the_events_of_every_session_are_read_back_equal() -> None:
    documents = Documents(BASE, NO_PLAYS)
    for true in WORLD.sessions(NOON):
        log = WORLD.log(true.uid, NOON)
        assert xml_codec.read_log(documents.log(true, log, json=False)).events == log.events


@pytest.mark.parametrize("plays", [NO_PLAYS, parse_plays(["prefix", "comments", "attribute-order=reversed"])])
def test_references_are_read_back_as_incomplete_sessions(plays: Plays) -> None:
    documents = Documents(BASE, plays)
    sessions = WORLD.sessions(NOON)
    listing = read_list(documents.listing(sessions, json=False, references=True))
    assert {one.uid: one.name for one in listing.sessions} == {one.uid: one.name for one in sessions}
    assert not any(one.complete for one in listing.sessions)


def test_invalid_rows_do_not_affect_the_others() -> None:
    documents = Documents(BASE, parse_plays(["odd-row"]))
    sessions = WORLD.sessions(NOON)
    listing = read_list(documents.listing(sessions, json=False))
    assert len(listing.sessions) == len(sessions)
    assert listing.odd == 2
    assert len(set(listing.sessions) & set(sessions)) == len(sessions) - 2


def one_of_each() -> tuple[Session, ...]:
    """One session of every type and outcome."""
    found = {(session.type, session.outcome): session for session in WORLD.sessions(NOON)}
    return tuple(found.values())
