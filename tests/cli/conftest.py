"""A shell for every test, and one that knows the demo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
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
