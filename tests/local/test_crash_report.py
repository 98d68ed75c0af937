"""Internal errors in the log: locations, never values or secrets."""

from __future__ import annotations

import gc
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.secret import Secret, mask_secrets
from emtui.local import crash_report, logfile
from emtui.local.state_files import StateUnavailableError

PASSWORD = "hunter2-in-a-variable"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    yield tmp_path / "emtui"
    for name in ("emtui", "asyncio"):
        for handler in logging.getLogger(name).handlers[:]:
            handler.close()
            logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.NOTSET)


def read_log(state: Path) -> str:
    return (state / "emtui.log").read_text()


def raised_error() -> Exception:
    password = PASSWORD
    try:
        try:
            raise KeyError(password)
        except KeyError as error:
            raise ExceptionGroup(password, [ValueError(password)]) from error
    except ExceptionGroup as group:
        return group


def test_a_fault_tells_its_kind_its_place_and_the_log_and_no_value(state: Path) -> None:
    message = crash_report.report_error(raised_error())
    assert "ExceptionGroup at test_crash_report.py:" in message
    assert f"the last lines of {state / 'emtui.log'}" in message
    for kind in ("KeyError", "ValueError", "ExceptionGroup"):
        assert kind in read_log(state)
    assert "raised_error" in read_log(state)
    assert PASSWORD not in message + read_log(state)


def test_a_log_that_cannot_be_written_is_part_of_the_sentence(state: Path) -> None:
    state.write_text("in the way")
    assert "It could not be logged: " in crash_report.report_error(raised_error())


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic RVhBTVBMRVxvcHM6c3dvcmRmaXNo",
        "{'authorization': 'Basic RVhBTVBMRVxvcHM6c3dvcmRmaXNo'}",
        "proxy-authorization=Basic RVhBTVBMRVxvcHM6c3dvcmRmaXNo",
        "X-RestSvcSessionId: RVhBTVBMRVxvcHM6c3dvcmRmaXNo",
        "Set-Cookie: X-RestSvcSessionId=RVhBTVBMRVxvcHM6c3dvcmRmaXNo; Path=/api",
        "DELETE /api/logonSessions/RVhBTVBMRVxvcHM6c3dvcmRmaXNo",
        "<SessionId>RVhBTVBMRVxvcHM6c3dvcmRmaXNo</SessionId>",
        '"sessionId": "RVhBTVBMRVxvcHM6c3dvcmRmaXNo"',
        "http://ops:RVhBTVBMRVxvcHM6c3dvcmRmaXNo@proxy.example.net:3128",
        "password = RVhBTVBMRVxvcHM6c3dvcmRmaXNo",
    ],
)
def test_credentials_are_not_written(line: str) -> None:
    assert "RVhBTVBMRVxvcHM6c3dvcmRmaXNo" not in logfile.redact(f"before {line} after")


@given(secret=st.text(min_size=4), around=st.text())
def test_no_secret_that_is_held_is_ever_written(secret: str, around: str) -> None:
    held = Secret(secret)
    if secret not in "***":
        assert secret not in mask_secrets(f"{around}{secret}{around}") or secret in around + "***" + around
    assert held.reveal() == secret


def test_the_log_does_not_keep_a_dropped_secret_alive() -> None:
    held = Secret("only-for-a-moment")
    assert mask_secrets("only-for-a-moment") == "***"
    del held
    gc.collect()
    assert mask_secrets("only-for-a-moment") == "only-for-a-moment"


def test_a_record_is_one_line_without_terminal_controls(state: Path) -> None:
    logfile.start_logging(debug=True)
    logging.getLogger("emtui.em").debug("a\n\x1b]0;owned\x07\u202eb\r")
    (line,) = read_log(state).splitlines()
    assert line.isprintable()
    assert "a ⏎ ␛]0;owned␇⟨U+202E⟩b␍" in line


def test_the_log_is_small_and_has_mode_0600(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "MAX_FILE_BYTES", 2000)
    logfile.start_logging(debug=True)
    for number in range(200):
        logging.getLogger("emtui.em").debug("line %s", number)
    assert sorted(path.name for path in state.iterdir()) == ["emtui.log", "emtui.log.1"]
    for path in state.iterdir():
        assert path.stat().st_size <= 2100
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_is_a_link_is_not_written_through(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    (tmp_path / "victim").write_text("theirs\n")
    (state / "emtui.log").symlink_to(tmp_path / "victim")
    with pytest.raises(StateUnavailableError):
        logfile.start_logging()
    assert (tmp_path / "victim").read_text() == "theirs\n"


EXCEPTION_HOOK_SCRIPTS = {
    "uncaught": "fail()",
    "thread": "import threading; one = threading.Thread(target=fail); one.start(); one.join()",
    "unraisable": "class Odd:\n    def __del__(self): fail()\nodd = Odd(); del odd",
    "dropped task": """
import asyncio, gc
async def main():
    asyncio.get_running_loop().set_exception_handler(crash_report.log_task_exception)
    async def late(): fail()
    task = asyncio.create_task(late())
    await asyncio.sleep(0.01)
    del task; gc.collect()
asyncio.run(main())
""",
}


@pytest.mark.parametrize("name", EXCEPTION_HOOK_SCRIPTS)
def test_every_exception_hook_logs_and_shows_one_sentence(state: Path, name: str) -> None:
    code = (
        "from emtui.local import crash_report; import sys; crash_report.install_exception_hooks()\n"
        f"def fail():\n    password = {PASSWORD!r}\n    raise ValueError(password)\n"
        f"{EXCEPTION_HOOK_SCRIPTS[name]}\n"
        "said = crash_report.take_unreported()\n"
        "if said: print(said, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.count("\n") == 1
    assert "internal error (ValueError at <string>:" in done.stderr
    assert str(state / "emtui.log") in done.stderr
    assert "fail" in read_log(state)
    # the log has the frames; the source line itself is not secret
    assert PASSWORD not in done.stdout + done.stderr + read_log(state)


def test_messages_of_libraries_are_not_printed_before_the_log_is_started() -> None:
    code = (
        "import logging; from emtui.local.crash_report import install_exception_hooks; "
        "install_exception_hooks(); logging.getLogger('asyncio').warning('Unknown child process')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
