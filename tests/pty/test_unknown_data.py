"""Unknown data in a real terminal: not shown as missing."""

from __future__ import annotations

import re
from pathlib import Path

from pty_terminal import NIGHT_OPTIONS, is_assessed, isolated_environment, run_emtui


def test_events_that_could_not_be_read_are_not_reported_as_none(tmp_path: Path) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, "--play", "aged-out", environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(is_assessed)
        terminal.press("e", "enter")
        terminal.wait_for("no longer has the events of session")
        terminal.wait_for("The server no longer has the events. r: refresh.")
        terminal.wait_for(" Since        first since", " Last success Sun 01:55, took 1m30s")
        terminal.press("d")
        terminal.wait_for("The server no longer has the events. r: refresh.")


def test_the_health_of_a_server_has_the_expiry_date_of_its_certificate(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(is_assessed)
        terminal.press("!")
        shown = "\n".join(terminal.wait_for("Periods without data"))
    assert re.search(r"Certificate +valid until 20\d\d-\d\d-\d\d ", shown)
    assert "1 list of " in shown


def test_text_pasted_into_a_session_is_refused_if_it_is_not_an_id(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(is_assessed)
        terminal.press("e", "enter")
        terminal.wait_opened()
        terminal.paste("bs02 closed the connection")
        terminal.wait_for("Pasted text is not a session ID.")
