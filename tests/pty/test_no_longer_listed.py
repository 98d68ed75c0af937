"""A server whose list loses runs and gets them back, in a real terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from listed import listing
from pty_terminal import Terminal, a_home, emtui, marked
from shell import Shell

from emtui.em.model import Result, Session, uid_of

_WITHIN = re.compile(rb"\x1b\][^\x07\x1b]*\x07")
EVERY = timedelta(minutes=15)


def made(number: int, kind: str = "CollectJob", word: str = "Success") -> Session:
    """The run with this number: the higher, the older."""
    state = "Failed" if word == "Failed" else "CompletedSuccessfully"
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2) - number * EVERY
    uid = uid_of(f"{number:08x}-0000-4000-8000-{len(kind):012x}")
    message = "disk full" if word == "Failed" else None
    return Session(uid, kind, kind, begin, begin + timedelta(minutes=1), state, Result(word, message))


def newer(number: int, kind: str = "CollectJob", word: str = "Success") -> Session:
    """A run that started a minute after the newest of the others."""
    run = made(0, kind, word)
    later = timedelta(minutes=1)
    assert run.started
    assert run.ended
    uid = uid_of(f"0000ffff-0000-4000-8000-{number:012x}")
    return replace(run, uid=uid, started=run.started + later, ended=run.ended + later)


@dataclass
class Night:
    """The list of a server, which a test changes, and emtui before it."""

    runs: list[Session]
    terminal: Terminal

    @property
    def bells(self) -> int:
        """How often the terminal's bell was rung."""
        return _WITHIN.sub(b"", self.terminal.received).count(b"\x07")

    def lists(self, *runs: Session) -> None:
        """From now on the server lists these, and emtui has asked again."""
        self.runs[:] = runs
        self.terminal.press("r")


@pytest.fixture
def every() -> list[Session]:
    """Two hundred runs of one type, and three of another one, of which the newest two failed."""
    exports = [made(3, "LogExport", "Failed"), made(20, "LogExport", "Failed"), made(40, "LogExport")]
    runs = [*(made(number) for number in range(200)), *exports]
    return sorted(runs, key=lambda one: one.started or datetime.now(UTC), reverse=True)


@pytest.fixture
def night(tmp_path: Path, every: list[Session]) -> Iterator[Night]:
    runs = list(every)
    environ = a_home(tmp_path)
    with (
        listing(Shell(tmp_path, environ), runs, tmp_path) as shell,
        emtui(*shell.before, environ=shell.environ) as terminal,
    ):
        terminal.until("! LogExport failed twice since", "of 203 runs")
        yield Night(runs, terminal)


@pytest.mark.parametrize("left", [0, 10])
def test_runs_that_vanish_are_one_line_and_attention_keeps_what_they_said(
    night: Night, every: list[Session], left: int
) -> None:
    calm = night.terminal.lines()[1]
    night.lists(*every[100 : 100 + left])
    shown = night.terminal.until(f"! {203 - left} runs no longer listed since ")
    assert re.match(rf"! {203 - left} runs no longer listed since \d\d:\d\d, 2 of them failed", shown[1])
    assert shown[2].startswith("! LogExport failed twice since ")
    assert "; run no longer listed" in shown[2]
    if not left:
        night.terminal.until("The server lists no runs now; before it listed 203.", "no runs listed in 24h")
    night.terminal.press("!")
    night.terminal.until(f"{203 - left} runs no longer listed, as of ", f"now: {203 - left} runs")
    night.terminal.press("q")
    night.lists(*every)
    night.terminal.until(lambda lines: lines[1] == calm, "of 203 runs")
    night.terminal.press("u")
    night.terminal.until("No other new or changed run in this list.")
    night.terminal.press("!")
    night.terminal.until("Runs no longer listed", f"{203 - left} runs, listed")
    assert night.bells == 0


def test_an_alert_about_a_run_that_is_not_listed_is_told_whole_and_can_be_acknowledged(
    night: Night, every: list[Session]
) -> None:
    night.lists(*every[100:110])
    night.terminal.until("193 runs no longer listed")
    night.terminal.press("a")
    night.terminal.until(lambda lines: "193 runs no longer listed" in "".join(lines[-2:]))
    night.terminal.press("a")
    night.terminal.until(lambda lines: "LogExport failed twice" in " ".join(lines[-2:]))
    night.terminal.press("4", "g", "m", "INC0012345", "enter")
    night.terminal.until("INC0012345, until they are listed again")
    night.terminal.press("q")
    night.terminal.until(lambda lines: lines[1].startswith("! LogExport failed twice since "))
    night.lists()
    night.terminal.until("before it listed 203", lambda lines: lines[1].startswith("! LogExport"))


