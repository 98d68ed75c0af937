"""What a session is, and what became of it."""

from datetime import UTC, datetime, timedelta

import pytest

from emtui.em.model import Outcome, Result, Session, find_guid, uid_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GUID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def session(state: str | None = None, word: str | None = None, *, canceled: bool = False) -> Session:
    return Session(uid=uid_of(GUID), started=NOON, state=state, result=Result(word, canceled=canceled))


@pytest.mark.parametrize(
    ("state", "word", "outcome"),
    [
        ("InProgress", "Success", Outcome.RUNNING),
        ("inprogress", None, Outcome.RUNNING),
        ("CompletedSuccessfully", "Failed", Outcome.SUCCESS),
        ("CompletedWarning", None, Outcome.WARNING),
        ("FAILED", "Success", Outcome.FAILED),
        ("Dreaming", "Warning", Outcome.WARNING),
        (None, "CompletedSuccessfully", Outcome.SUCCESS),
        (None, "None", Outcome.UNKNOWN),
        (None, None, Outcome.UNKNOWN),
    ],
)
def test_the_state_decides_before_the_result(state: str | None, word: str | None, outcome: Outcome) -> None:
    assert session(state, word).outcome is outcome


def test_a_canceled_run_is_canceled_whatever_else_the_server_says() -> None:
    assert session("CompletedSuccessfully", canceled=True).outcome is Outcome.CANCELED


def test_a_run_in_progress_is_running_even_when_somebody_canceled_it() -> None:
    assert session("InProgress", canceled=True).outcome is Outcome.RUNNING


def test_a_server_clock_ahead_of_ours_never_shows_a_negative_duration() -> None:
    assert session("InProgress").took(NOON - timedelta(seconds=2)) == timedelta()


def test_a_run_that_ended_at_an_unknown_time_has_no_duration() -> None:
    assert session("Failed").took(NOON) is None


def test_the_id_is_the_guid_in_lower_case() -> None:
    assert Session(uid=uid_of(GUID.upper())).id == GUID


def test_a_guid_is_found_inside_an_address() -> None:
    assert find_guid(f"https://em01.example.net:9398/api/systemSessions/{GUID.upper()}?format=Entity") == GUID
