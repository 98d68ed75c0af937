"""How often the server is asked: once for what a person wants to see, and never twice for the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pty_terminal import Terminal, a_home, emtui
from rogue import PASSWORD, USER, Rogue, identity, rogue_beside, route_of


@contextmanager
def on_the_list(folder: Path) -> Iterator[tuple[Terminal, Rogue]]:
    """A server with one run that has ended, and emtui that shows it."""
    own = identity(folder)
    with rogue_beside(context=own.context()) as played:
        environ = a_home(
            folder,
            EMTUI_SERVER=played.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=own.sha256,
        )
        with emtui(environ=environ) as terminal:
            terminal.until("1 of 1")
            yield terminal, played


def routes(played: Rogue) -> list[str]:
    return [route_of(asked) for asked in played.asked]


def test_each_thing_is_asked_for_once(tmp_path: Path) -> None:
    with on_the_list(tmp_path) as (terminal, played):
        assert routes(played) == ["root", "logon", "list"]
        terminal.press("enter")
        terminal.until("1 event")
        assert routes(played)[3:] == ["events"]
        terminal.press("q")
        terminal.until("1 of 1")
        terminal.press("q")
        assert terminal.end() == 0
    assert routes(played)[4:] == ["logoff"]


def test_typing_and_moving_ask_nothing(tmp_path: Path) -> None:
    with on_the_list(tmp_path) as (terminal, played):
        terminal.press("/", "collect", "enter", "o", "O", "t", "0", "down", "pagedown", "?", "q")
        terminal.press("/", "nonesuch")
        terminal.until("Nothing matches nonesuch")
        assert routes(played) == ["root", "logon", "list"]
