"""Memory and first environment of the process are closed to other processes of the same user."""

from __future__ import annotations

import subprocess
import sys

import pytest

from emtui.local import process

PROBE = """
import ctypes, os, sys, types
PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
library = ctypes.CDLL(None)
process = types.ModuleType("process")
exec(open(sys.argv[1]).read(), process.__dict__)
if os.geteuid() == 0:  # as a plain user, who may look at what is his
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    library.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
if sys.argv[2] == "closed":
    assert process.close_to_others()
print(library.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), flush=True)
sys.stdin.read()
"""
LOOK = """
import os, sys
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(b"swordfish" in open(f"/proc/{sys.argv[1]}/environ", "rb").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux offers it")
@pytest.mark.parametrize(("how", "dumpable", "seen"), [("open", "1", True), ("closed", "0", False)])
def test_a_process_that_holds_a_password_is_not_dumped_and_its_environment_not_shown(
    how: str, dumpable: str, seen: bool
) -> None:
    python = [sys.executable, "-I", "-c"]
    with subprocess.Popen(
        [*python, PROBE, process.__file__, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"EMTUI_PASSWORD": "swordfish"},
    ) as held:
        assert held.stdout
        assert held.stdout.readline().strip() == dumpable
        looked = subprocess.run([*python, LOOK, str(held.pid)], capture_output=True, text=True, check=False)
        held.communicate("")
    assert (looked.stdout == "True\n") is seen, looked.stderr
