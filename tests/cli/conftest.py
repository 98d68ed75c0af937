"""A shell for every test, one that knows the demo, and one that knows the server that a test plays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo
from scripted_server import (
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    scripted_server_in_thread,
)


@pytest.fixture
def shell(tmp_path: Path) -> CommandRunner:
    return CommandRunner(
        tmp_path,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
            "TZ": "Europe/Berlin",
            "LANG": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        },
    )


@pytest.fixture
def demo_shell(shell: CommandRunner, demo: RunningDemo) -> CommandRunner:
    """A shell that knows where the demo is, whom to log on as, and the certificate."""
    shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return shell


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(
    certificate: ServerIdentity, responder: Callable[[ReceivedRequest], ScriptedReply]
) -> Iterator[ScriptedEmServer]:
    """One that answers as the module's own `manager` does."""
    with scripted_server_in_thread(responder, certificate.tls_context()) as played:
        yield played


@pytest.fixture
def server_shell(
    shell: CommandRunner, server: ScriptedEmServer, certificate: ServerIdentity
) -> CommandRunner:
    """A shell that knows where it is, whom to log on as, and the certificate."""
    shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
    shell.environ["EMTUI_PASSWORD"] = PASSWORD
    return shell
