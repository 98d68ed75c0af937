"""The command that opens a view, and what is said where there is none, or not quite the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emtui.em.address import Server
from emtui.em.model import Session, uid_of
from emtui.lookup import Beyond, parse
from emtui.tui.commands import Place
from emtui.tui.way_back import no_command, reservation, way_back_to_run

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = Server("em01.example.net")
RUN = Session(uid_of("0a1b2c3d-0000-4000-8000-000000000001"))
OPEN = f"emtui open --server {SERVER} {RUN.id}"


def test_a_run_is_its_id_with_what_was_shown_of_it() -> None:
    assert way_back_to_run(SERVER, RUN) == OPEN
    assert way_back_to_run(SERVER, RUN, view="xml") == f"{OPEN} --view=xml"
    assert way_back_to_run(SERVER, RUN, "good") == f"{OPEN} --compare good"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("state:failed", ""),
        ("name:unseen", ""),
        ("is:running", ""),
        ("is:unseen", "What is unseen is each reader's own."),
        ("-is:known state:failed", "What is known is each reader's own."),
        ("is:unseen,known", "What is unseen or known is each reader's own."),
    ],
)
def test_what_only_one_person_has_seen_or_marked_is_said_to_be_theirs(query: str, said: str) -> None:
    assert reservation(parse(query, now=NOON, zone=UTC, beyond=Beyond(unseen=()))) == said


def test_pages_that_no_command_opens_say_so() -> None:
    silent = {place for place in Place if no_command(place)}
    assert silent == {Place.PAGE, Place.CHOICE, Place.HANDOVER}
    assert all(len(no_command(place)) < 72 for place in silent)
