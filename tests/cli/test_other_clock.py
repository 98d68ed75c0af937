"""Whatever needs to know what time it is goes by the server's clock, in every command alike."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from other_clock import AFTER, BEFORE, RUNNING, OtherClock, id_of
from rogue import PASSWORD, USER, Identity, identity, rogue_beside
from served import Demo, serve
from shell import Shell

MINUTE = timedelta(minutes=1)
CLOCKS = {
    "ten minutes ahead": (10 * MINUTE, None),
    "25 minutes behind": (-25 * MINUTE, None),
    "three days ahead": (timedelta(days=3), None),
    "years behind": (timedelta(days=-3000), None),
    "says nothing": (timedelta(), ""),
    "says garbage": (timedelta(), "half past nine"),
    "says 1970": (timedelta(), "Thu, 01 Jan 1970 00:00:07 GMT"),
    "says the year 9999": (timedelta(), "Fri, 31 Dec 9999 23:59:59 GMT"),
}
"""How far its clock is ahead, and what stands in the place of its `Date`."""
At = Callable[[OtherClock], Shell]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def at(shell: Shell, certificate: Identity) -> Iterator[At]:
    """A shell at a server with this clock."""
    with ExitStack() as servers:

        def start(clock: OtherClock) -> Shell:
            server = servers.enter_context(rogue_beside(clock, certificate.context()))
            shell.environ |= {"EMTUI_PASSWORD": PASSWORD, "TZ": "UTC"}
            where = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
            return replace(shell, before=where)

        yield start


@pytest.fixture(params=CLOCKS)
def any_clock(request: pytest.FixtureRequest) -> OtherClock:
    """One of these clocks, now."""
    return OtherClock(*CLOCKS[request.param])


@pytest.fixture(params=["ten minutes ahead", "25 minutes behind"])
def clock(request: pytest.FixtureRequest) -> OtherClock:
    """One that is told to be wrong."""
    return OtherClock(*CLOCKS[request.param])


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {session["id"] for session in found}


def is_four_minutes(seconds: float) -> bool:
    """Four minutes, and as long as a busy machine takes for the tests."""
    return 237 <= seconds < 360


def test_what_runs_is_as_long_as_the_server_says(at: At, any_clock: OtherClock) -> None:
    shell = at(any_clock)
    (listed,) = shell.json("sessions", "is:running", "-o", "json")
    shown = shell.json("show", id_of(RUNNING), "-o", "json")
    assert is_four_minutes(listed["duration_s"])
    assert is_four_minutes(shown["duration_s"])
    usual = next(finding for finding in shown["findings"] if finding["kind"] == "usual")
    assert usual["ratio"] == pytest.approx(shown["duration_s"] / 30, abs=0.01)
    for command in (("sessions", "is:running"), ("show", id_of(RUNNING))):
        assert any(word.startswith(("4m", "5m")) for word in shell(*command).stdout.split()), command


def test_what_is_stuck_is_so_for_the_query_as_for_the_check(at: At, clock: OtherClock) -> None:
    for running, stuck in ((timedelta(minutes=4), True), (timedelta(seconds=5), False)):
        shell = at(OtherClock(clock.ahead, clock.date, running))
        found = ids(shell.json("sessions", "is:stuck", "-o", "json"))
        judged = shell("check", "--stuck", "--timeout", "60")
        assert (found == {id_of(RUNNING)}, judged.returncode == 2) == (stuck, stuck), judged.stdout
        assert ("CollectJob has run for" in judged.stdout) == stuck


def test_a_query_on_lengths_goes_by_the_servers_clock(at: At, clock: OtherClock) -> None:
    shell = at(clock)
    for query in (("took:>3m", "took:<10m"), ("ratio:>5", "ratio:<15"), ("is:unusual",)):
        assert ids(shell.json("sessions", *query, "-o", "json")) == {id_of(RUNNING)}, query


def test_a_day_back_is_a_day_of_the_servers(at: At, any_clock: OtherClock) -> None:
    shell = at(any_clock)
    exports = ("type:LogExport", "-o", "json")
    for query in (("since:24h",), ("--since", "24h"), ("!before:1d",)):
        assert ids(shell.json("sessions", *exports, *query)) == {id_of(AFTER)}, query
    for query in (("until:24h",), ("!since:24h",)):
        assert ids(shell.json("sessions", *exports, *query)) == {id_of(BEFORE)}, query


def test_a_clock_time_is_the_last_one_that_the_server_has_seen(at: At, clock: OtherClock) -> None:
    shell = at(clock)
    just_now, to_come = clock.now - 3 * MINUTE, clock.now + 20 * MINUTE
    recent = shell.json("sessions", f"since:{just_now:%H:%M:%S}", "!is:running", "-o", "json")
    assert recent == []
    yesterday = shell.json("sessions", f"since:{to_come:%H:%M:%S}", "type:CollectJob", "-o", "json")
    assert len(yesterday) == 41


def test_dates_are_not_shifted(at: At, clock: OtherClock) -> None:
    shell = at(clock)
    begun = clock.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    found = shell.json("sessions", f"since:{begun}", "-o", "json")
    assert ids(found) == {id_of(RUNNING)}


def test_an_order_by_length_is_that_of_the_lengths_shown(at: At, clock: OtherClock) -> None:
    shell = at(clock)
    for order in ("duration_s", "-duration_s"):
        listed = [session["duration_s"] for session in shell.json("sessions", "--sort", order, "-o", "json")]
        assert listed == sorted(listed, reverse=order.startswith("-"))
        assert is_four_minutes(listed[0 if order.startswith("-") else -1])


def first_line(shell: Shell, *query: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """The first line that is told of a list that is followed."""
    argv = [sys.executable, "-m", "emtui", *shell.before, "tail", "--from-start", "-o", "jsonl", *query]
    with subprocess.Popen(argv, env=shell.environ, stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        silent = threading.Timer(60, tail.kill)
        silent.start()
        told = tail.stdout.readline()
        silent.cancel()
        tail.send_signal(signal.SIGTERM)
        tail.communicate(timeout=60)
    return json.loads(told)


def test_a_list_that_is_followed_tells_the_servers_lengths(at: At, clock: OtherClock) -> None:
    shell = at(clock)
    line = first_line(shell, "took:>3m", "since:24h")
    assert line["session"]["id"] == id_of(RUNNING)
    assert is_four_minutes(line["session"]["duration_s"])


def test_what_cannot_be_read_is_said_before_anything_is_sent(shell: Shell, certificate: Identity) -> None:
    with rogue_beside(OtherClock(), certificate.context()) as server:
        where = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
        asked = replace(shell, before=where)
        for command in (
            ("sessions", "since:24q"),
            ("sessions", "since:02:10A", "since:24q"),
            ("sessions", "since:2026-10-24T02:10A"),
            ("tail", "took:long"),
            ("tail", "since:2026-10-24T02:10A"),
        ):
            done = asked(*command, EMTUI_PASSWORD=PASSWORD)
            assert done.returncode == 2, done.stderr
    assert server.hello == 0


@pytest.fixture(scope="module")
def change() -> Iterator[Demo]:
    """A server whose clock shows the day on which clocks go back, whatever day this computer's shows."""
    yield from serve("--seed", "1", "--clock", "2026-10-25T12:00:00Z", "--speed", "0")


