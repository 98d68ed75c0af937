"""Processes of emtui without the half second that Python takes to load it: copies of one that has.

    python fork_server.py DESCRIPTOR

A test process starts this program once; for every request on the socket DESCRIPTOR it forks a copy of
itself, which takes over the arguments, environment, folder and files that it is sent, and runs the program
from its first line. The copy is a child of the test process, as any that it starts itself: it can be waited
for, stopped and killed. What Python decides before the first line (`PYTHON…`, `LD_…`, another language) a
copy cannot decide again: such a program is started in the usual way (`can_fork`).
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import importlib
import json
import locale
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import emtui

LANGUAGE = "C.UTF-8"
_PR_SET_CHILD_SUBREAPER = 36
_SEPARATE_PROCESS_VARIABLES = ("PYTHON", "LD_", "LC_", "LANGUAGE", "OPENSSL", "TEXTUAL")
"""What is read before a program begins, or when a library is loaded."""
_LATE_READ_VARIABLES = {"PYTHON_KEYRING_BACKEND"}
_IGNORED_VARIABLES = ("__main__", "kernel_keyring")
"""Modules that only a copy loads: what it runs, and what loads `keyring`, which reads the environment."""


def can_fork(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a copy would be the same as a process that begins anew."""
    variables = [
        name
        for name in environ
        if name.startswith(_SEPARATE_PROCESS_VARIABLES) and name not in _LATE_READ_VARIABLES
    ]
    is_program = argv[0] == "-m" or argv[0].endswith(".py")
    return sys.platform == "linux" and is_program and not variables and environ.get("LANG") == LANGUAGE


