"""The password command: its first line is the password; every failure is one sentence."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from emtui.em.secret import Secret
from emtui.local.password_command import PasswordCommandFailedError, run_password_command


def python_command(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_first_line_is_the_password_and_the_rest_is_not() -> None:
    assert (
        run_password_command(python_command("print('correct horse \\u2603'); print('login: ops')")).reveal()
        == "correct horse ☃"
    )


def test_the_command_runs_without_a_shell() -> None:
    assert run_password_command(
        [sys.executable, "-c", "import sys; print(sys.argv[1])", "$(id); `id` *"]
    ).reveal() == ("$(id); `id` *")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit('gpg: decryption failed')", "exited with code 1: gpg: decryption failed."),
        ("import os; os.kill(os.getpid(), 9)", "was killed by signal 9."),
        ("pass", "printed no password."),
        ("print()", "printed no password."),
        ("import sys; print('\\x1b]0;owned\\x07', file=sys.stderr); sys.exit(3)", "␛]0;owned␇"),
    ],
)
def test_every_failure_is_one_sentence(code: str, message: str) -> None:
    with pytest.raises(PasswordCommandFailedError) as caught:
        run_password_command(python_command(code))
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("argv", [["/nowhere/at/all"], ["\0"]])
def test_an_invalid_command_is_one_sentence(argv: list[str]) -> None:
    with pytest.raises(PasswordCommandFailedError, match="cannot be run"):
        run_password_command(argv)


def test_a_command_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    began = time.monotonic()
    with pytest.raises(PasswordCommandFailedError, match="took more than 2 s"):
        run_password_command(python_command(code), timeout=2)
    assert time.monotonic() - began < 20
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_the_command_gets_no_emtui_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMTUI_PASSWORD", "swordfish")
    monkeypatch.setenv("EMTUI_PIN", "ab" * 32)
    code = "import os; print([name for name in os.environ if name.startswith('EMTUI')])"
    assert run_password_command(python_command(code)).reveal() == "[]"


def test_a_known_secret_is_not_shown() -> None:
    held = Secret("swordfish")
    with pytest.raises(PasswordCommandFailedError) as caught:
        run_password_command(python_command("raise SystemExit('bad passphrase swordfish')"))
    assert held
    assert "bad passphrase ***" in str(caught.value)


def test_an_unattended_command_cannot_prompt() -> None:
    code = "import sys, os; print(sys.stdin.read() == '' and os.getsid(0) == os.getpid())"
    assert run_password_command(python_command(code), is_attended=False).reveal() == "True"


def test_background_processes_of_the_command_are_not_waited_for() -> None:
    began = time.monotonic()
    code = "import subprocess; print('correct horse', flush=True); subprocess.Popen(['sleep', '20'])"
    assert run_password_command(python_command(code)).reveal() == "correct horse"
    assert time.monotonic() - began < 10


def test_endless_output_uses_no_memory() -> None:
    with pytest.raises(PasswordCommandFailedError, match="was killed by signal 13"):
        run_password_command(["yes"])


def test_output_that_is_not_utf_8_is_rejected() -> None:
    with pytest.raises(PasswordCommandFailedError, match="not UTF-8"):
        run_password_command(python_command("import sys; sys.stdout.buffer.write(b'p\\xe4ss\\n')"))


def test_a_byte_order_mark_is_not_part_of_the_password() -> None:
    assert run_password_command(python_command("print('\\ufeffcorrect horse')")).reveal() == "correct horse"


def test_the_folder_of_the_credentials_of_a_service_is_filled_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "em prod").write_text("correct horse\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert run_password_command(["cat", "${CREDENTIALS_DIRECTORY}/em prod"]).reveal() == "correct horse"


def test_no_other_variable_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x")
    argv = ["printf", "%s", "$CREDENTIALS_DIRECTORY ${HOME} $HOME"]
    assert run_password_command(argv).reveal() == "$CREDENTIALS_DIRECTORY ${HOME} $HOME"


def test_without_a_service_its_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(PasswordCommandFailedError, match="needs CREDENTIALS_DIRECTORY"):
        run_password_command(["cat", "${CREDENTIALS_DIRECTORY}/em"])
