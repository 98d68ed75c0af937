"""Sessions and their outcomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from emtui.em.model import Outcome, Result, Session, find_guid, uid_from_guid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GUID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def session(state: str | None = None, word: str | None = None, *, canceled: bool = False) -> Session:
    return Session(
        uid=uid_from_guid(GUID), started=NOON, state=state, result=Result(word, is_canceled=canceled)
    )


RUNNING = [
    "InProgress",
    "Starting",
    "Working",
    "Stopping",
    "Stoping",
    "Pausing",
    "Resuming",
    "Idle",
    "Pending",
]
ENDED = ["CompletedSuccessfully", "Success", "CompletedWarning", "Warning", "Failed", "Error", "Completed"]
RESULTS = ["Success", "CompletedSuccessfully", "Warning", "CompletedWarning", "Failed", "ERROR", "None"]
INCONCLUSIVE = ["Stopped", "Dreaming", "None", "", None]
SEVERITY = {
    **dict.fromkeys(["success", "completedsuccessfully"], 1),
    **dict.fromkeys(["warning", "completedwarning"], 2),
    **dict.fromkeys(["failed", "error"], 3),
}


def documented_outcome(state: str | None, word: str | None, canceled: bool, has_end: bool) -> str:
    """The documented rule, implemented independently."""
    severities = [SEVERITY.get((text or "").lower(), 0) for text in (state, word)]
    is_over = has_end and severities[1] > 0
    runs = [(text or "").lower() in {text.lower() for text in RUNNING} for text in (state, word)]
    if (runs[0] or (runs[1] and not severities[0])) and not is_over:
        return "running"
    return "canceled" if canceled else ["unknown", "success", "warning", "failed"][max(severities)]


@pytest.mark.parametrize("state", [*RUNNING, *map(str.upper, RUNNING), *ENDED, *INCONCLUSIVE])
@pytest.mark.parametrize("word", [*RESULTS, "InProgress", "pending", *INCONCLUSIVE])
def test_the_outcome_is_the_worse_of_state_and_result_unless_running_or_canceled(
    state: str | None, word: str | None
) -> None:
    for canceled, ended in product((False, True), (None, NOON)):
        read = replace(session(state, word, canceled=canceled), ended=ended)
        assert read.outcome == documented_outcome(state, word, canceled, ended is not None), (canceled, ended)


@pytest.mark.parametrize("word", [*RUNNING, "Postprocessing", "waitingrepository", "Running"])
def test_a_run_in_any_running_state_is_running_even_if_canceled(word: str) -> None:
    assert session(word, "None").is_running
    assert session(word, "Success", canceled=True).is_running
    assert replace(session(word, "None"), ended=NOON).is_running
    assert replace(session(word, "Failed"), ended=NOON).outcome is Outcome.FAILED
    assert replace(session(word, "Failed", canceled=True), ended=NOON).outcome is Outcome.CANCELED


@pytest.mark.parametrize("state", INCONCLUSIVE)
def test_a_running_result_counts_if_the_state_is_inconclusive(state: str | None) -> None:
    assert session(state, "InProgress").is_running
    assert session(state, "inprogress", canceled=True).is_running
    assert session("CompletedSuccessfully", "InProgress").outcome is Outcome.SUCCESS
    assert session("Failed", "InProgress").outcome is Outcome.FAILED
    assert session(state, "InProgress").duration(NOON + timedelta(seconds=9)) == timedelta(seconds=9)


@pytest.mark.parametrize(
    ("state", "word", "ended", "contradiction"),
    [
        ("CompletedSuccessfully", "Failed", True, "State is CompletedSuccessfully, Result is Failed"),
        ("Failed", "Success", False, "State is Failed, Result is Success"),
        ("InProgress", "Success", False, "State is InProgress, Result is Success"),
        ("Working", "Failed", True, "State is Working, but the run has ended"),
        ("Working", "None", True, "State is Working, but the run has an end time"),
        ("CompletedWarning", "InProgress", True, "State is CompletedWarning, Result is InProgress"),
        (None, "InProgress", True, "Result is InProgress, but the run has an end time"),
        ("Stopped", "InProgress", False, ""),
        ("Working", "InProgress", False, ""),
        ("CompletedWarning", "warning", True, ""),
        ("Failed", "Error", True, ""),
        ("Stopped", "Failed", True, ""),
        ("Dreaming", "Perhaps", True, ""),
        ("InProgress", "None", False, ""),
        ("Failed", "None", True, ""),
        (None, "Success", True, ""),
        ("CompletedSuccessfully", None, True, ""),
    ],
)
def test_contradictions_of_the_server_are_described(
    state: str | None, word: str | None, ended: bool, contradiction: str
) -> None:
    read = replace(session(state, word), ended=NOON if ended else None)
    assert read.contradiction == contradiction
    assert read.outcome_text == (f"{read.outcome} ({contradiction})" if contradiction else read.outcome)


def test_a_run_in_a_running_state_lasts_until_now_despite_an_end() -> None:
    read = replace(session("Working", "None"), ended=NOON + timedelta(seconds=5))
    assert read.duration(NOON + timedelta(minutes=1)) == timedelta(minutes=1)


def test_a_run_has_failed_only_if_its_outcome_is_known() -> None:
    assert session("Failed").has_failed
    assert not session("CompletedWarning").has_failed
    assert not replace(session("Failed"), is_complete=False).has_failed


def test_a_server_clock_ahead_of_ours_never_shows_a_negative_duration() -> None:
    assert session("InProgress").duration(NOON - timedelta(seconds=2)) == timedelta()


def test_a_run_that_ended_at_an_unknown_time_has_no_duration() -> None:
    assert session("Failed").duration(NOON) is None


def test_the_id_is_the_guid_in_lower_case() -> None:
    assert Session(uid=uid_from_guid(GUID.upper())).id == GUID


def test_a_guid_is_found_inside_an_address() -> None:
    assert find_guid(f"https://em01.example.net:9398/api/systemSessions/{GUID.upper()}?format=Entity") == GUID
