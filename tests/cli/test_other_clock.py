"""Current time is that of the server's clock, in every command."""

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
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server
from scripted_server import PASSWORD, USER, ServerIdentity, make_identity, scripted_server_in_thread
from skewed_clock_server import LESS_THAN_A_DAY_AGO, MORE_THAN_A_DAY_AGO, RUNNING, SkewedServer, id_of

MINUTE = timedelta(minutes=1)
SKEWED_SERVERS = {
    "ten minutes ahead": (10 * MINUTE, None),
    "25 minutes behind": (-25 * MINUTE, None),
    "three days ahead": (timedelta(days=3), None),
    "years behind": (timedelta(days=-3000), None),
    "says nothing": (timedelta(), ""),
    "says garbage": (timedelta(), "half past nine"),
    "says 1970": (timedelta(), "Thu, 01 Jan 1970 00:00:07 GMT"),
    "says the year 9999": (timedelta(), "Fri, 31 Dec 9999 23:59:59 GMT"),
}
"""How far the clock is ahead, and the value of its `Date` header."""
StartShell = Callable[[SkewedServer], CommandRunner]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def start_shell(shell: CommandRunner, certificate: ServerIdentity) -> Iterator[StartShell]:
    """A shell connected to a server with this clock."""
    with ExitStack() as servers:

        def start(clock: SkewedServer) -> CommandRunner:
            server = servers.enter_context(scripted_server_in_thread(clock, certificate.tls_context()))
            shell.environ |= {"EMTUI_PASSWORD": PASSWORD, "TZ": "UTC"}
            where = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
            return replace(shell, leading_arguments=where)

        yield start


@pytest.fixture(params=SKEWED_SERVERS)
def any_skewed_server(request: pytest.FixtureRequest) -> SkewedServer:
    """One of these clocks, at the current time."""
    return SkewedServer(*SKEWED_SERVERS[request.param])


@pytest.fixture(params=["ten minutes ahead", "25 minutes behind"])
def clock(request: pytest.FixtureRequest) -> SkewedServer:
    """A server with a wrong clock."""
    return SkewedServer(*SKEWED_SERVERS[request.param])


def session_ids(sessions: list[dict[str, Any]]) -> set[str]:
    return {session["id"] for session in sessions}


def is_four_minutes(seconds: float) -> bool:
    """Four minutes, plus the time that the tests take on a busy machine."""
    return 237 <= seconds < 360


def test_running_runs_have_their_length_by_the_servers_clock(
    start_shell: StartShell, any_skewed_server: SkewedServer
) -> None:
    shell = start_shell(any_skewed_server)
    (listed,) = shell.run_json("sessions", "is:running", "-o", "json")
    shown = shell.run_json("show", id_of(RUNNING), "-o", "json")
    assert is_four_minutes(listed["duration_s"])
    assert is_four_minutes(shown["duration_s"])
    usual = next(finding for finding in shown["findings"] if finding["kind"] == "usual")
    assert usual["ratio"] == pytest.approx(shown["duration_s"] / 30, abs=0.01)
    for command in (("sessions", "is:running"), ("show", id_of(RUNNING))):
        assert any(word.startswith(("4m", "5m")) for word in shell(*command).stdout.split()), command


def test_query_and_check_agree_on_stuck_runs(start_shell: StartShell, clock: SkewedServer) -> None:
    for running, stuck in ((timedelta(minutes=4), True), (timedelta(seconds=5), False)):
        shell = start_shell(SkewedServer(clock.skew, clock.date_header, running))
        found = session_ids(shell.run_json("sessions", "is:stuck", "-o", "json"))
        checked = shell("check", "--stuck", "--timeout", "60")
        assert (found == {id_of(RUNNING)}, checked.returncode == 2) == (stuck, stuck), checked.stdout
        assert ("CollectJob running for" in checked.stdout) == stuck


def test_a_query_on_lengths_uses_the_servers_clock(start_shell: StartShell, clock: SkewedServer) -> None:
    shell = start_shell(clock)
    for query in (("took:>3m", "took:<10m"), ("ratio:>5", "ratio:<15"), ("is:unusual",)):
        assert session_ids(shell.run_json("sessions", *query, "-o", "json")) == {id_of(RUNNING)}, query


def test_a_day_back_uses_the_servers_clock(start_shell: StartShell, any_skewed_server: SkewedServer) -> None:
    shell = start_shell(any_skewed_server)
    exports = ("type:LogExport", "-o", "json")
    for query in (("since:24h",), ("--since", "24h"), ("!before:1d",)):
        assert session_ids(shell.run_json("sessions", *exports, *query)) == {id_of(LESS_THAN_A_DAY_AGO)}, (
            query
        )
    for query in (("until:24h",), ("!since:24h",)):
        assert session_ids(shell.run_json("sessions", *exports, *query)) == {id_of(MORE_THAN_A_DAY_AGO)}, (
            query
        )


