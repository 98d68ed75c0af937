"""No account is ever locked out: a wrong password costs one attempt, whoever asks and however often."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pty_terminal import a_home, emtui
from rogue import SCRIPTS, Asked, Identity, Reply, Rogue, good, identity, rogue_beside, route_of
from shell import Shell

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
    assert sum("accounts lock" in one.stderr for one in done) == 19
    for _ in range(3):
        with emtui(*there.before, environ=a_home(tmp_path, EMTUI_PASSWORD=OLD)) as terminal:
            terminal.until("accounts lock")
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
        terminal.until("1 of 1")
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
        assert "because accounts lock" in done.stderr
    assert directory.attempts == 1


def test_an_answer_that_dribbles_is_a_refusal_and_remembered(there: Shell, directory: Directory) -> None:
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/xml\r\nContent-Length: 900\r\n\r\n"
    directory.answer = Reply(head, (b"<Error Mess",), "hang")
    for _ in range(2):
        assert there("sessions").returncode == 4
    assert directory.attempts == 1


def test_a_password_that_is_not_utf_8_is_not_sent(there: Shell, directory: Directory) -> None:
    there.environ["EMTUI_PASSWORD"] = "p\udce4ss"
    done = there("sessions")
    assert done.returncode == 4
    assert "is not UTF-8" in done.stderr
    assert directory.attempts == 0
