"""Polling in a real terminal: the output of a poll, and freshness during outages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from pty_terminal import EmtuiTerminal, isolated_environment, run_python
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    REFUSED_REPLY,
    SCRIPTS,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

FAST_POLLING_SCRIPT = Path(__file__).parent.parent / "run_fast_polling.py"
GONE_REPLY = make_reply("503 Service Unavailable", b"", "")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


def numbered_rows(count: int, *more: str) -> ScriptedReply:
    """A complete list of `count` runs and the rows in `more`."""
    return make_reply("200 OK", list_xml([*(session_xml(guid(number)) for number in range(count)), *more]))


@dataclass
class OutageServer:
    """Responds with `listed` to list requests, and records their times."""

    listed: ScriptedReply = field(default_factory=lambda: numbered_rows(40))
    logon: ScriptedReply = GOOD_REPLIES["logon"]
    requests: list[float] = field(default_factory=list)

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "list":
            self.requests.append(time.monotonic())
            return self.listed
        return self.logon if route == "logon" else GOOD_REPLIES[route]


@contextmanager
def running_list(
    tmp_path: Path, server_script: OutageServer, interval: float
) -> Iterator[tuple[EmtuiTerminal, ScriptedEmServer]]:
    server_identity = make_identity(tmp_path)
    with scripted_server_in_thread(server_script, server_identity.tls_context()) as server:
        argv = (
            str(FAST_POLLING_SCRIPT),
            str(interval),
            "--server",
            server.authority,
            "--user",
            USER,
            "--pin",
            server_identity.sha256,
        )
        with run_python(*argv, environ=isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.wait_for("as of")
            yield terminal, server
            terminal.press("ctrl+c", "ctrl+c")


def wait_for_polls(terminal: EmtuiTerminal, server_script: OutageServer, polls: int) -> None:
    """Read output until `polls` more lists were requested and answered."""
    expected, deadline = len(server_script.requests) + polls, time.monotonic() + 60
    while len(server_script.requests) < expected:
        terminal.wait_idle()
        assert time.monotonic() < deadline, "polling stopped"
    terminal.wait_idle()


@pytest.mark.parametrize("keys", [(), ("\r",), ("?",), (":",), ("!",), ("L",), ("/", "x")], ids=repr)
def test_between_polls_nothing_is_sent_and_a_poll_without_a_change_sends_the_time(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    manager = OutageServer()
    with running_list(tmp_path, manager, 1.0) as (terminal, _):
        for key in keys:
            terminal.press(key)
            terminal.wait_idle()
        wait_for_polls(terminal, manager, 1)
        before, polls = len(terminal.received), 3
        between = 0
        for _ in range(polls):
            asked = len(manager.requests)
            terminal.wait_idle()  # what the last poll brought
            resting = len(terminal.received)
            while len(manager.requests) == asked:
                terminal.wait_idle()
                between += len(terminal.received) - resting if len(manager.requests) == asked else 0
                resting = len(terminal.received)
        terminal.wait_idle()
        sent = len(terminal.received) - before
    assert between == 0
    assert sent <= 60 * (polls + 1)


def data_time(bar: str, now: datetime) -> datetime:
    """The time at the right of the bar, on the day that is nearest to `now`."""
    shown = re.search(r"(as of |STALE  |NO DATA since .*)(\d\d:\d\d:\d\d) \+00:00$", bar)
    assert shown, bar
    time_text = datetime.combine(now, clock.fromisoformat(shown[2]), UTC)
    return min(
        (time_text + timedelta(days=days) for days in (-1, 0, 1)), key=lambda moment: abs(moment - now)
    )


HALF = make_reply("200 OK", list_xml([session_xml(guid(number)) for number in range(40)])[:-400])
MANGLED = session_xml(guid(99)).replace("2026-11-23T02:00:00.5Z", "yesterday")


def test_the_screen_is_never_newer_than_the_last_complete_response(tmp_path: Path) -> None:
    """Check the header repeatedly while the server responds in different ways."""
    manager = OutageServer()
    last_whole = datetime.now(UTC)
    plan: list[tuple[Callable[[], ScriptedReply], bool]] = [
        (lambda: numbered_rows(40), True),
        (lambda: GONE_REPLY, False),
        (lambda: HALF, False),
        (lambda: SCRIPTS["cut"].reply, False),
        (lambda: numbered_rows(40, MANGLED), True),
        (lambda: SCRIPTS["no-answer"].reply, False),
        (lambda: numbered_rows(41), True),
    ]
    with running_list(tmp_path, manager, 0.4) as (terminal, _):
        for answer, complete_responses in plan:
            manager.listed = answer()
            wait_for_polls(terminal, manager, 1)  # one may have been under way
            asked = len(manager.requests)
            while len(manager.requests) < asked + 4:
                lines = terminal.wait_for(lambda lines: bool(lines[-1]))
                top, now = lines[0], datetime.now(UTC)
                limit = now if complete_responses else last_whole
                assert data_time(top, now) <= limit + timedelta(seconds=1), "\n".join(lines)
                assert re.search(r"1 of 4[01] runs ─", "\n".join(lines)), "\n".join(lines)
                terminal.read_for(0.05)
            if complete_responses:
                last_whole = datetime.now(UTC)
                terminal.wait_for(lambda lines: "STALE" not in lines[0] and "NO DATA" not in lines[0])
        assert any("1 of 41" in line for line in terminal.lines())


def test_an_unreadable_row_is_counted(tmp_path: Path) -> None:
    manager = OutageServer(numbered_rows(3, MANGLED))
    with running_list(tmp_path, manager, 5) as (terminal, _):
        terminal.wait_for("1 run not fully readable")


def test_expiry_outage_and_a_new_password_while_a_query_is_half_typed(tmp_path: Path) -> None:
    manager = OutageServer()
    with running_list(tmp_path, manager, 0.5) as (terminal, server):
        terminal.press("/", "Collec")
        terminal.wait_for("1 of 40")
        refused = REFUSED_REPLY
        manager.listed, manager.logon = refused, refused
        terminal.wait_for("LOGON REFUSED")
        attempts = server.count("POST")
        terminal.press("tJob")
        terminal.wait_for("/ CollectJob")
        assert server.count("POST") == attempts
        terminal.press("enter")
        manager.listed, manager.logon = numbered_rows(41), GOOD_REPLIES["logon"]
        terminal.press("L")
        terminal.wait_for("Enter log on")
        terminal.press(f"{PASSWORD} 2", "enter")
        terminal.wait_for("41 of 41")
        assert all("Collec" not in asked.headers.get("authorization", "") for asked in server.requests)
        assert server.count("POST") == attempts + 1


def test_polling_recovers_after_the_server_was_restarted(tmp_path: Path) -> None:
    server_identity, manager = make_identity(tmp_path), OutageServer()
    with ExitStack() as first:
        server = first.enter_context(scripted_server_in_thread(manager, server_identity.tls_context()))
        argv = (
            str(FAST_POLLING_SCRIPT),
            "0.5",
            "--server",
            server.authority,
            "--user",
            USER,
            "--pin",
            server_identity.sha256,
        )
        with run_python(*argv, environ=isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.wait_for("1 of 40")
            first.close()
            terminal.wait_for("NO DATA since")
            terminal.wait_for("refused the connection")
            forgotten = iter([make_reply("401 Unauthorized")])

            def restarted(asked: ReceivedRequest) -> ScriptedReply:
                old = route_of(asked) == "list" and next(forgotten, None)
                return old or manager(asked)

            manager.listed = numbered_rows(41)
            with scripted_server_in_thread(restarted, server_identity.tls_context(), server.port) as again:
                terminal.wait_for("1 of 41")
                terminal.wait_for(lambda lines: "as of" in lines[0] and "!" not in lines[1][:1])
                assert again.count("POST") == 1
                terminal.press("q")
                assert terminal.wait_exit() == 0
                assert again.count("DELETE") == 1


def test_the_title_is_set_if_the_profile_enables_it_and_restored(tmp_path: Path) -> None:
    server_identity, manager = make_identity(tmp_path), OutageServer()
    with scripted_server_in_thread(manager, server_identity.tls_context()) as server:
        folder = tmp_path / "config" / "emtui"
        folder.mkdir(parents=True)
        for wanted in ("true", "false"):
            (folder / "config.toml").write_text(
                f"[profiles.prod]\nserver = '{server.authority}'\nuser = '{USER}'\n"
                f"pin = '{server_identity.sha256}'\ntitle = {wanted}\n"
            )
            (folder / "config.toml").chmod(0o600)
            with run_python(
                str(FAST_POLLING_SCRIPT),
                "0.3",
                environ=isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD),
            ) as terminal:
                terminal.wait_for("as of")
                manager.listed = GONE_REPLY
                terminal.wait_for("NO DATA since")
                terminal.wait_idle()
                manager.listed = numbered_rows(40)
                terminal.press("q")
                assert terminal.wait_exit() == 0
            if wanted == "true":
                before, _, after = terminal.received.partition(b"\x1b]2;emtui prod\x07")
                assert before.endswith(b"\x1b[22;0t")
                assert b"\x1b]2;emtui prod: NO DATA\x07" in after
                assert b"\x1b[23;0t" in after
            else:
                assert b"\x1b]2;" not in terminal.received
