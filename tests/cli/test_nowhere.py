"""No home, no name, no room: one sentence and a code, never a traceback; and a check always answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from served import Demo
from shell import Shell
from somebody import Somebody, somebody

LINE = re.compile(r"EMTUI (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [^|\n]+)?\n")
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
CLOSED = "emtui: Standard output is closed: redirect it to a file or to /dev/null.\n"


@pytest.fixture
def nobody(demo: Demo) -> Iterator[Somebody]:
    """A user id without name and home that knows the demo."""
    with somebody() as there:
        there.before = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
        there.environ["EMTUI_PASSWORD"] = demo.password
        yield there


def whole(told: str) -> bool:
    """Whether it is nothing but sentences."""
    return "Traceback" not in told and "internal error" not in told


def answered(done: subprocess.CompletedProcess[str], text: str) -> int:
    """The code of a check whose line this is; they always agree."""
    found = LINE.fullmatch(text)
    assert found, (done.stdout, done.stderr)
    assert CODES[found[1]] == done.returncode
    return done.returncode


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
def test_a_user_id_that_nobody_knows_gets_its_answer_or_one_sentence(
    nobody: Somebody, argv: tuple[str, ...], code: int
) -> None:
    done = nobody(*argv)
    assert done.returncode == code, done.stderr
    assert whole(done.stderr)
    assert done.stderr.count("\n") <= 1
    if code:
        assert done.stderr.startswith("emtui: ")


def test_the_sentence_for_it_says_what_to_set(nobody: Somebody) -> None:
    assert "set HOME or XDG_CONFIG_HOME" in nobody("login", "-p", "lab").stderr
    assert "XDG_STATE_HOME" in nobody("--debug", "profiles").stderr
    nobody.before = ()
    assert "HOME or XDG_CONFIG_HOME" in nobody("config", "show").stderr


def test_with_the_folders_that_are_named_everything_works(nobody: Somebody) -> None:
    config, state = nobody.home / "config", nobody.home / "state"
    named = {"XDG_CONFIG_HOME": str(config), "XDG_STATE_HOME": str(state)}
    assert nobody("login", "-p", "lab", **named).returncode == 0
    assert (config / "emtui" / "config.toml").exists()
    assert "lab" in nobody("profiles", **named).stdout
    assert nobody("--debug", "sessions", "--limit", "1", **named).stderr.endswith("emtui.log\n")


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent", "", "relative"])
def test_a_home_that_is_none_is_no_trouble(nobody: Somebody, home: str) -> None:
    nobody.environ["HOME"] = home
    done = nobody("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert nobody("login", "-p", "lab").returncode == 2


def test_a_check_without_home_and_name_judges_as_always(nobody: Somebody, at_demo: Shell) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = nobody(*argv)
    assert answered(done, done.stdout) == at_demo(*argv).returncode
    assert whole(done.stderr)


def test_our_own_fault_is_one_sentence_without_any_folder(nobody: Somebody) -> None:
    nobody.without = ("emtui.em.client",)
    done = nobody("sessions")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("emtui: internal error (ModuleNotFoundError at logon_policy.py:")
    assert done.stderr.count("\n") == 1
    assert "XDG_STATE_HOME" in done.stderr


def test_so_is_one_of_what_tells_of_faults(nobody: Somebody) -> None:
    nobody.without = ("emtui.em.client", "emtui.local.logfile")
    done = nobody("sessions")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "internal error" in done.stderr


@pytest.mark.parametrize(
    "without", [("emtui.em.client",), ("emtui.em.client", "emtui.local.logfile"), ("emtui.query",)], ids=str
)
def test_a_check_answers_to_its_own_fault(nobody: Somebody, without: tuple[str, ...]) -> None:
    nobody.without = without
    done = nobody("check")
    assert answered(done, done.stdout) == 3


# --- no room --------------------------------------------------------------------------


def into(path: Path, shell: Shell, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command with this file as its standard output."""
    with path.open("w") as out:
        return written_to(out, shell, *argv)


