"""The JSON of `emtui tail`: with the session as an object, and flat."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from command_runner import CommandRunner
from session_factory import NOON, SECOND, make_run

from emtui.cli.tail_records import FLAT_KEYS, change_record, flat_change_record
from emtui.em.model import Outcome
from emtui.em.server_address import parse_server
from emtui.monitor.tail import TailLine

SERVER = parse_server("em01.example.net")


def test_a_flat_line_has_the_values_of_the_nested_one() -> None:
    run = make_run(NOON, outcome=Outcome.RUNNING)
    line = TailLine(NOON + 60 * SECOND, "added", run, skew=30 * SECOND)
    nested = change_record(line, SERVER, is_acknowledged=True)
    flat = flat_change_record(line, SERVER, is_acknowledged=True)
    session = nested["session"]
    assert isinstance(session, dict)
    assert session["duration_s"] == 90.0
    assert flat == {"at": nested["at"], "change": "added", **session, "problem": None, "count": None}


@pytest.mark.parametrize(
    "line",
    [
        TailLine(NOON, "beat"),
        TailLine(NOON, "blind", problem="timed out"),
        TailLine(NOON, "listed", problem="3 runs no longer listed, listed again", count=0),
        TailLine(NOON, "gone", make_run(NOON)),
    ],
    ids=lambda line: line.change,
)
def test_every_flat_line_has_the_same_keys_and_names_the_server(line: TailLine) -> None:
    flat = flat_change_record(line, SERVER, is_acknowledged=False)
    assert tuple(flat) == FLAT_KEYS
    assert flat["server"] == "em01.example.net:9398"
    assert (flat["change"], flat["problem"], flat["count"]) == (line.change, line.problem, line.count)
    assert (flat["uid"] is None) is (line.session is None)


def test_flat_lines_are_json_lines_also_with_that_format(demo_shell: CommandRunner) -> None:
    for extra in ((), ("-o", "jsonl")):
        arguments = ("tail", "--flat", "--from-start", "state:failed", *extra)
        argv = [sys.executable, "-m", "emtui", *demo_shell.leading_arguments, *arguments]
        with subprocess.Popen(argv, env=demo_shell.environ, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            records = [json.loads(child.stdout.readline()) for _ in range(3)]
            child.terminate()
        assert {tuple(record) for record in records} == {FLAT_KEYS}
        assert {(record["change"], record["outcome"]) for record in records} == {("added", "failed")}


def test_flat_lines_are_no_table(shell: CommandRunner) -> None:
    done = shell("tail", "--flat", "-o", "table")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "emtui: --flat prints JSON lines: use it with -o jsonl, not -o table.\n"
