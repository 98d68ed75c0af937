"""Implausible times are unknown, by the server's clock, in every kind of response, without a problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from both_parsers import read_list
from connected_client import connected_client
from scripted_server import (
    GOOD_REPLIES,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_reply,
    route_of,
)

from emtui.em import xml_codec
from emtui.em.model import Outcome, Session

NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
GUID = "0f0e0d0c-0b0a-4908-8706-050403020100"
CLOCK = datetime(2026, 11, 23, 12, tzinfo=UTC)
START = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NEVER = [
    *("0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "1753-01-01T00:00:00Z", "1899-12-30T00:00:00Z"),
    *("1900-01-01T00:00:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"),
    *("9999-12-31T23:59:59-12:00", "1999-12-31T23:59:59.999999Z"),
]


def row(
    started: str, ended: str, state: str = "Failed", result: str = "Failed", tag: str = "Sessions"
) -> str:
    return (
        f'<{tag} Name="Collect Job" UID="urn:veeam:SystemSession:{GUID}">'
        f"<SessionType>CollectJob</SessionType><CreationTimeUTC>{started}</CreationTimeUTC>"
        f"<EndTimeUTC>{ended}</EndTimeUTC><State>{state}</State><Result><Result>{result}</Result></Result></{tag}>"
    )


def read(started: str, ended: str, state: str = "Failed", result: str = "Failed") -> Session:
    """Read the row with both list parsers and with that of a single session."""
    head = f'<SystemSessions {NS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    plain = head + row(started, ended, state, result) + "</SystemSessions>"
    unusual = plain.replace("<State>", "<!-- not simple --><State>")
    single = row(started, ended, state, result, "SystemSession")
    (session,) = read_list(plain.encode(), clock=CLOCK).sessions
    assert read_list(unusual.encode(), clock=CLOCK).sessions == (session,)
    assert xml_codec.read_session(single.encode(), clock=CLOCK) == session
    return session


def format_time(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.parametrize("never", NEVER)
def test_never_values_and_times_before_2000_are_unknown_without_a_problem(never: str) -> None:
    ended = read(format_time(START), never)
    assert (ended.started, ended.ended, ended.parse_problem) == (START, None, None)
    assert ended.outcome is Outcome.FAILED
    assert ended.duration(CLOCK) is None
    running = read(format_time(START), never, "InProgress", "Success")
    assert running.is_running
    assert running.duration(CLOCK) == CLOCK - START
    assert read(never, format_time(START)).started is None


@pytest.mark.parametrize(
    ("ended", "known"),
    [
        (START - timedelta(seconds=60), START),
        (START - timedelta(seconds=60, microseconds=1), None),
        (START - timedelta(microseconds=1), START),
        (START, START),
        (START - timedelta(hours=27), None),
        (CLOCK + 2 * DAY, CLOCK + 2 * DAY),
        (CLOCK + 2 * DAY + timedelta(microseconds=1), None),
    ],
)
def test_an_end_is_never_before_its_start_nor_far_ahead_of_the_clock(
    ended: datetime, known: datetime | None
) -> None:
    session = read(format_time(START), format_time(ended))
    assert (session.ended, session.parse_problem) == (known, None)


def test_the_start_of_2000_and_two_days_ahead_are_plausible() -> None:
    assert read("2000-01-01T00:00:00Z", format_time(START)).started == datetime(2000, 1, 1, tzinfo=UTC)
    assert read(format_time(CLOCK + 2 * DAY), "").started == CLOCK + 2 * DAY
    assert read(format_time(CLOCK + 2 * DAY + timedelta(microseconds=1)), "").started is None


def test_an_end_without_a_start_is_kept() -> None:
    session = read("1900-01-01T00:00:00Z", format_time(START))
    assert (session.started, session.ended, session.duration(CLOCK)) == (None, START, None)


@pytest.mark.parametrize("name", ["1900-01-01 00:00:00", "9999-12-31 23:59:59", "2026-11-25 12:00:01"])
def test_an_implausible_start_in_a_name_is_unknown(name: str) -> None:
    body = f'<EntityReferences {NS}><Ref Name="Collect Job @{name}" UID="{GUID}"/></EntityReferences>'
    (session,) = read_list(body.encode(), clock=CLOCK).sessions
    assert (session.started, session.parse_problem) == (None, None)


@pytest.mark.parametrize("never", NEVER)
def test_an_implausible_event_time_is_unknown_without_a_problem(never: str) -> None:
    lines = f"<Events><CreationTimeUTC>{never}</CreationTimeUTC><Message>a</Message><Order>1</Order></Events>"
    (event,) = xml_codec.read_log(
        f"<SystemSessionEvents {NS}>{lines}</SystemSessionEvents>".encode(), clock=CLOCK
    ).events
    assert (event.time, event.message, event.parse_problem) == (None, "a", None)


# --- the server's clock -----------------------------------------------------------


@dataclass
class ClockServer:
    """Lists one run with this start, and sends its clock as `Date`."""

    started: datetime
    date: datetime | None

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        content_type = "Content-Type: application/xml\r\n"
        date = "" if self.date is None else f"Date: {self.date:%a, %d %b %Y %H:%M:%S} GMT\r\n"
        at = format_time(self.started)
        match route_of(request):
            case "list":
                return make_reply("200 OK", list_xml([row(at, "")]), content_type + date)
            case "session":
                return make_reply("200 OK", row(at, "", tag="SystemSession").encode(), content_type + date)
            case "events":
                line = f"<Events><CreationTimeUTC>{at}</CreationTimeUTC><Order>1</Order></Events>"
                body = f"<SystemSessionEvents {NS}>{line}</SystemSessionEvents>".encode()
                return make_reply("200 OK", body, content_type + date)
            case route:
                return GOOD_REPLIES[route]


@pytest.mark.parametrize(
    ("date", "started", "known"),
    [
        (timedelta(), DAY, True),
        (timedelta(), 3 * DAY, False),
        (400 * DAY, 401 * DAY, True),
        (400 * DAY, 403 * DAY, False),
        (-400 * DAY, -397 * DAY, False),
        (None, DAY, True),
        (None, 3 * DAY, False),
        (-20_000 * DAY, DAY, True),
    ],
    ids=str,
)
async def test_the_clock_is_the_date_of_the_response_or_the_local_one(
    tmp_path: Path, date: timedelta | None, started: timedelta, known: bool
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    responses = ClockServer(now + started, None if date is None else now + date)
    expected = now + started if known else None
    async with connected_client(tmp_path, responses) as client:
        (listed,) = (await client.sessions()).sessions
        assert listed.started == expected
        assert (await client.session(listed.uid)).started == expected
        assert (await client.events(listed.uid)).events[0].time == expected


async def test_the_same_bytes_are_parsed_again_after_an_hour(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    responses = ClockServer(now + 3 * DAY, now)
    async with connected_client(tmp_path, responses) as client:
        first = await client.sessions()
        assert first.sessions[0].started is None
        responses.date = now + timedelta(minutes=59)
        assert await client.sessions() is first
        responses.date = now + 2 * DAY
        second = await client.sessions()
        assert second.sessions[0].started == now + 3 * DAY
        responses.date = now + 3 * DAY
        assert await client.sessions() is second
