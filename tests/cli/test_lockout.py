"""Account-lockout protection: a wrong password costs one attempt for all commands together."""

from __future__ import annotations

import base64
import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command_runner import CommandRunner
from kernel_keyring_support import keyring_refusal
from other_user_shell import OtherUserShell, other_user
from pty_terminal import isolated_environment, run_emtui
from response_cases import CASES
from scripted_server import (
    SCRIPTS,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    reply_well,
    route_of,
    scripted_server_in_thread,
)

kernel_keyring = pytest.mark.skipif(bool(keyring_refusal()), reason=keyring_refusal() or "it answers")
OLD_PASSWORD, NEW_PASSWORD = "old-password", "new-password"


class LogonDirectory:
    """Accepts one password and counts attempts; a rotation ends every logon."""

    def __init__(self) -> None:
        self.valid_password = NEW_PASSWORD
        self.refusal: ScriptedReply | None = None
        self.attempts = 0
        self.refused = 0
        self.expired = False

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "logon":
            return self._logon(request)
        if self.expired and route not in {"root", "logoff"}:
            return SCRIPTS["logon-401"].reply
        return reply_well(request)

    def _logon(self, request: ReceivedRequest) -> ScriptedReply:
        self.attempts += 1
        if self.refusal:
            return self.refusal
        password = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if password.partition(":")[2] == self.valid_password:
            self.expired = False
            return reply_well(request)
        self.refused += 1
        return SCRIPTS["logon-401"].reply

    def rotate(self) -> None:
        """Change the password and end all logons."""
        self.valid_password, self.expired = "rotated-password", True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def logon_directory() -> LogonDirectory:
    return LogonDirectory()


@pytest.fixture
def server(logon_directory: LogonDirectory, certificate: ServerIdentity) -> Iterator[ScriptedEmServer]:
    with scripted_server_in_thread(logon_directory, certificate.tls_context()) as server:
        yield server


@pytest.fixture
def server_shell(
    shell: CommandRunner, server: ScriptedEmServer, certificate: ServerIdentity
) -> CommandRunner:
    shell.leading_arguments = (
        *("--server", server.authority, "--user", "EXAMPLE\\ops", "--pin", certificate.sha256),
    )
    shell.environ["EMTUI_PASSWORD"] = OLD_PASSWORD
    return shell


def test_twenty_commands_at_once_and_three_screens_after_them_cost_one_attempt(
    server_shell: CommandRunner, logon_directory: LogonDirectory, tmp_path: Path
) -> None:
    commands = [("sessions",), ("show", "latest"), ("events", "latest"), ("sessions", "-o", "json")] * 5
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda argv: server_shell(*argv), commands))
    assert {one.returncode for one in done} == {4}
    assert sum("To prevent a lockout" in one.stderr for one in done) == 19
    for _ in range(3):
        with run_emtui(
            *server_shell.leading_arguments,
            environ=isolated_environment(tmp_path, EMTUI_PASSWORD=OLD_PASSWORD),
        ) as terminal:
            terminal.wait_for("To prevent a lockout")
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 0
    assert logon_directory.attempts == logon_directory.refused == 1


def test_a_rotation_while_the_screens_are_open_costs_one_attempt(
    server_shell: CommandRunner, logon_directory: LogonDirectory, tmp_path: Path
) -> None:
    logon_directory.valid_password = OLD_PASSWORD
    with run_emtui(
        *server_shell.leading_arguments, environ=isolated_environment(tmp_path, EMTUI_PASSWORD=OLD_PASSWORD)
    ) as terminal:
        terminal.wait_for("1 of 1")
        logon_directory.rotate()
        for key in ("r", "enter", "r", "q", "r"):
            terminal.press(key)
        terminal.wait_for("refused")
        assert server_shell("sessions").returncode == 4
        terminal.press("r", "r")
        terminal.wait_for("refused")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert logon_directory.refused == 1


def test_only_login_retries_it_and_then_it_is_valid_everywhere(
    server_shell: CommandRunner, logon_directory: LogonDirectory
) -> None:
    assert server_shell("sessions").returncode == 4
    logon_directory.valid_password = OLD_PASSWORD
    refused = server_shell("sessions")
    assert refused.returncode == 4
    assert "emtui login" in refused.stderr
    assert server_shell("login").returncode == 0
    assert server_shell("sessions").returncode == 0
    assert logon_directory.refused == 1


