"""No home, no user name, no disk space: one sentence and an exit code; `check` always prints its line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo
from other_user_shell import OtherUserShell, other_user

LINE = re.compile(r"EMTUI (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [^|\n]+)?\n")
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
CLOSED_STREAMS = "emtui: Standard output is closed: redirect it to a file or to /dev/null.\n"


@pytest.fixture
def other_user_shell(demo: RunningDemo) -> Iterator[OtherUserShell]:
    """A user ID without name and home, with the options for the demo."""
    with other_user() as runner:
        runner.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
        runner.environ["EMTUI_PASSWORD"] = demo.password
        yield runner


def is_complete_line(text: str) -> bool:
    """Whether each line is a sentence."""
    return "Traceback" not in text and "internal error" not in text


def assert_answered(result: subprocess.CompletedProcess[str], text: str) -> int:
    """The exit code of a check with this line; asserts that they agree."""
    found = LINE.fullmatch(text)
    assert found, (result.stdout, result.stderr)
    assert CODES[found[1]] == result.returncode
    return result.returncode


# --- no home, no name -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("sessions", "--limit", "1"), 0),
        (("sessions", "-o", "json", "--limit", "1"), 0),
        (("show", "latest"), 0),
        (("events", "latest"), 0),
        (("profiles",), 0),
        (("doctor",), 0),
        (("login", "-p", "lab"), 2),
        (("logout",), 0),
        (("open",), 2),
        (("--debug", "sessions", "--limit", "1"), 0),
        (("-p", "nowhere", "sessions"), 2),
        (("--help",), 0),
    ],
    ids=str,
)
def test_for_an_unknown_user_id_a_command_works_or_fails_with_one_sentence(
    other_user_shell: OtherUserShell, argv: tuple[str, ...], code: int
) -> None:
    done = other_user_shell(*argv)
    assert done.returncode == code, done.stderr
    assert is_complete_line(done.stderr)
    assert done.stderr.count("\n") <= 1
    if code:
        assert done.stderr.startswith("emtui: ")


def test_its_error_says_what_to_set(other_user_shell: OtherUserShell) -> None:
    assert "set HOME or XDG_CONFIG_HOME" in other_user_shell("login", "-p", "lab").stderr
    assert "XDG_STATE_HOME" in other_user_shell("--debug", "profiles").stderr
    other_user_shell.leading_arguments = ()
    assert "HOME or XDG_CONFIG_HOME" in other_user_shell("config", "show").stderr


def test_with_folders_from_the_environment_everything_works(other_user_shell: OtherUserShell) -> None:
    config, state = other_user_shell.home / "config", other_user_shell.home / "state"
    named = {"XDG_CONFIG_HOME": str(config), "XDG_STATE_HOME": str(state)}
    assert other_user_shell("login", "-p", "lab", **named).returncode == 0
    assert (config / "emtui" / "config.toml").exists()
    assert "lab" in other_user_shell("profiles", **named).stdout
    assert other_user_shell("--debug", "sessions", "--limit", "1", **named).stderr.endswith("emtui.log\n")


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent", "", "relative"])
def test_an_invalid_home_does_no_harm(other_user_shell: OtherUserShell, home: str) -> None:
    other_user_shell.environ["HOME"] = home
    done = other_user_shell("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert other_user_shell("login", "-p", "lab").returncode == 2


def test_a_check_without_home_and_name_works_as_usual(
    other_user_shell: OtherUserShell, demo_shell: CommandRunner
) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = other_user_shell(*argv)
    assert assert_answered(done, done.stdout) == demo_shell(*argv).returncode
    assert is_complete_line(done.stderr)


def test_an_internal_error_is_one_sentence_without_any_folder(other_user_shell: OtherUserShell) -> None:
    other_user_shell.missing_modules = ("emtui.em.client",)
    done = other_user_shell("sessions")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("emtui: internal error (ModuleNotFoundError at client_logon.py:")
    assert done.stderr.count("\n") == 1
    assert "XDG_STATE_HOME" in done.stderr


def test_an_internal_error_that_cannot_be_logged_is_one_sentence(other_user_shell: OtherUserShell) -> None:
    other_user_shell.missing_modules = ("emtui.em.client", "emtui.local.logfile")
    done = other_user_shell("sessions")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "internal error" in done.stderr


@pytest.mark.parametrize(
    "without", [("emtui.em.client",), ("emtui.em.client", "emtui.local.logfile"), ("emtui.query",)], ids=str
)
def test_a_check_prints_its_line_after_an_internal_error(
    other_user_shell: OtherUserShell, without: tuple[str, ...]
) -> None:
    other_user_shell.missing_modules = without
    done = other_user_shell("check")
    assert assert_answered(done, done.stdout) == 3


# --- no disk space ---------------------------------------------------------------------


def run_into(path: Path, shell: CommandRunner, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the command with this file as its standard output."""
    with path.open("w") as out:
        return output_of(out, shell, *argv)


