"""One certificate for all servers, and a shell with an empty environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import CommandRunner
from pty_terminal import isolated_environment
from scripted_server import ServerIdentity, make_identity


@pytest.fixture(scope="module")
def trusted_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(
        tmp_path_factory.mktemp("tls"), days=300
    )  # long enough to cause no warning about its expiry


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment without a configuration, a keyring or a proxy."""
    return isolated_environment(
        tmp_path,
        XDG_CONFIG_DIRS=str(tmp_path / "etc"),
        PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
    )


@pytest.fixture
def shell(tmp_path: Path, home: dict[str, str]) -> CommandRunner:
    return CommandRunner(tmp_path, home)
