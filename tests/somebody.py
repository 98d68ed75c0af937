"""emtui as another user of this computer: no name, no home unless one is given, perhaps no keyring."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from shell import Shell

BECOME = """
import os, sys
sys.path.insert(0, {tests!r})
import somebody
somebody.become({uid}, keyring={keyring}, bytes_on_disk={bytes_on_disk}, without={without!r})
from emtui.cli import main
sys.exit(main())
"""
_ADD_KEY_AND_KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}


@dataclass
class Somebody(Shell):
    """A user id that nobody knows. `keyring` false: the kernel lets it at none, as in many containers.

    `bytes_on_disk`: how long a file may get, none at all as on a full disk; `without` names modules
    that are missing.
    """

    uid: int = 0
    keyring: bool = True
    bytes_on_disk: int | None = None
    without: tuple[str, ...] = ()
    cwd: Path = field(default_factory=lambda: Path("/"))

    def argv(self, *argv: str) -> list[str]:
        """The command, as this user."""
        code = BECOME.format(
            tests=str(Path(__file__).parent),
            uid=self.uid,
            keyring=self.keyring,
            bytes_on_disk=self.bytes_on_disk,
            without=self.without,
        )
        return [sys.executable, "-c", code, *self.before, *argv]

    def __call__(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*argv),
            input=stdin,
            env={**self.environ, **environ},
            cwd=self.cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@contextmanager
def somebody() -> Iterator[Somebody]:
    """Another user with a folder of its own, which is gone afterwards; skips where one cannot become that."""
    if os.geteuid() != 0:
        pytest.skip("only root may become somebody else")
    uid = 200_000 + secrets.randbelow(2_000_000_000)
    home = Path(tempfile.mkdtemp(prefix="emtui-somebody-"))
    try:
        os.chown(home, uid, uid)
        there = Somebody(home, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, uid=uid)
        able = there("--version")
        if able.returncode:
            pytest.skip(f"another user cannot run what is installed here: {able.stderr[-200:]}")
        there.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        yield there
    finally:
        shutil.rmtree(home)


def become(uid: int, *, keyring: bool, bytes_on_disk: int | None, without: tuple[str, ...]) -> None:
    """In the child: be this user from now on, for good; it may read all, as Python may be root's."""
    import resource

    os.setgroups([])
    os.setgid(uid)
    with _reading():
        os.setuid(uid)
    if not keyring:
        _forbid_keyrings()
    if bytes_on_disk is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_on_disk, bytes_on_disk))
    for name in without:
        sys.modules[name] = None  # type: ignore[assignment] # that is how one says that there is none


@contextmanager
def _reading() -> Iterator[None]:
    """Keep one privilege of root's, and hand it to children: CAP_DAC_READ_SEARCH (capabilities(7))."""
    keep, ambient, raise_it, read_search, version_3 = 8, 47, 2, 2, 0x2008_0522
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(keep, 1, 0, 0, 0)
    yield
    bits = 1 << read_search
    header, sets = struct.pack("Ii", version_3, 0), struct.pack("6I", bits, bits, bits, 0, 0, 0)
    if library.capset(header, sets) or library.prctl(ambient, raise_it, read_search, 0, 0):
        raise OSError(ctypes.get_errno(), "the privilege was not kept")


def _forbid_keyrings() -> None:
    """A filter of system calls (seccomp(2)) that answers EPERM to add_key and keyctl, as Docker's does."""
    add_key, keyctl = _ADD_KEY_AND_KEYCTL[os.uname().machine]
    load, jump_if_equal, answer = 0x20, 0x15, 0x06
    refuse, allow = 0x0005_0000 | 1, 0x7FFF_0000
    program = b"".join(
        struct.pack("HBBI", *line)
        for line in (
            (load, 0, 0, 0),
            (jump_if_equal, 1, 0, add_key),
            (jump_if_equal, 0, 1, keyctl),
            (answer, 0, 0, refuse),
            (answer, 0, 0, allow),
        )
    )
    code = ctypes.create_string_buffer(program, len(program))
    filters = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    library = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
    if library.prctl(no_new_privileges, 1, 0, 0, 0) or library.prctl(set_seccomp, mode_filter, filters, 0, 0):
        raise OSError(ctypes.get_errno(), "the filter was not taken")
