"""Run emtui as another user of this computer.

    python run_as_other_user.py CHANGES [ARGUMENT…]

`CHANGES` are the arguments of `become_other_user` as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from emtui.cli import main

_ADD_KEY_AND_KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}


def become_other_user(uid: int, *, keyring: bool, bytes_on_disk: int | None, without: list[str]) -> None:
    """Switch to this user permanently; it can read all files, as Python may belong to root."""
    os.setgroups([])
    os.setgid(uid)
    with _read_search_capability():
        os.setuid(uid)
    if not keyring:
        _forbid_keyrings()
    if bytes_on_disk is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_on_disk, bytes_on_disk))
    for name in without:
        sys.modules[name] = None  # type: ignore[assignment] # marks the module as missing


@contextmanager
def _read_search_capability() -> Iterator[None]:
    """Keep CAP_DAC_READ_SEARCH (capabilities(7)), also for child processes."""
    keep, ambient, raise_ambient, read_search, version_3 = 8, 47, 2, 2, 0x2008_0522
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(keep, 1, 0, 0, 0)
    yield
    bits = 1 << read_search
    header, sets = struct.pack("Ii", version_3, 0), struct.pack("6I", bits, bits, bits, 0, 0, 0)
    if library.capset(header, sets) or library.prctl(ambient, raise_ambient, read_search, 0, 0):
        raise OSError(ctypes.get_errno(), "the privilege was not kept")


def _forbid_keyrings() -> None:
    """Install a seccomp(2) filter that fails add_key and keyctl with EPERM, like Docker's."""
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


if __name__ == "__main__":
    become_other_user(**json.loads(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