def test_a_new_password_is_sent_despite_a_rejected_one(
    server_shell: CommandRunner, logon_directory: LogonDirectory
) -> None:
    assert server_shell("sessions").returncode == 4
    assert server_shell("sessions", EMTUI_PASSWORD=NEW_PASSWORD).returncode == 0
    assert logon_directory.attempts == 2


@pytest.mark.parametrize("unattended", [True, False])
def test_a_refused_renewal_asks_the_command_once_if_it_may_be_run_unattended(
    server: ScriptedEmServer,
    certificate: ServerIdentity,
    logon_directory: LogonDirectory,
    tmp_path: Path,
    unattended: bool,
) -> None:
    word = tmp_path / "word"
    word.write_text(OLD_PASSWORD)
    config = tmp_path / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.lab]\nserver = '{server.authority}'\nuser = 'EXAMPLE\\ops'\n"
        f"pin = '{certificate.sha256}'\npassword_command = ['cat', '{word}']\n"
        f"unattended = {str(unattended).lower()}\n"
    )
    config.chmod(0o600)
    logon_directory.valid_password = OLD_PASSWORD
    with run_emtui("-p", "lab", environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("▌ · success")
        logon_directory.rotate()
        word.write_text(logon_directory.valid_password)
        terminal.press("r")
        if unattended:
            terminal.wait_for(lambda _: logon_directory.attempts == 3 and not logon_directory.expired)
        else:
            terminal.wait_for("refused")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert logon_directory.refused == 1
    assert logon_directory.attempts == (3 if unattended else 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_stopped_before_the_answer_costs_one_attempt(
    number: int, server_shell: CommandRunner, logon_directory: LogonDirectory
) -> None:
    logon_directory.refusal = SCRIPTS["mute"].reply
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *server_shell.leading_arguments, "sessions"],
        env=server_shell.environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as child:  # fmt: skip
        while logon_directory.attempts == 0:
            assert child.poll() is None, "it ended before it logged on"
            time.sleep(0.01)
        child.send_signal(number)
    for _ in range(2):
        done = server_shell("sessions")
        assert done.returncode == 5
        assert "To prevent a lockout" in done.stderr
    assert logon_directory.attempts == 1


def test_an_incomplete_rejection_is_remembered(
    server_shell: CommandRunner, logon_directory: LogonDirectory
) -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/xml\r\nContent-Length: 900\r\n\r\n"
    logon_directory.refusal = ScriptedReply(head, (b"<Error Mess",), "hang")
    for _ in range(2):
        assert server_shell("sessions").returncode == 4
    assert logon_directory.attempts == 1


@pytest.mark.parametrize(
    "name",
    [
        "logon: no Basic",
        "logon: no method named",
        "logon: no method named, a web page",
        "logon: 403 with a web page",
        "logon: 500",
    ],
)
def test_an_error_unrelated_to_the_password_is_not_remembered_as_a_rejection(
    server_shell: CommandRunner, logon_directory: LogonDirectory, name: str
) -> None:
    logon_directory.valid_password, logon_directory.refusal = OLD_PASSWORD, CASES[name].reply
    for attempt in (1, 2):
        done = server_shell("sessions")
        assert done.returncode == (6 if name.endswith("500") else 4)
        assert "To prevent a lockout" not in done.stderr
        assert logon_directory.attempts == attempt
    logon_directory.refusal = None
    assert server_shell("sessions").returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "logon: refused by the document",
        "logon: refused by the document, no method named",
        "logon: refused without a reason, with other methods",
        "logon: refused with a web page",
    ],
)
def test_every_refusal_of_basic_is_remembered(
    server_shell: CommandRunner, logon_directory: LogonDirectory, name: str
) -> None:
    logon_directory.refusal = CASES[name].reply
    for _ in range(2):
        assert server_shell("sessions").returncode == 4
    assert logon_directory.attempts == 1


def test_a_password_that_is_not_utf_8_is_not_sent(
    server_shell: CommandRunner, logon_directory: LogonDirectory
) -> None:
    server_shell.environ["EMTUI_PASSWORD"] = "p\udce4ss"
    done = server_shell("sessions")
    assert done.returncode == 4
    assert "is not UTF-8" in done.stderr
    assert logon_directory.attempts == 0


# --- line ends in the password ----------------------------------------------------------

LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"]


