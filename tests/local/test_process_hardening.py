"""Memory and initial environment are not readable by other processes of the same user."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from emtui.local import process_hardening

DUMPABLE_SCRIPT = """
import ctypes, os, sys, types
PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
library = ctypes.CDLL(None)
process_hardening = types.ModuleType("process_hardening")
exec(open(sys.argv[1]).read(), process_hardening.__dict__)
if os.geteuid() == 0:  # as an ordinary user, who may read his own processes
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    library.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
if sys.argv[2] == "closed":
    assert process_hardening.disable_dumping()
print(library.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), flush=True)
sys.stdin.read()
"""
OTHER_USER_SCRIPT = """
import os, sys
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(b"swordfish" in open(f"/proc/{sys.argv[1]}/environ", "rb").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
@pytest.mark.parametrize(("how", "dumpable", "seen"), [("open", "1", True), ("closed", "0", False)])
def test_a_process_with_a_password_is_not_dumpable_and_its_environment_is_unreadable(
    how: str, dumpable: str, seen: bool
) -> None:
    python = [sys.executable, "-I", "-c"]
    with subprocess.Popen(
        [*python, DUMPABLE_SCRIPT, process_hardening.__file__, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"EMTUI_PASSWORD": "swordfish"},
    ) as held:
        assert held.stdout
        assert held.stdout.readline().strip() == dumpable
        looked = subprocess.run(
            [*python, OTHER_USER_SCRIPT, str(held.pid)], capture_output=True, text=True, check=False
        )
        held.communicate("")
    assert (looked.stdout == "True\n") is seen, looked.stderr


JOB_CONTROL_SCRIPT = """
import os, sys
from emtui.local import process_hardening as process
ancestors = process.ancestor_processes()
print(int(process.is_under_job_control()), ancestors[0] == os.getppid(), ancestors[-1])
"""


def test_only_a_job_of_a_shell_can_be_resumed() -> None:
    probe = f"{shlex.quote(sys.executable)} -c {shlex.quote(JOB_CONTROL_SCRIPT)}"
    job = [sys.executable, str(Path(__file__).parents[1] / "job_control_shell.py")]
    lines = {}
    for name, argv in {
        "first process": ["sh", "-c", f"exec {probe}"],
        "child of a shell without jobs": ["sh", "-c", f"{probe}; true"],
        "job": [*job, "sh", "-c", f"exec {probe}"],
        "within a job": [*job, "sh", "-c", f"{probe}; true"],
        "shell with jobs": ["bash", "--norc", "-i", "-c", f"set -m; {probe}; true"],
    }.items():
        message, code = pexpect.run(shlex.join(argv), withexitstatus=True, timeout=60)
        assert code == 0, message
        lines[name] = message.decode().split()
    assert {name: line[0] for name, line in lines.items()} == {
        "first process": "0",
        "child of a shell without jobs": "0",
        "job": "1",
        "within a job": "1",
        "shell with jobs": "1",
    }
    assert {line[1] for line in lines.values()} == {"True"}
