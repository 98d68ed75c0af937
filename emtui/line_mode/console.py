"""Lines in and lines out: prompts and answers on a terminal or a pipe.

The terminal stays in its normal mode, where the system handles Backspace and ctrl+u: only complete lines are
read, nothing is ever drawn, and no line is written twice. On a pipe the commands are echoed, so that the
output reads like that of a terminal.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from locale import getpreferredencoding
from typing import TypeVar

from emtui import text_format
from emtui.ascii import to_ascii
from emtui.em.background_thread import run_in_thread
from emtui.em.secret import Secret
from emtui.em.text_sanitizer import clean

T = TypeVar("T")

STDIN = 0
CANCELED = "Canceled."
QUIT_HINT = "Nothing to cancel. Press ctrl+c again, or type Q, to quit."
_READ_SIZE = 4096
MAX_LINE_BYTES = 4096
"""Bytes of a line that are used; a terminal sends no longer ones, and what follows is discarded."""
_LFLAG_INDEX = 3
"""Index of the local modes, which control the echo, in the list of tcgetattr(3)."""


class InputEndedError(Exception):
    """There is no more input: ctrl+d, or the end of a pipe."""


class Console:
    """Asks for lines, and says lines; `handle` is the file descriptor that is read."""

    def __init__(
        self, write: Callable[[str], None], *, ascii_only: bool = False, handle: int = STDIN
    ) -> None:
        self._write_text = write
        self._ascii_only = ascii_only
        self._handle = handle
        self.is_interactive = os.isatty(handle)
        self._lines: deque[bytes] = deque()
        self._partial = b""
        self._ended = asyncio.Event()
        self._read_task: asyncio.Task[bytes] | None = None
        self._prompt = ""
        """The prompt that waits for a command, which an announcement may interrupt; else empty."""
        self._held: list[str] = []
        self._interruptible: asyncio.Task[object] | None = None
        self._was_interrupted = False

    # --- output -----------------------------------------------------------------

    def say(self, *lines: str) -> None:
        """Write lines, each as one line whatever it contains."""
        for line in lines:
            self._write(f"{text_format.join_lines(line)}\n")

    def say_text(self, text: str) -> None:
        """Write a text of several lines."""
        self.say(*text.rstrip("\n").split("\n"))

    def announce(self, lines: Iterable[str], *, at_once: bool = True) -> None:
        """Write lines that nobody asked for: below a waiting prompt, which is then repeated.

        Otherwise, and unless `at_once`, they are written before the next prompt.
        """
        self._held += lines
        if self._held and self._prompt and at_once and self.is_interactive:
            self._write("\n")
            self._write_held()
            self._write(self._prompt)

    def _write_held(self) -> None:
        held, self._held = self._held, []
        self.say(*held)

    def _write(self, text: str) -> None:
        self._write_text(to_ascii(text) if self._ascii_only else text)

    # --- input ------------------------------------------------------------------

    async def ask_command(self, prompt: str) -> str:
        """Ask for a command; announcements may come meanwhile. Raises `InputEndedError`."""
        self._write_held()
        self._write(prompt)
        self._prompt = prompt
        try:
            line = await self._next_line()
        finally:
            self._prompt = ""
        self._was_interrupted = False
        return self._echoed(line)

    async def ask(self, question: str) -> str:
        """Ask a question; raises `InputEndedError`."""
        self._write(f"{question}: ")
        return self._echoed(await self._next_line())

    async def ask_deliberately(self, question: str) -> str:
        """Ask a question that must not be answered by what was typed before it."""
        self._discard_typed()
        return await self.ask(question)

    async def ask_secret(self, question: str) -> Secret:
        """Ask a question whose answer is not echoed; raises `InputEndedError`."""
        async with self._without_echo():
            self._write(f"{question} (not shown): ")
            try:
                line = await self._next_line()
            finally:
                self._write("\n")
        try:
            return Secret(line.decode(_input_encoding()))
        except UnicodeDecodeError:
            return Secret("")

    def _echoed(self, line: bytes) -> str:
        """The line without control characters; written if no terminal has echoed it."""
        text = clean(line.decode(_input_encoding(), "replace")).strip()
        if not self.is_interactive:
            self._write(f"{text}\n")
        return text

    async def _next_line(self) -> bytes:
        while not self._lines:
            if self._ended.is_set():
                self._write("\n")
                raise InputEndedError
            await self._read_more()
        return self._lines.popleft()

    async def _read_more(self) -> None:
        """Read what has been typed; a read that is canceled goes on, for whoever asks next."""
        if self._read_task is None:
            self._read_task = asyncio.ensure_future(run_in_thread(lambda: _read(self._handle)))
        read_task, ended = self._read_task, asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({read_task, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
        if not read_task.done():
            return
        self._read_task, chunk = None, read_task.result()
        *complete, rest = (self._partial + chunk).split(b"\n")
        self._partial = rest[:MAX_LINE_BYTES]
        if not chunk:
            self._ended.set()
            complete += [self._partial] if self._partial else []
            self._partial = b""
        self._lines.extend(line[:MAX_LINE_BYTES].removesuffix(b"\r") for line in complete)

    def _discard_typed(self) -> None:
        """Discard what was typed before; on a pipe it is kept."""
        if not self.is_interactive:
            return
        import termios  # noqa: PLC0415 - no such module on Windows

        self._lines.clear()
        self._partial = b""
        with suppress(termios.error):
            termios.tcflush(self._handle, termios.TCIFLUSH)

    @asynccontextmanager
    async def _without_echo(self) -> AsyncIterator[None]:
        """Turn off the echo of a terminal, and discard earlier input."""
        if not self.is_interactive:
            yield
            return
        import termios  # noqa: PLC0415 - as above

        self._discard_typed()
        previous = termios.tcgetattr(self._handle)
        no_echo = [*previous]
        no_echo[_LFLAG_INDEX] &= ~termios.ECHO
        termios.tcsetattr(self._handle, termios.TCSANOW, no_echo)
        try:
            yield
        finally:
            with suppress(termios.error):
                termios.tcsetattr(self._handle, termios.TCSANOW, previous)

    # --- ctrl+c -------------------------------------------------------------------

    async def run_interruptible(self, work: Awaitable[T]) -> T | None:
        """Await work that ctrl+c cancels; `None` if it did, which is then said."""
        task = asyncio.ensure_future(work)
        self._interruptible = task
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled() and self._was_interrupted:
                self._was_interrupted = False
                self.say(CANCELED)
                return None
            raise
        finally:
            task.cancel()
            self._interruptible = None

    def interrupt(self) -> None:
        """Handle ctrl+c: cancel the running work; at a prompt, say how to quit, then quit."""
        if self._interruptible:
            self._was_interrupted = True
            self._interruptible.cancel()
        elif self._was_interrupted or not self._prompt:
            self._end_input()
        else:
            self._was_interrupted = True
            self._write("\n")
            self.say(QUIT_HINT)
            self._write(self._prompt)

    def repeat_prompt(self) -> None:
        """Write the waiting prompt again, after the shell has resumed emtui."""
        if self._prompt:
            self._write(self._prompt)

    def _end_input(self) -> None:
        """Let whoever waits for a line see the end of the input."""
        self._lines.clear()
        self._ended.set()


def _input_encoding() -> str:
    """The encoding of typed text."""
    return getpreferredencoding(do_setlocale=False)


def _read(handle: int) -> bytes:
    """What was typed; empty at the end, also if the terminal was closed."""
    try:
        return os.read(handle, _READ_SIZE)
    except OSError:
        return b""
