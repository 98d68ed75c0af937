"""No account is ever locked out: a wrong password costs one attempt, whoever asks and however often."""

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
from answers_table import CASES
from kernel import refusal
from pty_terminal import a_home, emtui
from rogue import SCRIPTS, Asked, Identity, Reply, Rogue, good, identity, rogue_beside, route_of
from shell import Shell
from somebody import Somebody, somebody

kernel_keyring = pytest.mark.skipif(bool(refusal()), reason=refusal() or "it answers")
OLD, NEW = "old-password", "new-password"


class Directory:
    """Accepts one password, and tells what was tried; a rotation makes every logon void."""

    def __init__(self) -> None:
        self.good = NEW
        self.answer: Reply | None = None
        self.attempts = 0
        self.refused = 0
        self.expired = False

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route == "logon":
            return self._logon(asked)
        if self.expired and route not in {"root", "logoff"}:
            return SCRIPTS["logon-401"].reply
        return good(asked)

    def _logon(self, asked: Asked) -> Reply:
        self.attempts += 1
        if self.answer:
            return self.answer
        given = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        if given.partition(":")[2] == self.good:
            self.expired = False
            return good(asked)
        self.refused += 1
        return SCRIPTS["logon-401"].reply

    def rotate(self) -> None:
        """Another password holds from now on, and nobody is logged on."""
        self.good, self.expired = "rotated-password", True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def server(directory: Directory, certificate: Identity) -> Iterator[Rogue]:
    with rogue_beside(directory, certificate.context()) as server:
        yield server


@pytest.fixture
def there(shell: Shell, server: Rogue, certificate: Identity) -> Shell:
    shell.before = (*("--server", server.authority, "--user", "EXAMPLE\\ops", "--pin", certificate.sha256),)
    shell.environ["EMTUI_PASSWORD"] = OLD
    return shell


def test_twenty_commands_at_once_and_three_screens_after_them_cost_one_attempt(
    there: Shell, directory: Directory, tmp_path: Path
) -> None:
    commands = [("sessions",), ("show", "latest"), ("events", "latest"), ("sessions", "-o", "json")] * 5
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda argv: there(*argv), commands))
    assert {one.returncode for one in done} == {4}
    assert sum("To prevent a lockout" in one.stderr for one in done) == 19
    for _ in range(3):
        with emtui(*there.before, environ=a_home(tmp_path, EMTUI_PASSWORD=OLD)) as terminal:
            terminal.until("To prevent a lockout")
            terminal.press("ctrl+c")
            assert terminal.end() == 0
    assert directory.attempts == directory.refused == 1


def test_a_rotation_while_the_screens_are_open_costs_one_attempt(
    there: Shell, directory: Directory, tmp_path: Path
) -> None:
    directory.good = OLD
    with emtui(*there.before, environ=a_home(tmp_path, EMTUI_PASSWORD=OLD)) as terminal:
        terminal.until("1 of 1")
        directory.rotate()
        for key in ("r", "enter", "r", "q", "r"):
            terminal.press(key)
        terminal.until("refused")
        assert there("sessions").returncode == 4
        terminal.press("r", "r")
        terminal.until("refused")
        terminal.press("Q")
        assert terminal.end() == 0
    assert directory.refused == 1


def test_only_login_sends_it_again_and_then_it_is_good_everywhere(there: Shell, directory: Directory) -> None:
    assert there("sessions").returncode == 4
    directory.good = OLD
    refused = there("sessions")
    assert refused.returncode == 4
    assert "emtui login" in refused.stderr
    assert there("login").returncode == 0
    assert there("sessions").returncode == 0
    assert directory.refused == 1


def test_a_new_password_is_not_held_back_by_the_old_one(there: Shell, directory: Directory) -> None:
    assert there("sessions").returncode == 4
    assert there("sessions", EMTUI_PASSWORD=NEW).returncode == 0
    assert directory.attempts == 2


@pytest.mark.parametrize("unattended", [True, False])
def test_a_refused_renewal_asks_the_command_once_if_it_may_be_run_unattended(
    server: Rogue, certificate: Identity, directory: Directory, tmp_path: Path, unattended: bool
) -> None:
    word = tmp_path / "word"
    word.write_text(OLD)
    config = tmp_path / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.lab]\nserver = '{server.authority}'\nuser = 'EXAMPLE\\ops'\n"
        f"pin = '{certificate.sha256}'\npassword_command = ['cat', '{word}']\n"
        f"unattended = {str(unattended).lower()}\n"
    )
    config.chmod(0o600)
    directory.good = OLD
    with emtui("-p", "lab", environ=a_home(tmp_path)) as terminal:
        terminal.until("› · success")
        directory.rotate()
        word.write_text(directory.good)
        terminal.press("r")
        if unattended:
            terminal.until(lambda _: directory.attempts == 3 and not directory.expired)
        else:
            terminal.until("refused")
        terminal.press("Q")
        assert terminal.end() == 0
    assert directory.refused == 1
    assert directory.attempts == (3 if unattended else 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_stopped_before_the_answer_costs_one_attempt(
    number: int, there: Shell, directory: Directory
) -> None:
    directory.answer = SCRIPTS["mute"].reply
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *there.before, "sessions"], env=there.environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as child:  # fmt: skip
        while directory.attempts == 0:
            assert child.poll() is None, "it ended before it logged on"
            time.sleep(0.01)
        child.send_signal(number)
    for _ in range(2):
        done = there("sessions")
        assert done.returncode == 5
        assert "To prevent a lockout" in done.stderr
    assert directory.attempts == 1