def test_a_clock_time_is_the_last_one_on_the_servers_clock(
    start_shell: StartShell, clock: SkewedServer
) -> None:
    shell = start_shell(clock)
    just_now, to_come = clock.now - 3 * MINUTE, clock.now + 20 * MINUTE
    recent = shell.run_json("sessions", f"since:{just_now:%H:%M:%S}", "!is:running", "-o", "json")
    assert recent == []
    yesterday = shell.run_json("sessions", f"since:{to_come:%H:%M:%S}", "type:CollectJob", "-o", "json")
    assert len(yesterday) == 41


def test_dates_are_not_shifted(start_shell: StartShell, clock: SkewedServer) -> None:
    shell = start_shell(clock)
    begun = clock.running_since.strftime("%Y-%m-%dT%H:%M:%SZ")
    found = shell.run_json("sessions", f"since:{begun}", "-o", "json")
    assert session_ids(found) == {id_of(RUNNING)}


def test_sorting_by_length_uses_the_lengths_shown(start_shell: StartShell, clock: SkewedServer) -> None:
    shell = start_shell(clock)
    for order in ("duration_s", "-duration_s"):
        listed = [
            session["duration_s"] for session in shell.run_json("sessions", "--sort", order, "-o", "json")
        ]
        assert listed == sorted(listed, reverse=order.startswith("-"))
        assert is_four_minutes(listed[0 if order.startswith("-") else -1])


def first_tail_line(shell: CommandRunner, *query: str) -> Any:  # noqa: ANN401 - JSON is what it is
    """The first line that `tail` prints."""
    argv = [
        sys.executable,
        "-m",
        "emtui",
        *shell.leading_arguments,
        "tail",
        "--from-start",
        "-o",
        "jsonl",
        *query,
    ]
    with subprocess.Popen(argv, env=shell.environ, stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        is_silent = threading.Timer(60, tail.kill)
        is_silent.start()
        line = tail.stdout.readline()
        is_silent.cancel()
        tail.send_signal(signal.SIGTERM)
        tail.communicate(timeout=60)
    return json.loads(line)


def test_tail_prints_durations_by_the_servers_clock(start_shell: StartShell, clock: SkewedServer) -> None:
    shell = start_shell(clock)
    line = first_tail_line(shell, "took:>3m", "since:24h")
    assert line["session"]["id"] == id_of(RUNNING)
    assert is_four_minutes(line["session"]["duration_s"])


def test_an_invalid_query_is_reported_before_anything_is_sent(
    shell: CommandRunner, certificate: ServerIdentity
) -> None:
    with scripted_server_in_thread(SkewedServer(), certificate.tls_context()) as server:
        where = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
        asked = replace(shell, leading_arguments=where)
        for command in (
            ("sessions", "since:24q"),
            ("sessions", "since:02:10A", "since:24q"),
            ("sessions", "since:2026-10-24T02:10A"),
            ("tail", "took:long"),
            ("tail", "since:2026-10-24T02:10A"),
        ):
            done = asked(*command, EMTUI_PASSWORD=PASSWORD)
            assert done.returncode == 2, done.stderr
    assert server.connection_count == 0


@pytest.fixture(scope="module")
def clock_change_demo() -> Iterator[RunningDemo]:
    """A server whose clock shows the day on which clocks go back, independent of this computer's clock."""
    yield from run_demo_server("--seed", "1", "--clock", "2026-10-25T12:00:00Z", "--speed", "0")


@pytest.fixture
def clock_change_shell(shell: CommandRunner, clock_change_demo: RunningDemo) -> CommandRunner:
    where = (
        "--server",
        clock_change_demo.url,
        "--user",
        clock_change_demo.user,
        "--pin",
        clock_change_demo.sha256,
    )
    shell.environ |= {"EMTUI_PASSWORD": clock_change_demo.password, "TZ": "Europe/Berlin"}
    return replace(shell, leading_arguments=where)


@pytest.mark.parametrize(("letter", "utc"), [("A", "00:10"), ("B", "01:10")])
def test_a_repeated_hour_is_that_of_the_servers_day(
    clock_change_shell: CommandRunner, letter: str, utc: str
) -> None:
    meant, exact = (
        session_ids(clock_change_shell.run_json("sessions", f"since:{when}", "-o", "json"))
        for when in (f"02:10{letter}", f"2026-10-25T{utc}Z")
    )
    assert meant == exact
    assert meant
    (oldest,) = clock_change_shell.run_json(
        "sessions", f"since:2026-10-25T{utc}Z", "!is:running", "-o", "json", "--sort", "started", "--limit=1"
    )
    first = first_tail_line(clock_change_shell, f"since:02:10{letter}", f"id:{oldest['id']}")
    assert first["session"]["id"] == oldest["id"]


@pytest.mark.parametrize("command", ["sessions", "tail"])
def test_a_letter_is_an_error_if_the_hour_is_not_repeated_on_the_servers_clock(
    clock_change_shell: CommandRunner, command: str
) -> None:
    done = clock_change_shell(command, "since:01:10A")
    assert (done.returncode, done.stdout) == (2, "")
    assert "since:01:10A: 01:10 does not occur twice: remove the letter A." in done.stderr
