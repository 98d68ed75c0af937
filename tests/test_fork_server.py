"""A copy of a loaded Python is for the program what a Python of its own is."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fork_server
import pytest
from pty_terminal import isolated_environment, run_python

ENVIRONMENT_PROGRAM = """
import json, locale, os, resource, signal, sys, threading, time
streams = (sys.stdin, sys.stdout, sys.stderr)
print(json.dumps({
    "argv": sys.argv,
    "path": sys.path,
    "environ": dict(os.environ),
    "folder": os.getcwd(),
    "typed": sys.stdin.read(),
    "streams": [[s.encoding, s.errors, s.isatty(), s.newlines, s.fileno(), s.mode] for s in streams],
    "buffered": [stream.line_buffering for stream in streams],
    "same": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    "opened": len(os.listdir("/proc/self/fd")),
    "signals": {number: str(signal.getsignal(number)) for number in range(1, 32)},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
    "umask": os.umask(0),
    "parent": os.getppid(), "group": os.getpgrp(), "session": os.getsid(0),
    "time": time.tzname, "locale": locale.setlocale(locale.LC_CTYPE),
    "threads": threading.active_count(), "main": __name__, "file": __file__,
}, sort_keys=True))
"""
EXIT_PROGRAMS = {
    "nothing": "",
    "a-number": "import sys; sys.exit(7)",
    "a-great-number": "import sys; sys.exit(300)",
    "a-text": "import sys; sys.exit('no')",
    "none": "import sys; sys.exit(None)",
    "true": "import sys; sys.exit(True)",
    "killed": "import os; os.kill(os.getpid(), 15)",
    "at-once": "import os; print('never seen', end=''); os._exit(3)",
    "said-at-exit": "import atexit, sys; print('first'); atexit.register(print, 'last'); sys.exit(2)",
    "a-thread": "import threading, time; threading.Timer(0.1, print, ['late']).start()",
    "a-thread-that-nobody-waits-for": (
        "import threading, time; threading.Thread(target=time.sleep, args=[60], daemon=True).start()"
    ),
    "full-disk": "import sys; sys.stdout = open('/dev/full', 'w'); print('lost')",
    "both-streams": "import sys; print('out'); print('err', file=sys.stderr); print('\\r\\nout')",
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return isolated_environment(tmp_path, TZ="Asia/Kathmandu", ODD="\udcff €", EMPTY="")


def test_a_program_sees_the_same_around_it(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(ENVIRONMENT_PROGRAM)
    argv = [str(script), "-x", "two words", "", "ü"]
    assert fork_server.can_fork(argv, environ)
    copied = fork_server.run(argv, environ=environ, stdin="a\r\nb")
    assert copied.stdout == run_fresh(argv, environ, "a\r\nb").stdout


@pytest.mark.parametrize("how", EXIT_PROGRAMS)
def test_a_program_ends_the_same(how: str, tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(EXIT_PROGRAMS[how])
    copied = fork_server.run([str(script)], environ=environ)
    begun = run_fresh([str(script)], environ)
    assert (copied.returncode, copied.stdout, copied.stderr) == (begun.returncode, begun.stdout, begun.stderr)


def test_what_fails_is_reported_the_same_but_for_who_ran_it(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("print('out'); 1 / 0")
    copied = fork_server.run([str(script)], environ=environ)
    begun = run_fresh([str(script)], environ)
    assert (copied.returncode, copied.stdout) == (begun.returncode, begun.stdout) == (1, "out\n")
    assert copied.stderr.splitlines()[-1] == begun.stderr.splitlines()[-1]


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("import time; time.sleep(600)")
    with pytest.raises(subprocess.TimeoutExpired):
        fork_server.run([str(script)], environ=environ, timeout=0.2)


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["-c", "pass"], {}),
        (["-m", "emtui"], {"PYTHONWARNINGS": "error"}),
        (["-m", "emtui"], {"PYTHONUTF8": "0"}),
        (["-m", "emtui"], {"LD_PRELOAD": "libfaketime.so.1"}),
        (["-m", "emtui"], {"LC_ALL": "C"}),
        (["-m", "emtui"], {"LANG": "de_DE.ISO-8859-1"}),
        (["-m", "emtui"], {"TEXTUAL_LOG": "x"}),
        (["-m", "emtui"], {"OPENSSL_CONF": "/dev/null"}),
    ],
)
def test_what_python_reads_before_a_program_begins_wants_a_python_of_its_own(
    argv: list[str], more: dict[str, str], environ: dict[str, str]
) -> None:
    assert fork_server.can_fork(["-m", "emtui"], environ)
    assert not fork_server.can_fork(argv, environ | more)


def test_the_keyring_is_chosen_by_the_environment_of_the_copy(environ: dict[str, str]) -> None:
    script = Path(environ["HOME"]) / "script.py"
    script.write_text("import keyring; print(type(keyring.get_keyring()))")
    for name in ("null", "fail"):
        chosen = {**environ, "PYTHON_KEYRING_BACKEND": f"keyring.backends.{name}.Keyring"}
        done = fork_server.run([str(script)], environ=chosen)
        assert done.stdout == f"<class 'keyring.backends.{name}.Keyring'>\n"


def test_a_copy_leads_its_terminal(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os; print(os.getsid(0) == os.getpid() == os.tcgetpgrp(0), *os.get_terminal_size());"
        "print(input())"
    )
    with run_python(str(script), columns=91, lines=17, environ=environ) as terminal:
        terminal.wait_for("True 91 17")
        terminal.press("typed", "enter")
        terminal.wait_for("typed")
        assert terminal.wait_exit() == 0


def test_many_are_started_at_once(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os, sys; print(sys.argv[1], os.environ['ODD'])")

    def run(number: int) -> str:
        return fork_server.run([str(script), str(number)], environ={**environ, "ODD": str(-number)}).stdout

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(40))) == [f"{number} {-number}\n" for number in range(40)]


def run_fresh(argv: list[str], environ: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The same by a Python of its own."""
    return subprocess.run(
        [sys.executable, *argv], env=environ, input=stdin, capture_output=True, text=True, check=False
    )


def test_a_copy_is_a_child_of_the_test(tmp_path: Path, environ: dict[str, str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os; print(os.getppid())")
    done = fork_server.run([str(script)], environ=environ)
    assert int(done.stdout) == os.getpid()
