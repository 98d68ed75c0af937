"""Number of requests: each resource is requested once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui
from scripted_server import (
    PASSWORD,
    USER,
    ScriptedEmServer,
    make_identity,
    route_of,
    scripted_server_in_thread,
)


@contextmanager
def running_list(folder: Path) -> Iterator[tuple[EmtuiTerminal, ScriptedEmServer]]:
    """A server with one finished run, and emtui showing it."""
    own = make_identity(folder)
    with scripted_server_in_thread(context=own.tls_context()) as played:
        environ = isolated_environment(
            folder,
            EMTUI_SERVER=played.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=own.sha256,
        )
        with run_emtui(environ=environ) as terminal:
            terminal.wait_for("1 of 1")
            yield terminal, played


def requested_routes(server: ScriptedEmServer) -> list[str]:
    return [route_of(request) for request in server.requests]


def test_each_resource_is_requested_once(tmp_path: Path) -> None:
    with running_list(tmp_path) as (terminal, played):
        assert requested_routes(played) == ["root", "logon", "list"]
        terminal.press("enter")
        terminal.wait_for("1 event")
        assert requested_routes(played)[3:] == ["events"]
        terminal.press("q")
        terminal.wait_for("1 of 1")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert requested_routes(played)[4:] == ["logoff"]


def test_typing_and_moving_request_nothing(tmp_path: Path) -> None:
    with running_list(tmp_path) as (terminal, played):
        terminal.press("/", "collect", "enter", "o", "O", "t", "0", "down", "pagedown", "?", "q")
        terminal.press("/", "nonesuch")
        terminal.wait_for("No runs match nonesuch")
        assert requested_routes(played) == ["root", "logon", "list"]
