"""Runs emtui's command line again and again in one process; started as a script, it speaks JSON lines.

A process for each command would cost the suite minutes. Each line in is {"argv": […], "environ": {…}}, each
line out {"code", "out", "err"}. What one command leaves behind is what a command finds after it in a shell:
files in the home folder, nothing else.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

from emtui.cli import main as emtui


def main() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin:
        command = json.loads(line)
        os.environ.update(command["environ"])
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = emtui(command["argv"])
        sys.stdout.write(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
