"""The command that opens a view, and what is said where there is none, or not quite the same."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtui.cli.arguments import read
from emtui.cli.query_args import joined
from emtui.em.model import Session, uid_of
from emtui.em.server_address import Server
from emtui.query import DEFAULT_ORDER, Beyond, Query, names_session, parse, term
from emtui.tui.commands import Place
from emtui.tui.formatting.open_command import Location, caveat, open_command, why_no_command

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = Server("em01.example.net")
RUN = Session(uid_of("0a1b2c3d-0000-4000-8000-000000000001"))
OPEN = f"emtui open --server {SERVER} {RUN.id}"


def test_a_run_is_its_id_with_what_was_shown_of_it() -> None:
    run = Location(Query(), DEFAULT_ORDER, session=RUN)
    assert open_command(SERVER, run) == OPEN
    assert open_command(SERVER, replace(run, view="xml")) == f"{OPEN} --view=xml"
    assert open_command(SERVER, replace(run, other="good")) == f"{OPEN} --compare good"


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
    assert caveat(parse(query, now=NOON, zone=UTC, beyond=Beyond(unseen=()))) == said


def test_pages_that_no_command_opens_say_so() -> None:
    silent = {place for place in Place if why_no_command(place)}
    assert silent == {Place.PAGE, Place.CHOICE, Place.HANDOVER}
    assert all(len(why_no_command(place)) < 72 for place in silent)


def opened(line: str) -> tuple[str, ...]:
    """What `emtui open` is given for a query where a shell runs this line."""
    done = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {line.removeprefix('emtui ')}"], capture_output=True, check=True
    )
    return read(done.stdout.decode().split("\0")[:-1]).operands


def same_in_a_shell(query: str) -> bool:
    """Whether whoever runs the line has the same query."""
    typed = parse(query, now=NOON, zone=UTC, beyond=Beyond(unseen=()))
    operands = opened(open_command(SERVER, Location(typed, DEFAULT_ORDER)))
    again = parse(" ".join(joined(operands)), now=NOON, zone=UTC, beyond=Beyond(unseen=()))
    of_one_run = len(operands) == 1 and names_session(operands[0])
    return again.text == typed.text and not of_one_run


@pytest.mark.parametrize(
    "query",
    [
        'type:"Database Replication"',
        '-type:"Database Replication"',
        'type:"Database Replication",CollectJob bs02',
        "database replication",
        "message:connect bs02",
        r'"the \"backup\" server" EXAMPLE\backup',
        r"\\bs02\share it's $HOME `id` !x",
        "-state:failed took:>10m",
        'message:"cannot connect',
        "latest",
        "5f1c",
        "0a1b2c3d-0000-4000-8000-000000000001",
        "id:0a1b2c3d",
        "5f1c state:failed",
        "is:unseen",
        "",
    ],
)
def test_a_query_is_the_same_where_its_command_is_run_in_a_shell(query: str) -> None:
    assert same_in_a_shell(query)


TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "message", "name"]), TEXTS), max_size=3))
def test_any_text_in_a_query_comes_through_a_shell(terms: list[tuple[bool, str, str]]) -> None:
    assert same_in_a_shell(
        " ".join(f"-{term(key, text)}" if turned else term(key, text) for turned, key, text in terms)
    )
