"""Shells for the tests: without a server, for the demo, and for a scripted server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from command_runner import CommandRunner
from conftest import DEMO_CLOCK
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

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Session


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
    """A shell with the address, user and certificate of the demo."""
    shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return shell


@pytest.fixture(scope="session")
def demo_sessions() -> tuple[Session, ...]:
    """The sessions of the demo, newest first."""
    clock = datetime.fromisoformat(DEMO_CLOCK)
    sessions = SimulatedWorld(1, clock).sessions(clock)
    return tuple(sorted(sessions, key=lambda one: one.started or clock, reverse=True))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(
    certificate: ServerIdentity, responder: Callable[[ReceivedRequest], ScriptedReply]
) -> Iterator[ScriptedEmServer]:
    """A server that replies with `responder`, a fixture of the module."""
    with scripted_server_in_thread(responder, certificate.tls_context()) as played:
        yield played


@pytest.fixture
def server_shell(
    shell: CommandRunner, server: ScriptedEmServer, certificate: ServerIdentity
) -> CommandRunner:
    """A shell with the address, user and certificate of the server."""
    shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
    shell.environ["EMTUI_PASSWORD"] = PASSWORD
    return shell
