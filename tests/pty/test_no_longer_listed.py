"""A server whose list loses runs and gets them back, in a real terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_runner import CommandRunner
from pty_terminal import EmtuiTerminal, cursor_row, isolated_environment, run_emtui
from session_list_server import listing_shell

from emtui.em.model import Result, Session, uid_from_guid

_WITHIN = re.compile(rb"\x1b\][^\x07\x1b]*\x07")
EVERY = timedelta(minutes=15)


def make_run(number: int, type_name: str = "CollectJob", state_word: str = "Success") -> Session:
    """The run with this number: the higher, the older."""
    state = "Failed" if state_word == "Failed" else "CompletedSuccessfully"
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2) - number * EVERY
    uid = uid_from_guid(f"{number:08x}-0000-4000-8000-{len(type_name):012x}")
    message = "disk full" if state_word == "Failed" else None
    return Session(
        uid, type_name, type_name, begin, begin + timedelta(minutes=1), state, Result(state_word, message)
    )


def make_newer_run(number: int, type_name: str = "CollectJob", state_word: str = "Success") -> Session:
    """A run that started a minute after the newest of the others."""
    run = make_run(0, type_name, state_word)
    delay = timedelta(minutes=1)
    assert run.started
    assert run.ended
    uid = uid_from_guid(f"0000ffff-0000-4000-8000-{number:012x}")
    return replace(run, uid=uid, started=run.started + delay, ended=run.ended + delay)


@dataclass
class NightList:
    """The list of a server, which the test changes, and emtui."""

    runs: list[Session]
    terminal: EmtuiTerminal

    @property
    def bell_count(self) -> int:
        """Number of bells."""
        return _WITHIN.sub(b"", self.terminal.received).count(b"\x07")

    def set_runs(self, *runs: Session) -> None:
        """Change the server's list and refresh."""
        self.runs[:] = runs
        self.terminal.press("r")


@pytest.fixture
def initial_runs() -> list[Session]:
    """Two hundred runs of one type, and three of another one, of which the newest two failed."""
    exports = [
        make_run(3, "LogExport", "Failed"),
        make_run(20, "LogExport", "Failed"),
        make_run(40, "LogExport"),
    ]
    runs = [*(make_run(number) for number in range(200)), *exports]
    return sorted(runs, key=lambda one: one.started or datetime.now(UTC), reverse=True)


@pytest.fixture
def night_list(tmp_path: Path, initial_runs: list[Session]) -> Iterator[NightList]:
    runs = list(initial_runs)
    environ = isolated_environment(tmp_path)
    with (
        listing_shell(CommandRunner(tmp_path, environ), runs, tmp_path) as shell,
        run_emtui(*shell.leading_arguments, environ=shell.environ) as terminal,
    ):
        terminal.wait_for("■ LogExport  failed twice since", "of 203 runs")
        yield NightList(runs, terminal)


@pytest.mark.parametrize("left", [0, 10])
def test_missing_runs_are_one_alert_and_their_own_alerts_stay(
    night_list: NightList, initial_runs: list[Session], left: int
) -> None:
    calm = night_list.terminal.lines()[1]
    night_list.set_runs(*initial_runs[100 : 100 + left])
    shown = night_list.terminal.wait_for(f"■ {203 - left} runs no longer listed since ")
    assert re.match(rf"■ {203 - left} runs no longer listed since \d\d:\d\d, 2 of them failed", shown[1])
    assert shown[2].startswith("■ LogExport  failed twice since ")
    assert "; run no longer listed" in shown[2]
    if not left:
        night_list.terminal.wait_for(
            "The server no longer lists any runs; it listed 203 before.", "no runs listed in 24h"
        )
    night_list.terminal.press("!")
    night_list.terminal.wait_for(f"{203 - left} runs no longer listed, as of ", f"now: {203 - left} runs")
    night_list.terminal.press("q")
    night_list.set_runs(*initial_runs)
    night_list.terminal.wait_for(lambda lines: lines[1] == calm, "of 203 runs")
    night_list.terminal.press("u")
    night_list.terminal.wait_for("No other new or changed run in this list.")
    night_list.terminal.press("!")
    night_list.terminal.wait_for("Runs no longer listed", f"{203 - left} runs, listed")
    assert night_list.bell_count == 0


