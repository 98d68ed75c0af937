"""Parsing of notes with an expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.query import InvalidQueryError
from emtui.query.expiry_parser import MAX_NOTE_LENGTH, parse_note, parse_until

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
"""A Monday."""
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("08:00", "2026-11-23T07:00Z"),
        ("03:12", "2026-11-24T02:12Z"),
        ("3:30", "2026-11-23T02:30Z"),
        ("30m", "2026-11-23T02:42:04Z"),
        ("7d", "2026-11-30T02:12:04Z"),
        ("2026-11-30", "2026-11-29T23:00Z"),
        ("2026-11-30 08:00", "2026-11-30T07:00Z"),
        ("2026-11-30T08:00", "2026-11-30T07:00Z"),
        ("2026-11-30T08:00:00Z", "2026-11-30T08:00Z"),
        ("mon", "2026-11-29T23:00Z"),
        ("Mon 08:00", "2026-11-23T07:00Z"),
        ("Tuesday 8:00", "2026-11-24T07:00Z"),
    ],
)
def test_the_expiry_is_the_next_matching_time(typed: str, meant: str) -> None:
    assert parse_until(typed, now=NOW, zone=PARIS) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Mon", "2026-11-29T23:00Z"), ("thu", "2026-11-25T23:00Z"), ("Sun 08:00", "2026-11-29T07:00Z")],
)
def test_a_day_of_the_week_is_counted_from_today(typed: str, meant: str) -> None:
    wednesday = NOW + timedelta(days=2)
    assert parse_until(typed, now=wednesday, zone=PARIS) == datetime.fromisoformat(meant)


def test_today_is_that_of_the_zone() -> None:
    tuesday_in_paris = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert parse_until("tue 08:00", now=tuesday_in_paris, zone=PARIS) == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert parse_until("00:30", now=tuesday_in_paris, zone=PARIS) == tuesday_in_paris + timedelta(days=1)


@pytest.mark.parametrize(
    "typed", ["", "soon", "25:00", "8", "mon 9", "2026-13-01", "storage is patched", "0x"]
)
def test_an_invalid_expiry_is_rejected_with_valid_examples(typed: str) -> None:
    with pytest.raises(InvalidQueryError, match="write until 08:00, 7d, Mon 08:00 or 2026-11-30"):
        parse_until(typed, now=NOW, zone=PARIS)


@pytest.mark.parametrize("typed", ["2026-11-22", "2025-01-01T08:00", "0m"])
def test_an_expiry_in_the_past_is_rejected(typed: str) -> None:
    with pytest.raises(InvalidQueryError, match="is in the past"):
        parse_until(typed, now=NOW, zone=PARIS)


@pytest.mark.parametrize(
    ("typed", "note", "until"),
    [
        ("", "", None),
        ("INC0012345", "INC0012345", None),
        ("  INC0012345   until 08:00 ", "INC0012345", "2026-11-23T08:00Z"),
        ("until 7d", "", "2026-11-30T02:12:04Z"),
        ("not until patched until 08:00", "not until patched", "2026-11-23T08:00Z"),
        ("Until 08:00", "", "2026-11-23T08:00Z"),
        ("the untils and until-like stay", "the untils and until-like stay", None),
    ],
)
def test_the_last_until_separates_the_note_from_its_expiry(typed: str, note: str, until: str | None) -> None:
    ends = datetime.fromisoformat(until) if until else None
    assert parse_note(typed, now=NOW, zone=UTC) == (note, ends)


def test_a_note_has_a_maximum_length() -> None:
    with pytest.raises(InvalidQueryError, match=f"at most {MAX_NOTE_LENGTH} characters"):
        parse_note("x" * (MAX_NOTE_LENGTH + 1), now=NOW, zone=UTC)


@given(st.text(max_size=60))
def test_any_text_is_a_note_or_an_error_of_one_sentence(text: str) -> None:
    try:
        note, until = parse_note(text, now=NOW, zone=timezone(timedelta(hours=1)))
    except InvalidQueryError:
        return
    assert until is None or until > NOW
    assert "\n" not in note
