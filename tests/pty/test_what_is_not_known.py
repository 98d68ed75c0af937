"""What could not be read is not told as something that is not there, in a real terminal."""

from __future__ import annotations

import re
from pathlib import Path

from pty_terminal import NIGHT_OPTIONS, isolated_environment, run_emtui


def test_events_that_could_not_be_read_are_not_reported_as_none(tmp_path: Path) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, "--play", "aged-out", environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("6 alerts")
        terminal.press("e", "enter")
        terminal.wait_for("no longer has a log of session")
        terminal.wait_for("The server no longer has its events; r asks again.")
        terminal.wait_for("Since     first since", "Last good Sun 01:55, took 1m30s")
        terminal.press("d")
        terminal.wait_for("The server no longer has its events; r asks again.")


def test_the_health_of_a_server_says_the_year_in_which_its_certificate_ends(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("6 alerts")
        terminal.press("!")
        shown = "\n".join(terminal.wait_for("Blind periods"))
    assert re.search(r"Certificate +valid until 20\d\d-\d\d-\d\d ", shown)
    assert "1 list of " in shown


def test_a_paste_into_a_run_that_is_no_id_says_so(tmp_path: Path) -> None:
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("6 alerts")
        terminal.press("e", "enter")
        terminal.wait_opened()
        terminal.paste("bs02 closed the connection")
        terminal.wait_for("What was pasted is no ID; on the list it would be a query.")
