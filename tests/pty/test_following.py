"""The list as it is followed in a real terminal: what it sends there, and what it never claims."""

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
from pty_terminal import Terminal, a_home, python
from rogue import (
    GOOD,
    PASSWORD,
    REFUSED,
    SCRIPTS,
    USER,
    Asked,
    Reply,
    Rogue,
    identity,
    list_xml,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)

HASTY = Path(__file__).parent.parent / "hasty.py"
GONE = reply("503 Service Unavailable", b"", "")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


def rows(count: int, *more: str) -> Reply:
    """A whole list of so many runs, and what else is put into it."""
    return reply("200 OK", list_xml([*(session_xml(guid(number)) for number in range(count)), *more]))


@dataclass
class Manager:
    """Answers with `bad` in place of the list while there is one; notes when each list was asked for."""

    listed: Reply = field(default_factory=lambda: rows(40))
    logon: Reply = GOOD["logon"]
    asked: list[float] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route == "list":
            self.asked.append(time.monotonic())
            return self.listed
        return self.logon if route == "logon" else GOOD[route]


@contextmanager
def followed(tmp_path: Path, manager: Manager, every: float) -> Iterator[tuple[Terminal, Rogue]]:
    known = identity(tmp_path)
    with rogue_beside(manager, known.context()) as server:
        argv = (str(HASTY), str(every), "--server", server.authority, "--user", USER, "--pin", known.sha256)
        with python(*argv, environ=a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.until("as of")
            yield terminal, server
            terminal.press("ctrl+c", "ctrl+c")


def after(terminal: Terminal, manager: Manager, polls: int) -> None:
    """Take in what comes until so many more lists were asked for, and answered."""
    wanted, ends = len(manager.asked) + polls, time.monotonic() + 60
    while len(manager.asked) < wanted:
        terminal.rest()
        assert time.monotonic() < ends, "it asks no more"
    terminal.rest()


@pytest.mark.parametrize("keys", [(), ("\r",), ("?",), (":",), ("!",), ("L",), ("/", "x")], ids=repr)
def test_between_polls_nothing_is_sent_and_a_poll_without_a_change_sends_the_time(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    manager = Manager()
    with followed(tmp_path, manager, 1.0) as (terminal, _):
        for key in keys:
            terminal.press(key)
            terminal.rest()
        after(terminal, manager, 1)
        before, polls = len(terminal.received), 3
        between = 0
        for _ in range(polls):
            asked = len(manager.asked)
            terminal.rest()  # what the last poll brought
            resting = len(terminal.received)
            while len(manager.asked) == asked:
                terminal.rest()
                between += len(terminal.received) - resting if len(manager.asked) == asked else 0
                resting = len(terminal.received)
        terminal.rest()
        sent = len(terminal.received) - before
    assert between == 0
    assert sent <= 60 * (polls + 1)


def as_of(line: str, now: datetime) -> datetime:
    """The moment that stands after `as of`, a time of day: the one that is next to now."""
    said = datetime.combine(now, clock.fromisoformat(line.partition("as of ")[2][:8]), UTC)
    return min((said + timedelta(days=days) for days in (-1, 0, 1)), key=lambda moment: abs(moment - now))


HALF = reply("200 OK", list_xml([session_xml(guid(number)) for number in range(40)])[:-400])
MANGLED = session_xml(guid(99)).replace("2026-11-23T02:00:00.5Z", "yesterday")


def test_no_copy_of_the_screen_is_newer_than_the_last_whole_answer(tmp_path: Path) -> None:
    """The screen is looked at again and again while the server answers one way after another."""
    manager = Manager()
    last_whole = datetime.now(UTC)
    plan: list[tuple[Callable[[], Reply], bool]] = [
        (lambda: rows(40), True),
        (lambda: GONE, False),
        (lambda: HALF, False),
        (lambda: SCRIPTS["cut"].reply, False),
        (lambda: rows(40, MANGLED), True),
        (lambda: SCRIPTS["no-answer"].reply, False),
        (lambda: rows(41), True),
    ]
    with followed(tmp_path, manager, 0.4) as (terminal, _):
        for answer, whole in plan:
            manager.listed = answer()
            after(terminal, manager, 1)  # one may have been under way
            asked = len(manager.asked)
            while len(manager.asked) < asked + 4:
                lines = terminal.until(lambda lines: bool(lines[-1]))
                top, now = lines[0], datetime.now(UTC)
                if "as of" in top:
                    limit = now if whole else last_whole
                    assert as_of(top, now) <= limit + timedelta(seconds=1), "\n".join(lines)
                else:
                    assert "BLIND since" in top, "\n".join(lines)
                assert re.search(r"1 of 4[01] runs$", lines[-1]), "\n".join(lines)
                terminal.for_a_while(0.05)
            if whole:
                last_whole = datetime.now(UTC)
                terminal.until(lambda lines: "STALE" not in lines[0] and "BLIND" not in lines[0])
        assert any("1 of 41" in line for line in terminal.lines())


def test_the_mangled_row_is_counted(tmp_path: Path) -> None:
    manager = Manager(rows(3, MANGLED))
    with followed(tmp_path, manager, 5) as (terminal, _):
        terminal.until("1 run not readable whole")


def test_expiry_outage_and_a_new_password_while_a_query_is_half_typed(tmp_path: Path) -> None:
    manager = Manager()
    with followed(tmp_path, manager, 0.5) as (terminal, server):
        terminal.press("/", "Collec")
        terminal.until("1 of 40")
        refused = REFUSED
        manager.listed, manager.logon = refused, refused
        terminal.until("LOGON REFUSED")
        attempts = server.count("POST")
        terminal.press("tJob")
        terminal.until("/ CollectJob")
        assert server.count("POST") == attempts
        terminal.press("enter")
        manager.listed, manager.logon = rows(41), GOOD["logon"]
        terminal.press("L")
        terminal.until("Enter log on")
        terminal.press(f"{PASSWORD} 2", "enter")
        terminal.until("41 of 41")
        assert all("Collec" not in asked.headers.get("authorization", "") for asked in server.asked)
        assert server.count("POST") == attempts + 1


def test_a_server_that_is_killed_and_comes_back_is_found_again(tmp_path: Path) -> None:
    known, manager = identity(tmp_path), Manager()
    with ExitStack() as first:
        server = first.enter_context(rogue_beside(manager, known.context()))
        argv = (str(HASTY), "0.5", "--server", server.authority, "--user", USER, "--pin", known.sha256)
        with python(*argv, environ=a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
            terminal.until("1 of 40")
            first.close()
            terminal.until("BLIND since")
            terminal.until("refused the connection")
            forgotten = iter([reply("401 Unauthorized")])

            def restarted(asked: Asked) -> Reply:
                old = route_of(asked) == "list" and next(forgotten, None)
                return old or manager(asked)

            manager.listed = rows(41)
            with rogue_beside(restarted, known.context(), server.port) as again:
                terminal.until("1 of 41")
                terminal.until(lambda lines: "as of" in lines[0] and "!" not in lines[1][:1])
                assert again.count("POST") == 1
                terminal.press("q")
                assert terminal.end() == 0
                assert again.count("DELETE") == 1


def test_the_title_is_named_if_the_profile_says_so_and_given_back(tmp_path: Path) -> None:
    known, manager = identity(tmp_path), Manager()
    with rogue_beside(manager, known.context()) as server:
        folder = tmp_path / "config" / "emtui"
        folder.mkdir(parents=True)
        for wanted in ("true", "false"):
            (folder / "config.toml").write_text(
                f"[profiles.prod]\nserver = '{server.authority}'\nuser = '{USER}'\n"
                f"pin = '{known.sha256}'\ntitle = {wanted}\n"
            )
            (folder / "config.toml").chmod(0o600)
            with python(str(HASTY), "0.3", environ=a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
                terminal.until("as of")
                manager.listed = GONE
                terminal.until("BLIND since")
                terminal.rest()
                manager.listed = rows(40)
                terminal.press("q")
                assert terminal.end() == 0
            if wanted == "true":
                before, _, after = terminal.received.partition(b"\x1b]2;emtui prod\x07")
                assert before.endswith(b"\x1b[22;0t")
                assert b"\x1b]2;emtui prod: BLIND\x07" in after
                assert b"\x1b[23;0t" in after
            else:
                assert b"\x1b]2;" not in terminal.received