def test_an_alert_about_an_unlisted_run_is_shown_in_full_and_can_be_acknowledged(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    night_list.set_runs(*initial_runs[100:110])
    night_list.terminal.wait_for("193 runs no longer listed")
    night_list.terminal.press("a")
    night_list.terminal.wait_for(lambda lines: "193 runs no longer listed" in "".join(lines[-2:]))
    night_list.terminal.press("a")
    night_list.terminal.wait_for(lambda lines: "LogExport failed twice" in " ".join(lines[-2:]))
    night_list.terminal.press("4", "g", "m", "INC0012345", "enter")
    night_list.terminal.wait_for("INC0012345, until they are listed again")
    night_list.terminal.press("q")
    night_list.terminal.wait_for(lambda lines: lines[1].startswith("■ LogExport  failed twice since "))
    night_list.set_runs()
    night_list.terminal.wait_for("it listed 203 before", lambda lines: lines[1].startswith("■ LogExport"))


def test_a_new_failure_while_runs_are_missing_rings_unless_its_type_had_failed_before(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    night_list.set_runs()
    night_list.terminal.wait_for("203 runs no longer listed")
    again = make_newer_run(1, "LogExport", "Failed")
    night_list.set_runs(again)
    night_list.terminal.wait_for("LogExport  failed 3 times since ")
    assert night_list.bell_count == 0
    other = make_newer_run(2, state_word="Failed")
    night_list.set_runs(again, other)
    night_list.terminal.wait_for(
        lambda lines: any(re.search("CollectJob +failed at ", line) for line in lines)
    )
    night_list.terminal.wait_idle()
    assert night_list.bell_count == 1
    night_list.set_runs(again, other, *initial_runs)
    night_list.terminal.wait_for("of 205 runs")
    night_list.terminal.wait_idle()
    assert night_list.bell_count == 1


def test_the_new_selection_is_named_when_the_selected_run_is_gone(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    terminal = night_list.terminal
    terminal.press("Z")
    terminal.wait_for("every run has its own row")
    terminal.press("j", "j")
    shown = terminal.wait_for("3 of 203 runs")
    gone = re.search(r"\d\d:\d\d:\d\d|\w\w\w \d\d:\d\d", cursor_row(shown))
    assert gone
    night_list.set_runs(*initial_runs[:2], *initial_runs[3:])
    shown = terminal.wait_for("The selected run is no longer listed; now selected:")
    moved = re.search(r"now selected: \w+\s+(\S+)\.", " ".join(shown))
    assert moved
    assert moved[1] in cursor_row(shown)
    assert gone[0] not in cursor_row(shown)
    night_list.set_runs()
    terminal.wait_for("The selected run is no longer listed; no rows left.")


def test_no_message_about_the_selection_while_the_top_is_followed_or_a_query_is_typed(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    terminal = night_list.terminal
    terminal.press("Z")
    terminal.wait_for("every run has its own row")
    night_list.set_runs(*initial_runs[1:])
    terminal.wait_for("1 run no longer listed", "1 of 202 runs")
    assert "The selected run" not in "\n".join(terminal.lines())
    night_list.set_runs()
    terminal.wait_for("it listed 203 before")
    assert "The selected run" not in "\n".join(terminal.lines())
    new = make_newer_run(3)
    night_list.set_runs(new, *initial_runs)
    terminal.wait_for("1 of 204 runs")
    terminal.press("j", "j", "/", "failed")
    terminal.wait_for("2 of 204 runs")
    assert "The selected run" not in "\n".join(terminal.lines())


def test_a_message_tells_that_the_selected_run_no_longer_matches_the_query(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    going = [
        replace(initial_runs[0], ended=None, state="InProgress", result=Result("None")),
        replace(initial_runs[1], ended=None, state="InProgress", result=Result("None")),
    ]
    night_list.set_runs(*going, *initial_runs[2:])
    night_list.terminal.wait_for("2 running")
    night_list.terminal.press("2", "j")
    night_list.terminal.wait_for("─ Runs  /state:running ─", " 2 of 2 of 203 runs ─")
    night_list.set_runs(going[0], *initial_runs[1:])
    night_list.terminal.wait_for("The selected run no longer matches; now selected: CollectJob")


def test_steps_past_the_end_of_the_list_wrap_around_with_a_message(night_list: NightList) -> None:
    terminal = night_list.terminal
    terminal.press("e", "e")
    terminal.wait_for("2 of ", lambda lines: "LogExport" in cursor_row(lines))
    terminal.press("e")
    terminal.wait_for("No failed run below this one. Continued from the top.")
    terminal.press("e")
    terminal.wait_for(lambda lines: "Continued" not in "\n".join(lines))
    terminal.press("g", "E")
    terminal.wait_for("No failed run above this one. Continued from the bottom.")
    terminal.press("w")
    terminal.wait_for("No other run with a warning in this list.")
    terminal.press("1")
    terminal.wait_for(" 2 of 2 of 203 runs ─")
    terminal.press("G", "n")
    terminal.wait_for("No row below this one. Continued from the top.", " 1 of 2 of 203 runs ─")
    terminal.press("N")
    terminal.wait_for("No row above this one. Continued from the bottom.", " 2 of 2 of 203 runs ─")
    terminal.press("/", *" since:2h", "enter")
    for key in ("n", "N"):
        terminal.wait_for(" 1 of 1 of 203 runs ─")
        terminal.press("j", key)
        terminal.wait_for("No other row.")
    terminal.press("/", *" nonesuch", "enter")
    terminal.wait_for(" 0 of 203 runs ─")
    terminal.press("n")
    terminal.wait_for("No rows.")


def test_a_message_tells_that_the_selected_alert_has_been_resolved(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    night_list.terminal.press("4")
    night_list.terminal.wait_for("1 of 1 alert")
    well = make_newer_run(4, "LogExport")
    night_list.set_runs(well, *initial_runs)
    night_list.terminal.wait_for("The selected alert has been resolved; no alerts left.")


def test_after_the_last_alert_the_first_one_follows_with_a_message(
    night_list: NightList, initial_runs: list[Session]
) -> None:
    night_list.set_runs(*initial_runs[:5], *initial_runs[6:])
    night_list.terminal.wait_for("1 run no longer listed")
    night_list.terminal.press("a", "a")
    night_list.terminal.wait_for(lambda lines: "Continued" not in "".join(lines[-2:]))
    night_list.terminal.press("a")
    night_list.terminal.wait_for(
        lambda lines: "(based on 203 runs). Continued from the first alert." in " ".join(lines[-2:])
    )
