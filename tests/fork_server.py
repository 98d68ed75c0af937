"""Starts emtui processes quickly by forking a process that has its modules loaded (saves half a second).

    python fork_server.py DESCRIPTOR

A test process starts this program once. For every request on the socket DESCRIPTOR it forks a copy, which
applies the requested arguments, environment, folder and files, and runs the program. The copy is a child of
the test process, which can wait for it, stop and kill it. Settings that Python reads at its start (`PYTHON…`,
`LD_…`, the locale) cannot be changed in a copy: such programs are started normally (see `can_fork`).
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
"""Prefixes of variables that are read at the start of Python, or when a library is loaded."""
_LATE_READ_VARIABLES = {"PYTHON_KEYRING_BACKEND"}
_UNLOADED_MODULES = ("__main__", "kernel_keyring")
"""Modules loaded only by copies: main modules, and one that imports `keyring` (reads the environment)."""


def can_fork(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a forked copy behaves like a new process."""
    variables = [
        name
        for name in environ
        if name.startswith(_SEPARATE_PROCESS_VARIABLES) and name not in _LATE_READ_VARIABLES
    ]
    is_program = argv[0] == "-m" or argv[0].endswith(".py")
    return sys.platform == "linux" and is_program and not variables and environ.get("LANG") == LANGUAGE


class ForkServer:
    """Runs the process that is forked."""

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
        """Run `python ARGV…` with these standard files; return its process ID.

        `leads_terminal`: as leader of a new session, with the files as controlling terminal.
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
        """Stop the server; the copies continue."""
        self._socket.close()
        self._process.wait()


@cache
def fork_server() -> ForkServer:
    """The server of this test process, closed at its exit."""
    running = ForkServer()
    atexit.register(running.close)
    return running


def start_process(argv: Sequence[str], *, environ: Mapping[str, str], files: tuple[int, int, int]) -> int:
    """Start `python ARGV…` with these standard files, forked if possible; return its process ID."""
    if can_fork(argv, environ):
        return fork_server().start(argv, environ=environ, folder=None, files=files)
    standard = [(os.POSIX_SPAWN_DUP2, file, descriptor) for descriptor, file in enumerate(files)]
    return os.posix_spawn(sys.executable, [sys.executable, *argv], environ, file_actions=standard)


def wait(pid: int, timeout: float) -> int:
    """Return the exit code of a child; kill it after `timeout` seconds."""
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
    """Run `python ARGV…` to its end like `subprocess.run`, forked if possible.

    `fresh_process`: never forked. The program is killed after `timeout` seconds.
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
        pipe.write(stdin)  # short enough for the buffer of the pipe
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
    """Decode, with the newline conversion of `subprocess`."""
    return written.decode().replace("\r\n", "\n").replace("\r", "\n")


def _reap_orphans(*, orphans: bool) -> None:
    """Turn on or off that orphaned grandchildren become children of this process."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0):
        raise OSError("no subreaper")


def _serve(requests: socket.socket) -> dict[str, Any]:
    """Fork for every request until the test process ends; returns the request in the copy."""
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
            os.read(adopted, 1)  # returns when the intermediate process has ended: the test is the parent now
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
    """Apply session, files, environment and folder of the request."""
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
    """Reopen a standard stream, which has cached properties of its previous file."""
    before: TextIOWrapper = getattr(sys, name)
    stream = open(  # noqa: SIM115 - stays open until the exit
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
    """Run a module or a script like Python's command line."""
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
    """Flush and exit at once, without the slow clean-up of a thousand modules."""
    if not _exit_status:
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (AttributeError, OSError, ValueError):
        return  # closed or full: Python reports it
    os._exit(_exit_status[0] & 0xFF)


if __name__ == "__main__":
    atexit.register(_flush_and_close)  # registered first, so called last
    for _name in ("importlib.metadata", "secretstorage"):
        importlib.import_module(_name)
    for _module in pkgutil.walk_packages(emtui.__path__, "emtui."):
        if not _module.name.endswith(_UNLOADED_MODULES):
            importlib.import_module(_module.name)
    gc.freeze()
    _run_child(_serve(socket.socket(fileno=int(sys.argv[1])))["argv"])
