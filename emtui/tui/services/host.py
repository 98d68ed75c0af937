"""What services need of the application that they run in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Protocol, TypeVar

from textual.timer import Timer
from textual.worker import Worker

T = TypeVar("T")


class AppHost(Protocol):
    """Workers, timers and a sentence in the footer of the screen that is shown."""

    def start_worker(
        self,
        coroutine: Coroutine[object, object, None],
        group: str,
        description: str,
        *,
        exclusive: bool = False,
    ) -> Worker[None]:
        """Run it beside everything else; `exclusive` ends what of the same group still runs."""

    def is_worker_running(self, group: str) -> bool:
        """Whether a worker of this group still runs."""

    def set_timer(self, delay: float, callback: Callable[[], object] | None = None) -> Timer:
        """Call back once, after so many seconds."""

    def call_later(self, callback: Callable[..., object], *arguments: object) -> bool:
        """Call it once what is being handled now is done."""

    def set_terminal_title(self, title: str) -> None:
        """Name the terminal's window."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def say(self, text: str) -> None:
        """Show one sentence until the next key."""

    def say_too(self, text: str) -> None:
        """Show one sentence more, after what is shown already."""

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Give the terminal to `work`, which runs in a thread, until it has ended."""

    def write_sequence(self, sequence: str) -> None:
        """Send a control sequence to the terminal, such as a text for its clipboard."""