class ForkServer:
    """The process that is copied."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._socket, server_end = socket.socketpair()
        environ = {"PATH": os.environ["PATH"], "LANG": LANGUAGE}
        with server_end:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(server_end.fileno())],
                env=environ,
                pass_fds=[server_end.fileno()],
            )

    def start(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: str | None,
        files: tuple[int, int, int],
        leads_terminal: bool = False,
    ) -> int:
        """Run `python ARGV…` with these as its standard files; its process id.

        `leads_terminal`: in a session of its own, which the terminal behind the files controls.
        """
        request = {
            "argv": list(argv),
            "environ": dict(environ),
            "folder": folder or str(Path.cwd()),
            "leads_terminal": leads_terminal,
        }
        content = json.dumps(request).encode()
        with self._one_at_a_time:
            _reap_orphans(orphans=True)
            try:
                socket.send_fds(self._socket, [len(content).to_bytes(4, "big")], files)
                self._socket.sendall(content)
                return int.from_bytes(self._socket.recv(4), "big")
            finally:
                _reap_orphans(orphans=False)

    def close(self) -> None:
        """End it; the copies go on."""
        self._socket.close()
        self._process.wait()


@cache
def fork_server() -> ForkServer:
    """The one of this test process; it ends with it."""
    running = ForkServer()
    atexit.register(running.close)
    return running


def start_process(argv: Sequence[str], *, environ: Mapping[str, str], files: tuple[int, int, int]) -> int:
    """Start `python ARGV…` with these standard files, by a copy if that is the same; its process id."""
    if can_fork(argv, environ):
        return fork_server().start(argv, environ=environ, folder=None, files=files)
    standard = [(os.POSIX_SPAWN_DUP2, file, descriptor) for descriptor, file in enumerate(files)]
    return os.posix_spawn(sys.executable, [sys.executable, *argv], environ, file_actions=standard)


def wait(pid: int, timeout: float) -> int:
    """The exit code of a child that is about to end; it is killed if it does not within so many seconds."""
    status = os.pidfd_open(pid)
    try:
        if not select.select([status], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    stdin: str = "",
    folder: str | None = None,
    timeout: float = 120.0,
    fresh_process: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `python ARGV…` to its end, as `subprocess.run` does; by a copy, if that is the same.

    `anew`: never by a copy. A program that has not ended after `timeout` seconds is killed.
    """
    if fresh_process or not can_fork(argv, environ):
        return subprocess.run(
            [sys.executable, *argv],
            input=stdin,
            env=dict(environ),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    (stdin_read, stdin_write), (outputs, out), (read, err) = os.pipe(), os.pipe(), os.pipe()
    try:
        pid = fork_server().start(argv, environ=environ, folder=folder, files=(stdin_read, out, err))
    finally:
        for descriptor in (stdin_read, out, err):
            os.close(descriptor)
    with suppress(BrokenPipeError), os.fdopen(stdin_write, "w") as pipe:
        pipe.write(stdin)  # a few lines: they fit into the pipe
    deadline, status = time.monotonic() + timeout, os.pidfd_open(pid)
    output = {outputs: b"", read: b""}
    waiting = {outputs, read, status}
    try:
        while waiting:
            ready, _, _ = select.select(waiting, [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(argv), timeout)
            for descriptor in ready:
                piece = os.read(descriptor, 65536) if descriptor != status else b""
                output |= {descriptor: output.get(descriptor, b"") + piece}
                waiting -= set() if piece else {descriptor}
    finally:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for descriptor in (outputs, read, status):
            os.close(descriptor)
    return subprocess.CompletedProcess(list(argv), code, _decode(output[outputs]), _decode(output[read]))


def _decode(written: bytes) -> str:
    """With the line ends of `subprocess`."""
    return written.decode().replace("\r\n", "\n").replace("\r", "\n")


def _reap_orphans(*, orphans: bool) -> None:
    """Become the parent of a grandchild whose own parent ends, or no more."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0):
        raise OSError("no subreaper")


def _serve(requests: socket.socket) -> dict[str, Any]:
    """Fork for every request until the test process ends; the request, in the copy."""
    while True:
        size, files, _, _ = socket.recv_fds(requests, 4, 3)
        if not size:
            os._exit(0)
        request: dict[str, Any] = json.loads(_receive_request(requests, int.from_bytes(size, "big")))
        (response_read, response_write), (adopted, orphan) = os.pipe(), os.pipe()
        between = os.fork()
        if not between:
            copy = os.fork()
            if copy:
                os.write(response_write, copy.to_bytes(4, "big"))
                os._exit(0)
            os.close(orphan)
            os.read(adopted, 1)  # until the one between has ended: the test is the parent then
            _set_up_child(request, files)
            return request
        os.waitpid(between, 0)
        requests.sendall(os.read(response_read, 4))
        for descriptor in (*files, response_read, response_write, adopted, orphan):
            os.close(descriptor)


def _receive_request(requests: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        content += requests.recv(size - len(content))
    return content


def _set_up_child(request: dict[str, Any], files: Sequence[int]) -> None:
    """Take over what a process inherits."""
    if request["leads_terminal"]:
        os.setsid()
    for descriptor, file in enumerate(files):
        os.dup2(file, descriptor)
    os.closerange(3, 1024)
    if request["leads_terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for descriptor, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        _reopen(descriptor, name, mode)
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    locale.setlocale(locale.LC_CTYPE, "")
    os.chdir(request["folder"])


def _reopen(descriptor: int, name: str, mode: str) -> None:
    """Open a standard stream anew: the one before knows what its file could do."""
    before: TextIOWrapper = getattr(sys, name)
    stream = open(  # noqa: SIM115 - as long as the process
        descriptor,
        mode,
        buffering=1 if name == "stderr" else -1,
        encoding=before.encoding,
        errors=before.errors,
        newline="\n",
        closefd=False,
    )
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _run_child(argv: Sequence[str]) -> None:
    """Run a module or a script as Python's command line does."""
    try:
        if argv[0] == "-m":
            sys.argv, sys.path[0] = ["-m", *argv[2:]], str(Path.cwd())
            runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv, sys.path[0] = list(argv), str(Path(argv[0]).parent)
            runpy.run_path(argv[0], run_name="__main__")
        _exit_status.append(0)
    except SystemExit as status:
        if status.code is None or isinstance(status.code, int):
            _exit_status.append(status.code or 0)
        raise


_exit_status: list[int] = []


def _flush_and_close() -> None:
    """The last thing before Python takes a thousand modules apart, which nobody waits for."""
    if not _exit_status:
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (AttributeError, OSError, ValueError):
        return  # gone, full or closed: Python knows what to say of it
    os._exit(_exit_status[0] & 0xFF)


if __name__ == "__main__":
    atexit.register(_flush_and_close)  # the first that is registered is called last
    for _name in ("importlib.metadata", "secretstorage"):
        importlib.import_module(_name)
    for _module in pkgutil.walk_packages(emtui.__path__, "emtui."):
        if not _module.name.endswith(_IGNORED_VARIABLES):
            importlib.import_module(_module.name)
    gc.freeze()
    _run_child(_serve(socket.socket(fileno=int(sys.argv[1])))["argv"])