@pytest.fixture
def at_change(shell: Shell, change: Demo) -> Shell:
    where = ("--server", change.url, "--user", change.user, "--pin", change.sha256)
    shell.environ |= {"EMTUI_PASSWORD": change.password, "TZ": "Europe/Berlin"}
    return replace(shell, before=where)


@pytest.mark.parametrize(("letter", "utc"), [("A", "00:10"), ("B", "01:10")])
def test_an_hour_that_comes_twice_is_that_of_the_servers_day(at_change: Shell, letter: str, utc: str) -> None:
    meant, exact = (
        ids(at_change.json("sessions", f"since:{when}", "-o", "json"))
        for when in (f"02:10{letter}", f"2026-10-25T{utc}Z")
    )
    assert meant == exact
    assert meant
    (oldest,) = at_change.json(
        "sessions", f"since:2026-10-25T{utc}Z", "!is:running", "-o", "json", "--sort", "started", "--limit=1"
    )
    first = first_line(at_change, f"since:02:10{letter}", f"id:{oldest['id']}")
    assert first["session"]["id"] == oldest["id"]


@pytest.mark.parametrize("command", ["sessions", "tail"])
def test_a_letter_that_the_servers_clock_does_not_know_is_refused_by_it(
    at_change: Shell, command: str
) -> None:
    done = at_change(command, "since:01:10A")
    assert (done.returncode, done.stdout) == (2, "")
    assert "since:01:10A: 01:10 does not occur twice: remove the letter A." in done.stderr
