"""The command that opens a view, and the messages if there is none or it differs between users."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtui.cli.arguments import parse_arguments
from emtui.cli.query_args import normalize_operands
from emtui.em.model import Session, uid_from_guid
from emtui.em.server_address import Server
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.keys.tui_commands import CommandScope
from emtui.query import DEFAULT_SORT_ORDER, Query, QueryContext, format_term, is_session_ref, parse
from emtui.tui.formatting.open_command import Location, caveat, no_command_reason, open_command

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = Server("em01.example.net")
RUN = Session(uid_from_guid("0a1b2c3d-0000-4000-8000-000000000001"))
OPEN_RUN_COMMAND = f"emtui open --server {SERVER} {RUN.id}"


def test_a_session_is_opened_by_its_id_and_view() -> None:
    run = Location(Query(), DEFAULT_SORT_ORDER, session=RUN)
    assert open_command(SERVER, run) == OPEN_RUN_COMMAND
    assert open_command(SERVER, replace(run, view_name="xml")) == f"{OPEN_RUN_COMMAND} --view=xml"
    assert open_command(SERVER, replace(run, compare_with="good")) == f"{OPEN_RUN_COMMAND} --compare good"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("state:failed", ""),
        ("name:unseen", ""),
        ("is:running", ""),
        ("is:unseen", "Unseen runs differ from user to user."),
        ("-is:known state:failed", "Acknowledged runs differ from user to user."),
        ("is:unseen,known", "Unseen and acknowledged runs differ from user to user."),
    ],
)
def test_the_caveat_names_terms_that_differ_between_users(query: str, text: str) -> None:
    assert caveat(parse(query, now=NOON, zone=UTC, context=QueryContext(unseen=()))) == text


def test_screens_without_a_command_give_the_reason() -> None:
    silent = {place for place in CommandScope if no_command_reason(place, DEFAULT_KEYMAP)}
    assert silent == {
        CommandScope.TEXT_VIEWER,
        CommandScope.RUN_PICKER,
        CommandScope.THEME_PICKER,
        CommandScope.DOCUMENTATION,
        CommandScope.REPORT,
    }
    assert all(len(no_command_reason(place, DEFAULT_KEYMAP)) < 72 for place in silent)


def operands_in_shell(line: str) -> tuple[str, ...]:
    """The arguments that `emtui open` gets when a shell runs this line."""
    done = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {line.removeprefix('emtui ')}"], capture_output=True, check=True
    )
    return parse_arguments(done.stdout.decode().split("\0")[:-1]).operands


def is_same_in_shell(query: str) -> bool:
    """Whether running the line gives the same query."""
    typed = parse(query, now=NOON, zone=UTC, context=QueryContext(unseen=()))
    operands = operands_in_shell(open_command(SERVER, Location(typed, DEFAULT_SORT_ORDER)))
    again = parse(" ".join(normalize_operands(operands)), now=NOON, zone=UTC, context=QueryContext(unseen=()))
    of_one_run = len(operands) == 1 and is_session_ref(operands[0])
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
def test_a_query_survives_the_shell(query: str) -> None:
    assert is_same_in_shell(query)


TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "message", "name"]), TEXTS), max_size=3))
def test_any_text_in_a_query_survives_the_shell(terms: list[tuple[bool, str, str]]) -> None:
    assert is_same_in_shell(
        " ".join(
            f"-{format_term(key, text)}" if turned else format_term(key, text) for turned, key, text in terms
        )
    )