def test_an_answer_that_dribbles_is_a_refusal_and_remembered(there: Shell, directory: Directory) -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/xml\r\nContent-Length: 900\r\n\r\n"
    directory.answer = Reply(head, (b"<Error Mess",), "hang")
    for _ in range(2):
        assert there("sessions").returncode == 4
    assert directory.attempts == 1


@pytest.mark.parametrize(
    "name",
    [
        "logon: no Basic",
        "logon: no way named",
        "logon: no way named, a web page",
        "logon: 403 with a web page",
        "logon: 500",
    ],
)
def test_an_answer_that_says_nothing_of_the_password_is_not_remembered_as_its_refusal(
    there: Shell, directory: Directory, name: str
) -> None:
    directory.good, directory.answer = OLD, CASES[name].reply
    for attempt in (1, 2):
        done = there("sessions")
        assert done.returncode == (6 if name.endswith("500") else 4)
        assert "To prevent a lockout" not in done.stderr
        assert directory.attempts == attempt
    directory.answer = None
    assert there("sessions").returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "logon: refused by the document",
        "logon: refused by the document, no way named",
        "logon: refused without a reason, and other ways",
        "logon: refused with a web page",
    ],
)
def test_every_refusal_of_basic_is_remembered(there: Shell, directory: Directory, name: str) -> None:
    directory.answer = CASES[name].reply
    for _ in range(2):
        assert there("sessions").returncode == 4
    assert directory.attempts == 1


def test_a_password_that_is_not_utf_8_is_not_sent(there: Shell, directory: Directory) -> None:
    there.environ["EMTUI_PASSWORD"] = "p\udce4ss"
    done = there("sessions")
    assert done.returncode == 4
    assert "is not UTF-8" in done.stderr
    assert directory.attempts == 0


# --- a line end in the password ---------------------------------------------------------

LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"]


