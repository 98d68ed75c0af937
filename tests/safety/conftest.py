"""One certificate for all servers, and a shell that has nothing of anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest
from pty_terminal import a_home
from rogue import Identity, identity
from shell import Shell


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"), days=300)  # longer than there is a warning of its end


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment without a configuration, a keyring or a proxy."""
    return a_home(
        tmp_path,
        XDG_CONFIG_DIRS=str(tmp_path / "etc"),
        PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
    )


@pytest.fixture
def shell(tmp_path: Path, home: dict[str, str]) -> Shell:
    return Shell(tmp_path, home)
