"""Run emtui as another user: without a name, optionally with home folder and keyring."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import fork_server
import pytest
from command_runner import CommandRunner

RUN_AS_OTHER_USER = str(Path(__file__).with_name("run_as_other_user.py"))


@dataclass
class OtherUserShell(CommandRunner):
    """A user ID without a name. `keyring` false: kernel keyrings are forbidden, as in many containers.

    `bytes_on_disk` limits the size of files (0 simulates a full disk); `missing_modules` cannot be imported.
    """

    uid: int = 0
    keyring: bool = True
    bytes_on_disk: int | None = None
    missing_modules: tuple[str, ...] = ()
    cwd: Path = field(default_factory=lambda: Path("/"))

    def argv(self, *argv: str) -> list[str]:
        """The command, as this user."""
        return [sys.executable, *self._script(argv)]

    def __call__(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return fork_server.run(
            self._script(argv),
            environ={**self.environ, **environ},
            stdin=stdin,
            folder=str(self.cwd),
            fresh_process=bool(self.missing_modules),
        )

    def _script(self, argv: tuple[str, ...]) -> list[str]:
        changes = {
            "uid": self.uid,
            "keyring": self.keyring,
            "bytes_on_disk": self.bytes_on_disk,
            "without": self.missing_modules,
        }
        return [RUN_AS_OTHER_USER, json.dumps(changes), *self.leading_arguments, *argv]


@contextmanager
def other_user() -> Iterator[OtherUserShell]:
    """Yield another user with a temporary folder; skip the test without root."""
    if os.geteuid() != 0:
        pytest.skip("only root can run a process as another user")
    uid = 200_000 + secrets.randbelow(2_000_000_000)
    home = Path(tempfile.mkdtemp(prefix="emtui-other-user-"))
    try:
        os.chown(home, uid, uid)
        shell = OtherUserShell(home, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, uid=uid)
        probe = shell("--version")
        if probe.returncode:
            pytest.skip(f"another user cannot run what is installed here: {probe.stderr[-200:]}")
        shell.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        yield shell
    finally:
        shutil.rmtree(home)
