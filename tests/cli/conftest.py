"""A shell for every test, one that knows the demo, and one that knows the server that a test plays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rogue import PASSWORD, USER, Asked, Identity, Reply, Rogue, identity, rogue_beside
from served import Demo
from shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(
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
def at_demo(shell: Shell, demo: Demo) -> Shell:
    """A shell that knows where the demo is, whom to log on as, and the certificate."""
    shell.before = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return shell


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(certificate: Identity, manager: Callable[[Asked], Reply]) -> Iterator[Rogue]:
    """One that answers as the module's own `manager` does."""
    with rogue_beside(manager, certificate.context()) as played:
        yield played


@pytest.fixture
def there(shell: Shell, server: Rogue, certificate: Identity) -> Shell:
    """A shell that knows where it is, whom to log on as, and the certificate."""
    shell.before = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
    shell.environ["EMTUI_PASSWORD"] = PASSWORD
    return shell