def written_to(out: IO[str], shell: Shell, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command with this as its standard output."""
    done = subprocess.run(
        shell.argv(*argv) if isinstance(shell, Somebody) else run_by(shell, *argv),
        env=shell.environ,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, "", done.stderr)


def run_by(shell: Shell, *argv: str) -> list[str]:
    return [sys.executable, "-m", "emtui", *shell.before, *argv]


def test_a_full_disk_below_standard_output_is_1_and_one_sentence(at_demo: Shell) -> None:
    for argv in (("sessions",), ("show", "latest"), ("--help",), ("tail", "--from-start")):
        done = into(Path("/dev/full"), at_demo, *argv)
        assert done.returncode == 1
        assert done.stderr == "emtui: Cannot write to standard output: No space left on device.\n"


def test_a_check_on_a_full_disk_answers_on_standard_error_with_the_same_code(at_demo: Shell) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = into(Path("/dev/full"), at_demo, *argv)
    assert answered(done, done.stderr) == at_demo(*argv).returncode
    at_demo.environ["EMTUI_PASSWORD"] = "wrong"
    done = into(Path("/dev/full"), at_demo, "check")
    assert answered(done, done.stderr) == 3


def test_a_user_who_may_write_nothing_gets_answers(nobody: Somebody, at_demo: Shell) -> None:
    nobody.bytes_on_disk = 0
    nobody.environ |= {"HOME": str(nobody.home)}
    done = nobody("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = nobody(*argv)
    assert answered(done, done.stdout) == at_demo(*argv).returncode
    done = into(nobody.home / "out", nobody, *argv)
    assert answered(done, done.stderr) == at_demo(*argv).returncode


def test_a_demo_that_may_write_nothing_is_one_sentence(nobody: Somebody) -> None:
    nobody.before, nobody.bytes_on_disk = (), 0
    done = nobody("demo", "--serve", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("emtui: Cannot start the demo server: ")
    assert done.stderr.count("\n") == 1


def test_a_home_that_may_only_be_read_stops_nothing_but_what_writes_there(nobody: Somebody) -> None:
    home = nobody.home / "home"
    home.mkdir()
    nobody.environ["HOME"] = str(home)
    done = nobody("sessions", "--limit", "1")
    assert (done.returncode, done.stderr) == (0, "")
    done = nobody("login", "-p", "lab")
    assert done.returncode == 2
    assert done.stderr == f"emtui: {home}/.config/emtui/config.toml cannot be written: Permission denied.\n"


def test_a_folder_for_passing_files_that_is_missing_is_no_trouble(at_demo: Shell) -> None:
    at_demo.environ["TMPDIR"] = "/nonexistent"
    assert at_demo("sessions", "--limit", "1").returncode == 0
    assert at_demo("login", "-p", "lab").returncode == 0


def test_a_current_folder_that_was_deleted_is_no_trouble(at_demo: Shell, tmp_path: Path) -> None:
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
            ["/bin/sh", "-c", script, "sh", *run_by(at_demo, *argv)],
            cwd=gone,
            env=at_demo.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert whole(done.stderr)
        assert done.returncode == 0 or argv == ("check",), done.stderr
        assert not gone.exists()


# --- streams that are closed ----------------------------------------------------------


def closing(shell: Shell, closed: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command below a shell that closes some of its streams first."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *run_by(shell, *argv)],
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
def test_standard_output_that_is_closed_is_1_and_one_sentence(at_demo: Shell, argv: tuple[str, ...]) -> None:
    if argv == ("--version",):
        at_demo.before = ()
    done = closing(at_demo, ">&-", *argv)
    assert (done.returncode, done.stderr) == (1, CLOSED)


def test_nothing_is_sent_for_what_nobody_can_get(at_demo: Shell) -> None:
    at_demo.environ["EMTUI_PASSWORD"] = "wrong"
    assert closing(at_demo, ">&-", "sessions").stderr == CLOSED


@pytest.mark.parametrize(
    "argv", [("config", "show"), ("demo", "--serve"), ("demo", "--play", "help")], ids=" ".join
)
def test_so_it_is_where_no_server_is_named(shell: Shell, argv: tuple[str, ...]) -> None:
    done = closing(shell, ">&-", *argv)
    assert (done.returncode, done.stderr) == (1, CLOSED)


def test_a_slip_is_2_all_the_same(at_demo: Shell) -> None:
    assert closing(at_demo, ">&-", "sessions", "--bogus").returncode == 2


def test_what_writes_nothing_there_works_without_it(at_demo: Shell) -> None:
    done = closing(at_demo, ">&-", "login", "-p", "lab")
    assert done.returncode == 0
    assert "Saved as profile lab." in done.stderr


@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_a_check_without_standard_output_answers_on_standard_error(at_demo: Shell, closed: str) -> None:
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "26h")
    done = closing(at_demo, closed, *argv)
    assert answered(done, done.stderr) == at_demo(*argv).returncode
    done = closing(at_demo, closed, "check", "--bogus")
    assert answered(done, done.stderr) == 3
    done = closing(at_demo, closed, "check", "--timeout", "0.01")
    assert answered(done, done.stderr) == 3


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_the_others_are_not_missed(at_demo: Shell, closed: str) -> None:
    done = closing(at_demo, closed, "sessions", "--limit", "1", "-o", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("[\n")
    done = closing(at_demo, closed, "check", "--timeout", "60")
    assert answered(done, done.stdout) in {0, 1, 2, 3}
    assert closing(at_demo, closed, "show", "ffffffff-0000-4000-8000-000000000000").returncode == 3
    assert closing(at_demo, closed, "open").returncode == 2
    assert closing(at_demo, closed, "--password-stdin", "sessions").returncode == 2


@pytest.mark.parametrize("closed", [">&- 2>&-", "<&- >&- 2>&-"])
def test_with_none_of_them_there_is_the_code(at_demo: Shell, closed: str) -> None:
    assert closing(at_demo, closed, "sessions").returncode == 1
    assert closing(at_demo, closed, "check", "--bogus").returncode == 3


@pytest.mark.parametrize(
    "closed",
    [">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", ">/dev/full 2>&-", ">&- 2>/dev/full"],
)
@pytest.mark.parametrize(
    "argv", [("--type", "CollectJob", "--max-age", "9000d"), ("--max-age", "1s")], ids=" ".join
)
def test_a_check_whose_line_nobody_can_get_is_unknown(
    at_demo: Shell, closed: str, argv: tuple[str, ...]
) -> None:
    argv = ("check", "--timeout", "60", *argv)
    assert at_demo(*argv).returncode in {0, 2}
    done = closing(at_demo, closed, *argv)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_so_it_is_with_a_pipe_that_is_closed_unless_standard_error_takes_the_line(
    at_demo: Shell, unbuffered: str
) -> None:
    at_demo.environ["PYTHONUNBUFFERED"] = unbuffered
    argv = ("check", "--timeout", "60", "--type", "CollectJob", "--max-age", "9000d")
    done = to_nobody(at_demo, *argv)
    assert answered(done, done.stderr) == 0
    assert to_nobody(at_demo, *argv, both=True).returncode == 3


def to_nobody(shell: Shell, *argv: str, both: bool = False) -> subprocess.CompletedProcess[str]:
    """The command, its standard output (and with `both` its standard error) a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            run_by(shell, *argv),
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
    at_demo: Shell, argv: tuple[str, ...], unbuffered: str
) -> None:
    if argv == ("--version",):
        at_demo.before = ()
    reading, writing = os.pipe()
    os.close(reading)
    at_demo.environ["PYTHONUNBUFFERED"] = unbuffered
    with os.fdopen(writing, "w") as out:
        done = written_to(out, at_demo, *argv)
    assert (done.returncode, done.stderr) == (141, "")