def test_a_new_failure_while_runs_are_lacking_rings_unless_its_type_had_failed_before(
    night: Night, every: list[Session]
) -> None:
    night.lists()
    night.terminal.until("203 runs no longer listed")
    again = newer(1, "LogExport", "Failed")
    night.lists(again)
    night.terminal.until("LogExport failed 3 times since ")
    assert night.bells == 0
    other = newer(2, word="Failed")
    night.lists(again, other)
    night.terminal.until("CollectJob failed at ")
    night.terminal.rest()
    assert night.bells == 1
    night.lists(again, other, *every)
    night.terminal.until("of 205 runs")
    night.terminal.rest()
    assert night.bells == 1


def test_where_the_selection_moves_to_is_said_when_its_run_is_gone(
    night: Night, every: list[Session]
) -> None:
    terminal = night.terminal
    terminal.press("Z")
    terminal.until("Every run has a row of its own")
    terminal.press("j", "j")
    shown = terminal.until("3 of 203 runs")
    gone = re.search(r"\d\d:\d\d:\d\d|\w\w\w \d\d:\d\d", marked(shown))
    assert gone
    night.lists(*every[:2], *every[3:])
    shown = terminal.until("The selected run is no longer listed; now selected:")
    moved = re.search(r"now selected: \w+\s+(\S+)\.", " ".join(shown))
    assert moved
    assert moved[1] in marked(shown)
    assert gone[0] not in marked(shown)
    night.lists()
    terminal.until("The selected run is no longer listed; no row is left.")


def test_nothing_is_said_of_the_selection_where_the_top_is_followed_or_a_query_is_typed(
    night: Night, every: list[Session]
) -> None:
    terminal = night.terminal
    terminal.press("Z")
    terminal.until("Every run has a row of its own")
    night.lists(*every[1:])
    terminal.until("1 run no longer listed", lambda lines: lines[-1].endswith("1 of 202 runs"))
    assert "The selected run" not in "\n".join(terminal.lines())
    night.lists()
    terminal.until("before it listed 203")
    assert "The selected run" not in "\n".join(terminal.lines())
    new = newer(3)
    night.lists(new, *every)
    terminal.until(lambda lines: lines[-1].endswith("1 of 204 runs"), "of 204 runs")
    terminal.press("j", "j", "/", "failed")
    terminal.until("2 of 204 runs")
    assert "The selected run" not in "\n".join(terminal.lines())


def test_a_selected_run_that_no_longer_matches_the_query_is_said_to_be_that(
    night: Night, every: list[Session]
) -> None:
    going = [
        replace(every[0], ended=None, state="InProgress", result=Result("None")),
        replace(every[1], ended=None, state="InProgress", result=Result("None")),
    ]
    night.lists(*going, *every[2:])
    night.terminal.until("2 running")
    night.terminal.press("2", "j")
    night.terminal.until("2 of 2 runs")
    night.lists(going[0], *every[1:])
    night.terminal.until("The selected run no longer matches; now selected: CollectJob")


def test_steps_over_the_end_of_the_list_go_round_and_say_so_once(night: Night) -> None:
    terminal = night.terminal
    terminal.press("e", "e")
    terminal.until("2 of ", lambda lines: "LogExport" in marked(lines))
    terminal.press("e")
    terminal.until("No failed run below this one. Continued from the top.")
    terminal.press("e")
    terminal.until(lambda lines: "Continued" not in "\n".join(lines))
    terminal.press("g", "E")
    terminal.until("No failed run above this one. Continued from the bottom.")
    terminal.press("w")
    terminal.until("No other run with a warning in this list.")
    terminal.press("1")
    terminal.until("2 of 203 runs")
    terminal.press("G", "n")
    terminal.until("No row below this one. Continued from the top.", "1 of 2 runs")
    terminal.press("N")
    terminal.until("No row above this one. Continued from the bottom.", "2 of 2 runs")
    terminal.press("/", *" since:2h", "enter")
    for key in ("n", "N"):
        terminal.until("1 of 1 run")
        terminal.press("j", key)
        terminal.until("There is no other row.")
    terminal.press("/", *" nonesuch", "enter")
    terminal.until("0 of 0 runs")
    terminal.press("n")
    terminal.until("There is no row.")


def test_a_selected_alert_that_is_over_is_said_to_be_over(night: Night, every: list[Session]) -> None:
    night.terminal.press("4")
    night.terminal.until("1 of 1 alert")
    well = newer(4, "LogExport")
    night.lists(well, *every)
    night.terminal.until("The selected alert is over; none is left.")


def test_after_the_last_alert_the_first_one_comes_again_and_that_is_said(
    night: Night, every: list[Session]
) -> None:
    night.lists(*every[:5], *every[6:])
    night.terminal.until("1 run no longer listed")
    night.terminal.press("a", "a")
    night.terminal.until(lambda lines: "Continued" not in "".join(lines[-2:]))
    night.terminal.press("a")
    night.terminal.until(
        lambda lines: "(on 203 runs). Continued from the first alert." in " ".join(lines[-2:])
    )