def lab(tmp_path: Path, server: str, certificate: Identity, command: list[str]) -> None:
    """A profile of this name, whose password comes from a command."""
    config = tmp_path / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.lab]\nserver = '{server}'\nuser = 'ops'\npin = '{certificate.sha256}'\n"
        f"password_command = {json.dumps(command)}\n"
    )


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_one_line_end_after_the_password_is_none_of_it(there: Shell, directory: Directory, end: str) -> None:
    there.environ["EMTUI_PASSWORD"] = f"{NEW}{end}"
    done = there("sessions")
    assert (done.returncode, directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_so_it_is_on_standard_input_and_from_a_command(
    there: Shell, certificate: Identity, directory: Directory, tmp_path: Path, end: str
) -> None:
    del there.environ["EMTUI_PASSWORD"]
    word = tmp_path / "word"
    word.write_bytes(f"{NEW}{end}".encode())
    before = there.before
    there.before = (*before, "--password-stdin")
    done = there("sessions", stdin=f"{NEW}{end}")
    assert (done.returncode, directory.refused) == (0, 0), done.stderr
    lab(tmp_path, before[1], certificate, ["cat", str(word)])
    there.before = ("-p", "lab")
    done = there("sessions")
    assert (done.returncode, directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize("end", [" ", "\t", "\u00a0", " \n", "\u3000\r\n"], ids=ascii)
def test_what_may_be_part_of_a_password_is_sent(there: Shell, directory: Directory, end: str) -> None:
    directory.good = NEW + end.removesuffix("\n").removesuffix("\r")
    there.environ["EMTUI_PASSWORD"] = f"{NEW}{end}"
    done = there("sessions")
    assert (done.returncode, directory.refused) == (0, 0), done.stderr


@pytest.mark.parametrize(
    "password",
    [
        *(f"{NEW}{end}\n" for end in LINE_ENDS if end != "\r"),
        *(f"{NEW}{end}more" for end in LINE_ENDS),
        f"\n{NEW}",
    ],
    ids=ascii,
)
def test_a_password_of_several_lines_is_not_sent(there: Shell, directory: Directory, password: str) -> None:
    there.environ["EMTUI_PASSWORD"] = password
    done = there("sessions")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "emtui: The password in EMTUI_PASSWORD has more than one line. Nothing was sent.\n"
    assert directory.attempts == 0


@pytest.mark.parametrize("password", LINE_ENDS, ids=ascii)
def test_a_line_end_alone_is_no_password(there: Shell, directory: Directory, password: str) -> None:
    there.environ["EMTUI_PASSWORD"] = password
    done = there("sessions")
    assert done.returncode == 4
    assert "No password for" in done.stderr
    assert directory.attempts == 0


@pytest.mark.parametrize("end", ["\r", "\u2028"], ids=ascii)
def test_nor_is_one_of_several_lines_that_a_command_prints(
    there: Shell, server: Rogue, certificate: Identity, directory: Directory, tmp_path: Path, end: str
) -> None:
    lab(tmp_path, server.authority, certificate, ["printf", f"{NEW}{end}more\n"])
    del there.environ["EMTUI_PASSWORD"]
    there.before = ("-p", "lab")
    done = there("sessions")
    assert done.returncode == 2
    assert "more than one line" in done.stderr
    assert directory.attempts == 0


# --- where the state folder cannot be written -------------------------------------------


@pytest.fixture
def another(there: Shell) -> Iterator[Somebody]:
    """Another user of this computer without a home, as a container or a service has it."""
    with somebody() as found:
        found.before = there.before
        found.environ["EMTUI_PASSWORD"] = OLD
        yield found


def remembered(another: Somebody, directory: Directory) -> None:
    """A refusal costs one attempt, and another password is another matter."""
    first = another("sessions")
    assert first.returncode == 4
    assert "could not be recorded" not in first.stderr
    for argv in (("sessions",), ("show", "latest")):
        done = another(*argv)
        assert done.returncode == 4
        assert "To prevent a lockout" in done.stderr
    done = another("check")
    assert done.returncode == 3
    assert done.stdout.startswith("EMTUI UNKNOWN - ")
    assert "To prevent a lockout" in done.stdout
    assert done.stderr == ""
    assert directory.attempts == 1
    assert another("sessions", EMTUI_PASSWORD=NEW).returncode == 0


@kernel_keyring
@pytest.mark.parametrize("home", [None, "/dev/null", "/nonexistent"])
def test_a_refusal_is_remembered_by_the_kernel(
    another: Somebody, directory: Directory, home: str | None
) -> None:
    if home:
        another.environ["HOME"] = home
    remembered(another, directory)


@kernel_keyring
def test_so_it_is_where_the_disk_is_full(another: Somebody, directory: Directory) -> None:
    another.environ["HOME"] = str(another.home)
    another.bytes_on_disk = 0
    remembered(another, directory)


def test_without_a_keyring_it_is_remembered_until_the_last_logout(
    another: Somebody, directory: Directory
) -> None:
    another.keyring = False
    another.environ["XDG_RUNTIME_DIR"] = str(another.home)
    remembered(another, directory)
    (folder,) = another.home.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    told = b"".join(path.read_bytes() for path in folder.iterdir())
    assert OLD.encode() not in told


@pytest.mark.parametrize("runtime", [None, "/nonexistent", "/", "relative"])
def test_where_there_is_no_place_at_all_it_is_said_and_stops_nothing(
    another: Somebody, directory: Directory, runtime: str | None
) -> None:
    another.keyring = False
    if runtime:
        another.environ["XDG_RUNTIME_DIR"] = runtime
    done = another("sessions")
    assert done.returncode == 4
    assert "could not be recorded, so do not send it again" in done.stderr
    assert "set XDG_STATE_HOME" in done.stderr
    assert done.stderr.count("\n") == 1
    assert another("sessions", EMTUI_PASSWORD=NEW).returncode == 0
    done = another("check", "--timeout", "60", EMTUI_PASSWORD=NEW)
    assert done.returncode == 0
    assert done.stdout.startswith("EMTUI OK - ")
    assert done.stderr.startswith("emtui: rejected passwords cannot be recorded on this computer: ")
    assert "set XDG_STATE_HOME" in done.stderr
    assert directory.refused == 1


@kernel_keyring
def test_a_login_that_succeeds_is_good_there_too(another: Somebody, directory: Directory) -> None:
    assert another("sessions").returncode == 4
    directory.good = OLD
    assert another("sessions").returncode == 4
    config = str(another.home / "config")
    assert another("login", "-p", "lab", XDG_CONFIG_HOME=config).returncode == 0
    assert another("sessions").returncode == 0
    assert directory.refused == 1


@kernel_keyring
def test_a_login_where_the_folder_can_be_written_forgets_what_the_kernel_remembered(
    another: Somebody, directory: Directory
) -> None:
    assert another("sessions").returncode == 4
    directory.good = OLD
    named = {"XDG_CONFIG_HOME": str(another.home / "config"), "XDG_STATE_HOME": str(another.home / "state")}
    assert another("login", "-p", "lab", **named).returncode == 0
    assert another("sessions").returncode == 0
    assert directory.refused == 1


def test_what_was_remembered_while_the_folder_could_be_written_counts_when_it_cannot(
    another: Somebody, directory: Directory
) -> None:
    state = another.home / "state"
    another.environ["XDG_STATE_HOME"] = str(state)
    assert another("sessions").returncode == 4
    for path in (*(state / "emtui").iterdir(), state / "emtui"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    done = another("sessions")
    assert "To prevent a lockout" in done.stderr
    assert directory.attempts == 1


@kernel_keyring
def test_twenty_at_once_cost_one_attempt_there_too(another: Somebody, directory: Directory) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: another("sessions"), range(20)))
    assert {one.returncode for one in done} == {4}
    assert directory.attempts == 1
