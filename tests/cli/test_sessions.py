"""`emtui sessions` against a server: sessions, sort order and output format."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import datetime

import pytest
from command_runner import CommandRunner
from conftest import DEMO_CLOCK

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome
from emtui.em.server_address import parse_server
from emtui.handover.json_records import SESSION_KEYS, session_record
from emtui.query import DEFAULT_SORT_ORDER

CLOCK = datetime.fromisoformat(DEMO_CLOCK)
RUNNING_TAKES = "duration_s"


@pytest.fixture(scope="module")
def world() -> SimulatedWorld:
    return SimulatedWorld(1, CLOCK)


def test_json_is_the_whole_list_newest_first(demo_shell: CommandRunner, world: SimulatedWorld) -> None:
    rows = demo_shell.run_json("sessions", "-o", "json")
    server = parse_server(demo_shell.leading_arguments[1])
    expected = DEFAULT_SORT_ORDER.sort(world.sessions(CLOCK), CLOCK)
    assert len(rows) == len(expected) > 2000
    running = {session.id for session in expected if session.is_running}
    for row, session in zip(rows, expected, strict=True):
        record = session_record(session, server, CLOCK)
        ignored = {RUNNING_TAKES: None} if session.id in running else {}
        assert {**row, **ignored} == {**record, **ignored}
    assert tuple(rows[0]) == SESSION_KEYS
    assert running


def test_query_words_and_options_are_the_same_thing(demo_shell: CommandRunner) -> None:
    since = "2026-11-22T00:00:00Z"
    words = demo_shell.run_json(
        "sessions", "state:failed", "type:collect*,LicAutoUpdate", f"since:{since}", "-o", "json"
    )
    options = demo_shell.run_json(
        "sessions", "--state", "failed", "--type=collect*,LicAutoUpdate", "--since", since, "-o", "json"
    )
    assert words == options
    assert words
    assert all(row["outcome"] == "failed" and row["started"] >= since for row in words)


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("message:connect bs02", ["message:connect", "bs02"]),
        ("type:CollectJob bs02", ["type:CollectJob", "bs02"]),
        ("state:failed bs02", ["state:failed", "bs02"]),
        ("-state:success bs02", ["!state:success", "bs02"]),
        ("type:Database Replication", ["type:CollectJob"]),
        ("!type:Database Replication", ["!type:CollectJob"]),
        ("type:Database Replication,License Update", ["--type", "Database Replication,LicAutoUpdate"]),
        ("since:2026-11-22 until:2026-11-22", ["since:2026-11-22T00:00", "before:2026-11-23T00:00"]),
    ],
)
def test_an_argument_is_read_as_it_is_typed_in_the_screens(
    demo_shell: CommandRunner, one: str, several: list[str]
) -> None:
    separator = ["--"] if one.startswith("-") else []
    found, expected = (
        [row["id"] for row in demo_shell.run_json("sessions", "-o", "json", *argv)]
        for argv in ((*separator, one), several)
    )
    assert found == expected
    assert found


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["type:Database Replication bs02"], "No session type is called 'Database'"),
        (["since:02:10A"], "since:02:10A: 02:10 does not occur twice: remove the letter A."),
        (["--until", "2026-11-12"], "Unknown option --until."),
        (["is:unsee"], "Unknown value is:unsee: valid values are running, unusual, stuck and acknowledged."),
        (["took:x"], "write >10m, <30s, >=1h, 4m12s, in a shell 'took:>10m'."),
        (["ratio:x"], "in a shell 'ratio:>2'."),
        (["since:Sat 02:10"], """or 2026-11-23T02:10, in a shell 'since:"Sat 02:10"'."""),
        (["disk:full"], """to search for this text, write "disk:full", in a shell '"disk:full"'."""),
    ],
)
def test_an_invalid_query_is_2_with_a_suggestion(
    demo_shell: CommandRunner, argv: list[str], text: str
) -> None:
    done = demo_shell("sessions", *argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr


def test_times_sort_as_text_in_every_format(demo_shell: CommandRunner) -> None:
    rows = demo_shell.run_json("sessions", "-o", "json", "--sort", "started")
    full_list = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
    times = [row[key] for row in rows for key in ("started", "ended") if row[key]]
    assert all(map(full_list.fullmatch, times))
    starts = [row["started"] for row in rows if row["started"]]
    assert starts == sorted(starts)
    for shown in (
        demo_shell("sessions", "-o", "csv", "--limit", "50").stdout,
        demo_shell("sessions", "--limit", "50").stdout,
        demo_shell("events", "latest:CollectJob", "-o", "csv").stdout,
        demo_shell("events", "latest:CollectJob", "-o", "jsonl").stdout,
        demo_shell("show", "latest:CollectJob", "-o", "json").stdout,
    ):
        found = re.findall(r"\d{4}-\d\d-\d\dT[^\s,\"]*", shown)
        assert found
        assert all(map(full_list.fullmatch, found))


def test_since_keeps_whatever_still_runs(demo_shell: CommandRunner) -> None:
    rows = demo_shell.run_json("sessions", "--since", "2026-11-23T02:12:00Z", "-o", "json")
    assert {row["outcome"] for row in rows} == {Outcome.RUNNING}
    assert any(row["started"] < "2026-11-23T02:00:00Z" for row in rows)


def test_took_ratio_and_is_use_the_list_received(demo_shell: CommandRunner) -> None:
    rows = demo_shell.run_json("sessions", "took:>2h", "-o", "json")
    assert rows
    assert all(row["duration_s"] > 7200 for row in rows)
    assert {row["id"] for row in rows} == {
        row["id"] for row in demo_shell.run_json("sessions", "-o", "json") if (row["duration_s"] or 0) > 7200
    }
    unusual = demo_shell.run_json("sessions", "is:unusual", "before:2026-11-23T02:00:00Z", "-o", "json")
    stuck = demo_shell.run_json("sessions", "is:stuck", "-o", "json")
    assert {row["outcome"] for row in stuck} == {"running"}
    assert {row["id"] for row in stuck if row["started"] < "2026-11-23T02"} <= {row["id"] for row in unusual}
    slow = demo_shell.run_json("sessions", "ratio:>999999", "-o", "json")
    assert slow == []


@pytest.mark.parametrize("command", ["sessions", "tail"])
def test_is_unseen_without_screens_is_one_sentence_and_2(demo_shell: CommandRunner, command: str) -> None:
    done = demo_shell(command, "is:unseen")
    assert done.returncode == 2
    assert done.stderr.strip() == "emtui: is:unseen works only in the session browser."


def test_limit_cuts_after_sorting(demo_shell: CommandRunner) -> None:
    rows = demo_shell.run_json(
        "sessions", "--sort", "-duration_s", "--limit", "3", "-o", "json", "state:success"
    )
    everything = demo_shell.run_json("sessions", "-o", "json", "state:success")
    longest = sorted((row["duration_s"] for row in everything), reverse=True)[:3]
    assert [row["duration_s"] for row in rows] == longest
    assert demo_shell.run_json("sessions", "--limit", "0", "-o", "json") == []


def test_nothing_that_matches_is_an_empty_array_and_0(demo_shell: CommandRunner) -> None:
    done = demo_shell("sessions", "no-such-text-anywhere", "-o", "json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_json_lines_and_csv_say_the_same_as_json(demo_shell: CommandRunner) -> None:
    asked = ("sessions", "state:failed,canceled", "until:2026-11-23T00:00:00Z")
    rows = demo_shell.run_json(*asked, "-o", "json")
    lines = demo_shell(*asked, "-o", "jsonl").stdout
    assert [json.loads(line) for line in lines.splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(demo_shell(*asked, "-o", "csv").stdout)))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert tuple(table[0]) == SESSION_KEYS


def test_a_table_on_a_pipe_has_everything_one_line_per_row(
    demo_shell: CommandRunner, world: SimulatedWorld
) -> None:
    done = demo_shell("sessions")
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert lines[0].split() == ["Outcome", "Type", "Started", "Took", "Id", "Message"]
    assert len(lines) == 1 + len(world.sessions(CLOCK))
    assert max(map(len, lines)) > 120


def test_connection_options_may_stand_after_the_command(demo_shell: CommandRunner) -> None:
    before, demo_shell.leading_arguments = demo_shell.leading_arguments, ()
    assert len(demo_shell.run_json("sessions", "--limit", "2", "-o", "json", *before)) == 2


def test_server_and_user_can_come_from_the_environment(demo_shell: CommandRunner) -> None:
    _, url, _, user, _, pin = demo_shell.leading_arguments
    demo_shell.leading_arguments = ()
    demo_shell.environ |= {"EMTUI_SERVER": url, "EMTUI_USER": user, "EMTUI_PIN": pin}
    assert len(demo_shell.run_json("sessions", "--limit", "2", "-o", "json")) == 2


def test_the_password_may_come_on_standard_input(demo_shell: CommandRunner) -> None:
    password = demo_shell.environ.pop("EMTUI_PASSWORD")
    done = demo_shell("sessions", "--password-stdin", "--limit", "1", "-o", "jsonl", stdin=f"{password}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_without_a_password_and_a_terminal_it_is_4(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    done = demo_shell("sessions")
    assert (done.returncode, done.stdout) == (4, "")
    assert "password" in done.stderr


def test_an_unknown_profile_is_2(demo_shell: CommandRunner) -> None:
    done = demo_shell("sessions", "-p", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_closed_in_the_middle_is_silent_and_141(demo_shell: CommandRunner, unbuffered: str) -> None:
    argv = [sys.executable, "-m", "emtui", *demo_shell.leading_arguments, "sessions", "-o", "jsonl"]
    environ = {**demo_shell.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141
