"""Alert text: everything that happened, in one sentence of bounded length."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshot_factory import NOON, numbered_run

from emtui.display_text.notification_text import MAX_SENTENCE_LENGTH, alerts_text
from emtui.em.model import Result, Session
from emtui.monitor.notification_policy import Alert, Severity
from emtui.triage.daily_failures import DailyFailures

SERVER = "em01.example.net"
DAILY = DailyFailures(6, (), (NOON,), 481, timedelta())
REASON = "em01.example.net does not answer."


def minutes_after_noon(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def failed_run(kind: str, message: str | None = "no route to host", number: int = 1) -> Session:
    return replace(numbered_run(number, "Failed", kind), result=Result("Failed", message))


def failure_alert(minute: int, kind: str, message: str | None = "no route to host") -> Alert:
    return Alert(
        Severity.FAILURE, minutes_after_noon(minute), SERVER, run=failed_run(kind, message, minute + 1)
    )


def outage_alert(
    minute: int, until: int | None = None, severity: Severity = Severity.LOST, why: str = REASON
) -> Alert:
    return Alert(
        severity,
        minutes_after_noon(minute),
        SERVER,
        why,
        until=None if until is None else minutes_after_noon(until),
    )


@pytest.mark.parametrize(
    ("alerts", "text"),
    [
        ([failure_alert(0, "LogExport")], "LogExport failed on em01.example.net: no route to host"),
        (
            [replace(failure_alert(0, "LogExport"), daily_failures=DAILY)],
            "LogExport failed on em01.example.net, the 6th day at this minute: no route to host",
        ),
        ([failure_alert(0, "LogExport", None)], "LogExport failed on em01.example.net: no message"),
        ([outage_alert(0)], REASON),
        ([outage_alert(0, severity=Severity.STOPPED, why="Refused.")], "Refused."),
        (
            [outage_alert(0, 4)],
            (
                f"{SERVER} since 12:00: connection lost 12:00, restored 12:04"
                " (em01.example.net does not answer)."
            ),
        ),
        (
            [outage_alert(0, 4, Severity.RECOVERED)],
            (
                f"{SERVER} since 12:00: connection lost 12:00, restored 12:04"
                " (em01.example.net does not answer)."
            ),
        ),
        (
            [failure_alert(1, "LogExport", "a"), failure_alert(1, "CollectJob", None)],
            "em01.example.net since 12:01: 2 types failed: LogExport (a), CollectJob.",
        ),
        (
            [
                failure_alert(1, "LogExport", "a longer message"),
                failure_alert(2, "LogExport", "the last message"),
            ],
            "em01.example.net since 12:01: 1 type failed: LogExport 2 times (the last message).",
        ),
        (
            [
                failure_alert(1, "LogExport"),
                outage_alert(2, 3),
                outage_alert(5),
                outage_alert(6, None, Severity.STOPPED, "Refused."),
            ],
            (
                f"{SERVER} since 12:01: connection lost 12:02, restored 12:03, connection lost 12:05,"
                " requests stopped 12:06 (Refused); 1 type failed: LogExport (no route to host)."
            ),
        ),
        (
            [outage_alert(minute, minute + 1) for minute in range(0, 12, 2)],
            (
                f"{SERVER} since 12:00: 2 earlier outages, connection lost 12:04, restored 12:05,"
                " connection lost 12:06, restored 12:07, connection lost 12:08, restored 12:09,"
                " connection lost 12:10, restored 12:11 (em01.example.net does not answer)."
            ),
        ),
    ],
)
def test_the_text_of_alerts(alerts: list[Alert], text: str) -> None:
    assert alerts_text(alerts, minutes_after_noon(10), UTC) == text


def test_each_server_has_its_own_sentence() -> None:
    other = replace(outage_alert(3), server="em02.example.net", reason="em02.example.net does not answer.")
    text = alerts_text([failure_alert(1, "LogExport"), other], minutes_after_noon(10), UTC)
    assert "em01.example.net since 12:01: 1 type failed: LogExport" in text
    assert "em02.example.net since 12:03: connection lost 12:03" in text


def test_a_long_reason_for_an_outage_leaves_room_for_the_types_that_failed() -> None:
    text = alerts_text(
        [failure_alert(1, "LogExport"), outage_alert(3, why="the reason " * 40)], minutes_after_noon(10), UTC
    )
    assert text.index("1 type failed: LogExport") < 2 * 80
    assert "(the reason the reason" in text


def test_messages_are_cut_before_any_name_is() -> None:
    kinds = [f"Type number {number}" for number in range(30)]
    text = alerts_text([failure_alert(1, kind, "long " * 200) for kind in kinds], minutes_after_noon(10), UTC)
    assert len(text) <= MAX_SENTENCE_LENGTH
    assert all(kind in text for kind in kinds)


def test_names_that_do_not_fit_are_counted() -> None:
    kinds = [f"Type number {number} {'x' * 50}" for number in range(400)]
    text = alerts_text([failure_alert(1, kind) for kind in kinds], minutes_after_noon(10), UTC)
    assert len(text) <= MAX_SENTENCE_LENGTH
    named = text.count("Type number")
    assert text.endswith(f" and {400 - named} more.")


alerts = st.lists(
    st.one_of(
        st.builds(failure_alert, st.integers(0, 9), st.text(max_size=80), st.none() | st.text(max_size=2000)),
        st.builds(
            outage_alert,
            st.integers(0, 4),
            st.none() | st.integers(5, 9),
            st.sampled_from([Severity.LOST, Severity.STOPPED]),
            st.text(max_size=500),
        ),
    ),
    min_size=1,
    max_size=60,
)


@given(alerts)
def test_any_server_text_is_one_line_of_bounded_length(some: list[Alert]) -> None:
    text = alerts_text(some, minutes_after_noon(10), UTC)
    assert len(text) <= MAX_SENTENCE_LENGTH
    assert text.isprintable() or all(char.isprintable() or ord(char) > 0x7F for char in text)
    assert "\n" not in text
