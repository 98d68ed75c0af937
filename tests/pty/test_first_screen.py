"""The first screen if no logon data is missing."""

from __future__ import annotations

import socket
from pathlib import Path

from pty_terminal import isolated_environment, run_emtui


def test_the_first_screen_is_the_loading_list_and_not_the_login(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unresponsive:
        port = unresponsive.getsockname()[1]
        home = isolated_environment(
            tmp_path, EMTUI_SERVER=f"127.0.0.1:{port}", EMTUI_USER="ops", EMTUI_PASSWORD="right"
        )
        with run_emtui(environ=home, columns=120) as terminal:
            lines = terminal.wait_for("loading from ")
            assert lines[0].startswith(f" 127.0.0.1:{port}  ops  [Runs] B Types  C Timeline  4 Alerts")
            assert any(f"loading from 127.0.0.1:{port} since " in line for line in lines)
            terminal.wait_for("Esc: cancel")
            assert b"Password" not in terminal.received
