"""A shell with one job: it runs a command in a group of its own, and brings it back after it has stopped.

    python job_control_shell.py PROGRAM [ARGUMENT…]

When the job stops, this process takes the terminal and stops, too; SIGCONT is its `fg`.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main(argv: list[str]) -> int:
    """Run it to its end; its exit code."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # who takes the terminal back is in the background
    job = os.fork()
    if not job:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(argv[0], argv)  # noqa: S606 - it stands in a shell's place

    def forward_signal(number: int, _frame: FrameType | None) -> None:
        os.kill(job, number)

    signal.signal(signal.SIGTSTP, forward_signal)
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        os.tcsetpgrp(0, os.getpgrp())
        os.kill(os.getpid(), signal.SIGSTOP)
        os.tcsetpgrp(0, job)
        os.kill(job, signal.SIGCONT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
