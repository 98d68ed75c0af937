"""What could not be read is not told as something that is not there, in a real terminal."""

from __future__ import annotations

import re
from pathlib import Path

from pty_terminal import NIGHT, a_home, emtui


def test_events_that_could_not_be_read_are_not_told_as_none(tmp_path: Path) -> None:
    with emtui("demo", *NIGHT, "--play", "aged-out", environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("6 alerts")
        terminal.press("e", "enter")
        terminal.until("no longer has a log of session")
        terminal.until("The server no longer has its events; r asks again.")
        terminal.until("Since     first since", "Last good Sun 01:55, took 1m30s")
        terminal.press("d")
        terminal.until("The server no longer has its events; r asks again.")


def test_the_health_of_a_server_says_the_year_in_which_its_certificate_ends(tmp_path: Path) -> None:
    with emtui("demo", *NIGHT, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("6 alerts")
        terminal.press("!")
        shown = "\n".join(terminal.until("Blind periods"))
    assert re.search(r"Certificate +valid until 20\d\d-\d\d-\d\d ", shown)
    assert "1 list of " in shown


def test_a_paste_into_a_run_that_is_no_id_says_so(tmp_path: Path) -> None:
    with emtui("demo", *NIGHT, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.until("6 alerts")
        terminal.press("e", "enter")
        terminal.opened()
        terminal.paste("bs02 closed the connection")
        terminal.until("What was pasted is no ID; on the list it would be a query.")
