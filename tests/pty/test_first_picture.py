"""What is seen first, when everything is known to log on."""

from __future__ import annotations

import socket
from pathlib import Path

from pty_terminal import isolated_environment, run_emtui


def test_the_first_picture_is_the_list_that_says_who_is_asked_and_never_the_login(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        home = isolated_environment(
            tmp_path, EMTUI_SERVER=f"127.0.0.1:{port}", EMTUI_USER="ops", EMTUI_PASSWORD="right"
        )
        with run_emtui(environ=home) as terminal:
            lines = terminal.wait_for("asking ")
            assert f"127.0.0.1:{port}  ops" in lines[0]
            assert any(f"asking 127.0.0.1:{port} since " in line for line in lines)
            terminal.wait_for("Esc stops")
            assert b"Password" not in terminal.received
