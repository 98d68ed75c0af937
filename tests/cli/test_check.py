"""`emtui check` as a monitoring system calls it: always one line and 0 to 3."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server
from session_list_server import listing_shell, runs_from_letters

LINE = re.compile(r"EMTUI (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [^|\n]+)?\n")
EXIT_CODES_BY_WORD = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


@pytest.fixture(scope="module")
def eventful_demo() -> Iterator[RunningDemo]:
    """The world of seed 1, at the current time."""
    yield from run_demo_server("--seed", "1")


@pytest.fixture(scope="module")
def uneventful_demo() -> Iterator[RunningDemo]:
    """A world without problems, at the current time."""
    yield from run_demo_server("--seed", "0")


def point_at(shell: CommandRunner, demo: RunningDemo) -> CommandRunner:
    shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return shell


def run_check(shell: CommandRunner, *argv: str) -> tuple[int, str]:
    """The exit code and the line; asserts that they agree. The time limit is longer than in production."""
    done = shell("check", "--timeout", "60", *argv)
    match = LINE.fullmatch(done.stdout)
    assert match, (done.stdout, done.stderr)
    assert EXIT_CODES_BY_WORD[match[1]] == done.returncode
    return done.returncode, done.stdout


def test_a_server_without_problems_is_ok_with_performance_data(
    shell: CommandRunner, uneventful_demo: RunningDemo
) -> None:
    code, line = run_check(point_at(shell, uneventful_demo))
    assert code == 0
    assert line.startswith(
        "EMTUI OK - 11 of 12 types on schedule, 1 without a schedule | types=12;;;0 on_time=11;;;0;12"
    )
    assert re.search(r" failing=0;;0;0 .*\bCollectJob_age=\d+s;;;0 CollectJob_took=\d+\.\ds", line)


def test_stuck_overdue_and_warned_types_are_named_worst_first(
    shell: CommandRunner, eventful_demo: RunningDemo
) -> None:
    code, line = run_check(point_at(shell, eventful_demo))
    assert code == 2
    text = line.partition(" | ")[0]
    assert "DatabaseMaintenance running for 2h" in text
    assert "CatalogReplicationJob overdue, 1" in text
    assert "usually every 4h" in text
    assert "LicAutoUpdate warned 3 times" in text or "1 more" in text


@pytest.mark.parametrize(
    ("argv", "code", "text"),
    [
        (("--type", "LicAutoUpdate"), 1, "LicAutoUpdate warned 3 times since"),
        (("--type", "License Update", "--max-age", "26h"), 2, "last successful run of LicAutoUpdate ended"),
        (("--type", "DatabaseMaintenance", "--stuck"), 2, "running for"),
        (("--type", "DatabaseMaintenance", "--overdue"), 0, "1 type not failing"),
        (("--type", "CatalogRepl*", "--overdue"), 2, "usually every 4h"),
        (("--type", "CatalogRepl*", "--stuck"), 0, "1 type not failing"),
        (("--type", "CatalogRepl*", "--max-age", "1d,30d"), 1, "last successful run of"),
        (("--type", "CatalogConsolidation", "--max-ratio", "2,9"), 1, "times the usual duration"),
        (("--type", "CatalogConsolidation", "--max-ratio", "2"), 2, "times the usual duration"),
        (("--type", "HistoryCollectJob", "--max-age", "26h", "--max-ratio", "3"), 0, "1 type not failing"),
        (("--type", "NoSuchThing*"), 3, "No session of type NoSuchThing* in the list"),
        (("--type", "NoSuchThing*", "--max-age", "26h"), 2, "No session of type NoSuchThing* in the list"),
    ],
)
def test_a_condition_is_checked(
    shell: CommandRunner, eventful_demo: RunningDemo, argv: tuple[str, ...], code: int, text: str
) -> None:
    found, line = run_check(point_at(shell, eventful_demo), *argv)
    assert found == code, line
    assert text in line


@pytest.mark.parametrize(
    ("letters", "argv", "code", "text"),
    [
        ("sss", (), 0, "OK - 1 type not failing; no schedule known for LogExport |"),
        ("sss", ("--overdue",), 3, "UNKNOWN - no schedule known for LogExport |"),
        ("sss", ("--stuck",), 3, "UNKNOWN - no usual duration known for LogExport |"),
        ("sss", ("--max-ratio", "3"), 3, "UNKNOWN - no usual duration known for LogExport |"),
        (
            "sss",
            ("--max-age", "26h", "--overdue"),
            0,
            "OK - 1 type not failing; no schedule known for LogExport",
        ),
        ("sssf", ("--overdue",), 2, "CRITICAL - LogExport failed at"),
        ("sfc", (), 2, "CRITICAL - LogExport failed at"),
        ("fsc", (), 0, "OK - 1 type not failing"),
        ("swc", (), 1, "WARNING - LogExport warned at"),
    ],
)
def test_types_that_cannot_be_checked_are_reported_and_canceled_runs_ignored(
    shell: CommandRunner, tmp_path: Path, letters: str, argv: tuple[str, ...], code: int, text: str
) -> None:
    with listing_shell(shell, runs_from_letters(letters), tmp_path) as runner:
        found, line = run_check(runner, *argv)
    assert found == code, line
    assert text in line


@pytest.mark.parametrize(
    "argv",
    [
        ("--max-age", "soon"),
        ("--max-age", "26h,20h"),
        ("--max-age", "1h,2h,3h"),
        ("--max-ratio", "0"),
        ("--max-ratio", "nan"),
        ("--max-ratio", "x"),
        ("--timeout", "0"),
        ("--timeout", "never"),
        ("--type", ""),
        ("--type", "CollectJobb"),
        ("--no-such-option",),
        ("--max-age",),
        ("a", "word"),
    ],
)
def test_wrong_usage_is_unknown_on_standard_output(shell: CommandRunner, argv: tuple[str, ...]) -> None:
    shell.leading_arguments = ("--server", "em01.example.net", "--user", "x")
    code, line = run_check(shell, *argv)
    assert code == 3
    assert len(line) < 250


@pytest.mark.parametrize("before", [(), ("--nonsense",), ("--server", "check"), ("-p", "nowhere")])
def test_options_before_the_command_make_no_difference(shell: CommandRunner, before: tuple[str, ...]) -> None:
    shell.leading_arguments = before
    assert run_check(shell)[0] == 3


def test_a_server_that_lists_only_names_is_unknown(shell: CommandRunner) -> None:
    for demo in run_demo_server("--seed", "0", "--sessions", "1000", "--play", "references"):
        code, line = run_check(point_at(shell, demo))
        assert code == 3
        assert "The server sent only the names of" in line


def test_an_unreachable_server_is_unknown(shell: CommandRunner, eventful_demo: RunningDemo) -> None:
    runner = point_at(shell, eventful_demo)
    runner.leading_arguments = ("--server", "https://127.0.0.1:1", *runner.leading_arguments[2:])
    code, line = run_check(runner)
    assert code == 3
    assert "127.0.0.1:1" in line


def test_without_a_password_there_is_no_prompt(shell: CommandRunner, eventful_demo: RunningDemo) -> None:
    runner = point_at(shell, eventful_demo)
    del runner.environ["EMTUI_PASSWORD"]
    code, line = run_check(runner)
    assert code == 3
    assert "No password" in line


def test_a_refused_logon_is_unknown(shell: CommandRunner, eventful_demo: RunningDemo) -> None:
    runner = point_at(shell, eventful_demo)
    runner.environ["EMTUI_PASSWORD"] = "wrong"
    assert run_check(runner)[0] == 3


def test_an_unresponsive_server_is_waited_for_until_the_limit(shell: CommandRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        shell.leading_arguments = ("--server", f"https://127.0.0.1:{port}", "--user", "x")
        code, line = run_check(point_at_silent_server(shell), "--timeout", "1")
    assert code == 3
    assert "No result within 1 s" in line


def point_at_silent_server(shell: CommandRunner) -> CommandRunner:
    shell.environ["EMTUI_PASSWORD"] = "secret"
    return shell


def test_a_terminated_check_is_unknown(shell: CommandRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        argv = [sys.executable, "-m", "emtui", "check", "--server", url, "--user", "x"]
        environ = {**shell.environ, "EMTUI_PASSWORD": "secret"}
        with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, text=True) as child:
            mute.settimeout(30)
            held, _ = mute.accept()
            child.send_signal(signal.SIGTERM)
            assert child.stdout
            assert child.stdout.read() == "EMTUI UNKNOWN - Interrupted\n"
            assert child.wait(30) == 3
        held.close()


def test_help_is_help(shell: CommandRunner) -> None:
    done = shell("check", "--help")
    assert done.returncode == 0
    assert "--max-age" in done.stdout