def lab_profile(tmp_path: Path, server: str, certificate: ServerIdentity, command: list[str]) -> None:
    """Create a profile with a `password_command`."""
    config = tmp_path / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.lab]\nserver = '{server}'\nuser = 'ops'\npin = '{certificate.sha256}'\n"
        f"password_command = {json.dumps(command)}\n"
    )


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_one_line_end_after_the_password_is_removed(
    server_shell: CommandRunner, logon_directory: LogonDirectory, end: str
) -> None:
    server_shell.environ["EMTUI_PASSWORD"] = f"{NEW_PASSWORD}{end}"
    done = server_shell("sessions")
    assert (done.returncode, logon_directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_a_line_end_is_removed_on_standard_input_and_from_a_command_as_well(
    server_shell: CommandRunner,
    certificate: ServerIdentity,
    logon_directory: LogonDirectory,
    tmp_path: Path,
    end: str,
) -> None:
    del server_shell.environ["EMTUI_PASSWORD"]
    word = tmp_path / "word"
    word.write_bytes(f"{NEW_PASSWORD}{end}".encode())
    before = server_shell.leading_arguments
    server_shell.leading_arguments = (*before, "--password-stdin")
    done = server_shell("sessions", stdin=f"{NEW_PASSWORD}{end}")
    assert (done.returncode, logon_directory.refused) == (0, 0), done.stderr
    lab_profile(tmp_path, before[1], certificate, ["cat", str(word)])
    server_shell.leading_arguments = ("-p", "lab")
    done = server_shell("sessions")
    assert (done.returncode, logon_directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize("end", [" ", "\t", "\u00a0", " \n", "\u3000\r\n"], ids=ascii)
def test_characters_that_may_be_part_of_a_password_are_sent(
    server_shell: CommandRunner, logon_directory: LogonDirectory, end: str
) -> None:
    logon_directory.valid_password = NEW_PASSWORD + end.removesuffix("\n").removesuffix("\r")
    server_shell.environ["EMTUI_PASSWORD"] = f"{NEW_PASSWORD}{end}"
    done = server_shell("sessions")
    assert (done.returncode, logon_directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize(
    "password",
    [
        *(f"{NEW_PASSWORD}{end}\n" for end in LINE_ENDS if end != "\r"),
        *(f"{NEW_PASSWORD}{end}more" for end in LINE_ENDS),
        f"\n{NEW_PASSWORD}",
    ],
    ids=ascii,
)
def test_a_password_of_several_lines_is_not_sent(
    server_shell: CommandRunner, logon_directory: LogonDirectory, password: str
) -> None:
    server_shell.environ["EMTUI_PASSWORD"] = password
    done = server_shell("sessions")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "emtui: The password in EMTUI_PASSWORD has more than one line. Nothing was sent.\n"
    assert logon_directory.attempts == 0


@pytest.mark.parametrize("password", LINE_ENDS, ids=ascii)
def test_a_line_end_alone_is_not_a_password(
    server_shell: CommandRunner, logon_directory: LogonDirectory, password: str
) -> None:
    server_shell.environ["EMTUI_PASSWORD"] = password
    done = server_shell("sessions")
    assert done.returncode == 4
    assert "No password for" in done.stderr
    assert logon_directory.attempts == 0


@pytest.mark.parametrize("end", ["\r", "\u2028"], ids=ascii)
def test_a_command_that_prints_several_lines_gives_no_multi_line_password(
    server_shell: CommandRunner,
    server: ScriptedEmServer,
    certificate: ServerIdentity,
    logon_directory: LogonDirectory,
    tmp_path: Path,
    end: str,
) -> None:
    lab_profile(tmp_path, server.authority, certificate, ["printf", f"{NEW_PASSWORD}{end}more\n"])
    del server_shell.environ["EMTUI_PASSWORD"]
    server_shell.leading_arguments = ("-p", "lab")
    done = server_shell("sessions")
    assert done.returncode == 2
    assert "more than one line" in done.stderr
    assert logon_directory.attempts == 0


# --- without a writable state folder ----------------------------------------------------


@pytest.fixture
def other_shell(server_shell: CommandRunner) -> Iterator[OtherUserShell]:
    """Another user of this computer without a home, as in a container or a service."""
    with other_user() as found:
        found.leading_arguments = server_shell.leading_arguments
        found.environ["EMTUI_PASSWORD"] = OLD_PASSWORD
        yield found


def refusal_is_remembered(another: OtherUserShell, directory: LogonDirectory) -> None:
    """Assert that a rejection costs one attempt, and another password is sent."""
    first = another("sessions")
    assert first.returncode == 4
    assert "could not be recorded" not in first.stderr
    for argv in (("sessions",), ("show", "latest")):
        result = another(*argv)
        assert result.returncode == 4
        assert "To prevent a lockout" in result.stderr
    result = another("check")
    assert result.returncode == 3
    assert result.stdout.startswith("EMTUI UNKNOWN - ")
    assert "To prevent a lockout" in result.stdout
    assert result.stderr == ""
    assert directory.attempts == 1
    assert another("sessions", EMTUI_PASSWORD=NEW_PASSWORD).returncode == 0


@kernel_keyring
@pytest.mark.parametrize("home", [None, "/dev/null", "/nonexistent"])
def test_a_refusal_is_remembered_by_the_kernel(
    other_shell: OtherUserShell, logon_directory: LogonDirectory, home: str | None
) -> None:
    if home:
        other_shell.environ["HOME"] = home
    refusal_is_remembered(other_shell, logon_directory)


@kernel_keyring
def test_a_rejection_is_remembered_on_a_full_disk(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    other_shell.environ["HOME"] = str(other_shell.home)
    other_shell.bytes_on_disk = 0
    refusal_is_remembered(other_shell, logon_directory)


def test_without_a_keyring_it_is_remembered_until_the_last_logout(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    other_shell.keyring = False
    other_shell.environ["XDG_RUNTIME_DIR"] = str(other_shell.home)
    refusal_is_remembered(other_shell, logon_directory)
    (folder,) = other_shell.home.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert OLD_PASSWORD.encode() not in stored


@pytest.mark.parametrize("runtime", [None, "/nonexistent", "/", "relative"])
def test_without_any_storage_that_is_reported_and_stops_nothing(
    other_shell: OtherUserShell, logon_directory: LogonDirectory, runtime: str | None
) -> None:
    other_shell.keyring = False
    if runtime:
        other_shell.environ["XDG_RUNTIME_DIR"] = runtime
    done = other_shell("sessions")
    assert done.returncode == 4
    assert "could not be recorded, so do not enter this password again" in done.stderr
    assert "set XDG_STATE_HOME" in done.stderr
    assert done.stderr.count("\n") == 1
    assert other_shell("sessions", EMTUI_PASSWORD=NEW_PASSWORD).returncode == 0
    done = other_shell("check", "--timeout", "60", EMTUI_PASSWORD=NEW_PASSWORD)
    assert done.returncode == 0
    assert done.stdout.startswith("EMTUI OK - ")
    assert done.stderr.startswith("emtui: rejected passwords cannot be recorded on this computer: ")
    assert "set XDG_STATE_HOME" in done.stderr
    assert logon_directory.refused == 1


@kernel_keyring
def test_a_successful_login_clears_the_kernel_record_too(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    assert other_shell("sessions").returncode == 4
    logon_directory.valid_password = OLD_PASSWORD
    assert other_shell("sessions").returncode == 4
    config = str(other_shell.home / "config")
    assert other_shell("login", "-p", "lab", XDG_CONFIG_HOME=config).returncode == 0
    assert other_shell("sessions").returncode == 0
    assert logon_directory.refused == 1


@kernel_keyring
def test_a_login_with_a_writable_folder_clears_the_kernel_record(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    assert other_shell("sessions").returncode == 4
    logon_directory.valid_password = OLD_PASSWORD
    named = {
        "XDG_CONFIG_HOME": str(other_shell.home / "config"),
        "XDG_STATE_HOME": str(other_shell.home / "state"),
    }
    assert other_shell("login", "-p", "lab", **named).returncode == 0
    assert other_shell("sessions").returncode == 0
    assert logon_directory.refused == 1


def test_a_rejection_saved_earlier_counts_when_the_folder_is_read_only(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    state = other_shell.home / "state"
    other_shell.environ["XDG_STATE_HOME"] = str(state)
    assert other_shell("sessions").returncode == 4
    for path in (*(state / "emtui").iterdir(), state / "emtui"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    done = other_shell("sessions")
    assert "To prevent a lockout" in done.stderr
    assert logon_directory.attempts == 1


@kernel_keyring
def test_twenty_at_once_cost_one_attempt_there_too(
    other_shell: OtherUserShell, logon_directory: LogonDirectory
) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: other_shell("sessions"), range(20)))
    assert {one.returncode for one in done} == {4}
    assert logon_directory.attempts == 1
