"""A shell with one job: runs a command in its own process group, and resumes it after it stopped.

    python job_control_shell.py PROGRAM [ARGUMENT…]

When the job stops, this process takes the terminal and stops, too; SIGCONT acts as `fg`.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main(argv: list[str]) -> int:
    """Run the command to its end; return its exit code."""
    signal.signal(
        signal.SIGTTOU, signal.SIG_IGN
    )  # this process is in the background when it takes the terminal
    job = os.fork()
    if not job:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(argv[0], argv)  # noqa: S606 - acts as a shell

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