def output_of(out: IO[str], shell: CommandRunner, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the command with this standard output."""
    done = subprocess.run(
        shell.argv(*argv) if isinstance(shell, OtherUserShell) else run_without_streams(shell, *argv),
        env=shell.environ,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, "", done.stderr)


def run_without_streams(shell: CommandRunner, *argv: str) -> list[str]:
    return [sys.executable, "-m", "emtui", *shell.leading_arguments, *argv]


def test_a_full_disk_below_standard_output_is_1_and_one_sentence(demo_shell: CommandRunner) -> None:
    for argv in (("sessions",), ("show", "latest"), ("--help",), ("tail", "--from-start")):
        done = run_into(Path("/dev/full"), demo_shell, *argv)
        assert done.returncode == 1
        assert done.stderr == "emtui: Cannot write to standard output: No space left on device.\n"


def test_a_check_on_a_full_disk_prints_to_standard_error_with_the_same_code(
    demo_shell: CommandRunner,
) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = run_into(Path("/dev/full"), demo_shell, *argv)
    assert assert_answered(done, done.stderr) == demo_shell(*argv).returncode
    demo_shell.environ["EMTUI_PASSWORD"] = "wrong"
    done = run_into(Path("/dev/full"), demo_shell, "check")
    assert assert_answered(done, done.stderr) == 3


def test_commands_work_on_a_full_disk(other_user_shell: OtherUserShell, demo_shell: CommandRunner) -> None:
    other_user_shell.bytes_on_disk = 0
    other_user_shell.environ |= {"HOME": str(other_user_shell.home)}
    done = other_user_shell("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = other_user_shell(*argv)
    assert assert_answered(done, done.stdout) == demo_shell(*argv).returncode
    done = run_into(other_user_shell.home / "out", other_user_shell, *argv)
    assert assert_answered(done, done.stderr) == demo_shell(*argv).returncode


def test_a_demo_without_writable_folders_is_one_sentence(other_user_shell: OtherUserShell) -> None:
    other_user_shell.leading_arguments, other_user_shell.bytes_on_disk = (), 0
    done = other_user_shell("demo", "--serve", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("emtui: Cannot start the demo server: ")
    assert done.stderr.count("\n") == 1


def test_a_read_only_home_stops_only_commands_that_write_to_it(
    other_user_shell: OtherUserShell,
) -> None:
    home = other_user_shell.home / "home"
    home.mkdir()
    other_user_shell.environ["HOME"] = str(home)
    done = other_user_shell("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    done = other_user_shell("login", "-p", "lab")
    assert done.returncode == 2
    assert done.stderr == f"emtui: {home}/.config/emtui/config.toml cannot be written: Permission denied.\n"


def test_a_missing_temporary_folder_does_no_harm(demo_shell: CommandRunner) -> None:
    demo_shell.environ["TMPDIR"] = "/nonexistent"
    assert demo_shell("sessions", "--limit", "1").returncode == 0
    assert demo_shell("login", "-p", "lab").returncode == 0


def test_a_deleted_current_directory_does_no_harm(demo_shell: CommandRunner, tmp_path: Path) -> None:
    for argv in (
        ("sessions", "--limit", "1"),
        ("login", "-p", "lab"),
        ("profiles",),
        ("check",),
        ("doctor",),
    ):
        gone = tmp_path / "gone"
        gone.mkdir()
        script = 'rmdir "$PWD"; exec "$@"'
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *run_without_streams(demo_shell, *argv)],
            cwd=gone,
            env=demo_shell.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert is_complete_line(done.stderr)
        assert done.returncode == 0 or argv == ("check",), done.stderr
        assert not gone.exists()


# --- closed streams --------------------------------------------------------------------


def close_streams(shell: CommandRunner, closed: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell that closes some of its streams first."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *run_without_streams(shell, *argv)],
        env=shell.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "argv",
    [
        ("sessions",),
        ("show", "latest"),
        ("events", "latest", "--follow"),
        ("tail",),
        ("wait", "latest"),
        ("profiles",),
        ("doctor",),
        ("--help",),
        ("--version",),
        ("sessions", "--help"),
    ],
    ids=" ".join,
)
def test_a_closed_standard_output_is_1_and_one_sentence(
    demo_shell: CommandRunner, argv: tuple[str, ...]
) -> None:
    if argv == ("--version",):
        demo_shell.leading_arguments = ()
    done = close_streams(demo_shell, ">&-", *argv)
    assert (done.returncode, done.stderr) == (1, CLOSED_STREAMS)


def test_nothing_is_sent_without_a_usable_output(demo_shell: CommandRunner) -> None:
    demo_shell.environ["EMTUI_PASSWORD"] = "wrong"
    assert close_streams(demo_shell, ">&-", "sessions").stderr == CLOSED_STREAMS


@pytest.mark.parametrize(
    "argv", [("config", "show"), ("demo", "--serve"), ("demo", "--play", "help")], ids=" ".join
)
def test_a_closed_standard_output_is_1_for_commands_without_a_server(
    shell: CommandRunner, argv: tuple[str, ...]
) -> None:
    done = close_streams(shell, ">&-", *argv)
    assert (done.returncode, done.stderr) == (1, CLOSED_STREAMS)


def test_wrong_usage_is_2_with_a_closed_standard_output_as_well(demo_shell: CommandRunner) -> None:
    assert close_streams(demo_shell, ">&-", "sessions", "--bogus").returncode == 2


def test_commands_without_output_need_no_standard_output(demo_shell: CommandRunner) -> None:
    done = close_streams(demo_shell, ">&-", "login", "-p", "lab")
    assert done.returncode == 0
    assert "Saved as profile lab." in done.stderr


@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_a_check_without_standard_output_prints_to_standard_error(
    demo_shell: CommandRunner, closed: str
) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = close_streams(demo_shell, closed, *argv)
    assert assert_answered(done, done.stderr) == demo_shell(*argv).returncode
    done = close_streams(demo_shell, closed, "check", "--bogus")
    assert assert_answered(done, done.stderr) == 3
    done = close_streams(demo_shell, closed, "check", "--timeout", "0.01")
    assert assert_answered(done, done.stderr) == 3


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_other_closed_streams_do_no_harm(demo_shell: CommandRunner, closed: str) -> None:
    done = close_streams(demo_shell, closed, "sessions", "--limit", "1", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("[\n")
    done = close_streams(demo_shell, closed, "check", "--timeout", "60")
    assert assert_answered(done, done.stdout) in {0, 1, 2, 3}
    assert close_streams(demo_shell, closed, "show", "ffffffff-0000-4000-8000-000000000000").returncode == 3
    assert close_streams(demo_shell, closed, "open").returncode == 2
    assert close_streams(demo_shell, closed, "--password-stdin", "sessions").returncode == 2


@pytest.mark.parametrize("closed", [">&- 2>&-", "<&- >&- 2>&-"])
def test_without_any_stream_there_is_only_the_exit_code(demo_shell: CommandRunner, closed: str) -> None:
    assert close_streams(demo_shell, closed, "sessions").returncode == 1
    assert close_streams(demo_shell, closed, "check", "--bogus").returncode == 3


@pytest.mark.parametrize(
    "closed",
    [">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", ">/dev/full 2>&-", ">&- 2>/dev/full"],
)
@pytest.mark.parametrize(
    "argv", [("--type", "CollectJob", "--max-age", "9000d"), ("--max-age", "1s")], ids=" ".join
)
def test_a_check_whose_line_cannot_be_written_is_unknown(
    demo_shell: CommandRunner, closed: str, argv: tuple[str, ...]
) -> None:
    argv = ("check", "--timeout", "60", *argv)
    assert demo_shell(*argv).returncode in {0, 2}
    done = close_streams(demo_shell, closed, *argv)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_check_into_a_closed_pipe_is_unknown_unless_standard_error_works(
    demo_shell: CommandRunner, unbuffered: str
) -> None:
    demo_shell.environ["PYTHONUNBUFFERED"] = unbuffered
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "9000d")
    done = run_into_closed_pipe(demo_shell, *argv)
    assert assert_answered(done, done.stderr) == 0
    assert run_into_closed_pipe(demo_shell, *argv, both=True).returncode == 3


def run_into_closed_pipe(
    shell: CommandRunner, *argv: str, both: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command into a closed pipe: standard output, with `both` also standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            run_without_streams(shell, *argv),
            env=shell.environ,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing if both else subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(writing)


@pytest.mark.parametrize(
    "argv", [("--version",), ("--help",), ("sessions", "-o", "jsonl"), ("tail", "--from-start")], ids=" ".join
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_is_closed_is_141_and_silent(
    demo_shell: CommandRunner, argv: tuple[str, ...], unbuffered: str
) -> None:
    if argv == ("--version",):
        demo_shell.leading_arguments = ()
    reading, writing = os.pipe()
    os.close(reading)
    demo_shell.environ["PYTHONUNBUFFERED"] = unbuffered
    with os.fdopen(writing, "w") as out:
        done = output_of(out, demo_shell, *argv)
    assert (done.returncode, done.stderr) == (141, "")
