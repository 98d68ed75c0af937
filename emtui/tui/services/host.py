"""What services need from the application."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Protocol, TypeVar

from textual.timer import Timer
from textual.worker import Worker

T = TypeVar("T")


class AppHost(Protocol):
    """Workers, timers, and messages in the footer of the current screen."""

    def start_worker(
        self,
        coroutine: Coroutine[object, object, None],
        group: str,
        description: str,
        *,
        exclusive: bool = False,
    ) -> Worker[None]:
        """Run a coroutine in the background; `exclusive` cancels workers of the same group."""

    def is_worker_running(self, group: str) -> bool:
        """Whether a worker of this group is running."""

    def set_timer(self, delay: float, callback: Callable[[], object] | None = None) -> Timer:
        """Call back once, after `delay` seconds."""

    def call_later(self, callback: Callable[..., object], *arguments: object) -> bool:
        """Call back after the current message has been handled."""

    def set_terminal_title(self, title: str) -> None:
        """Set the terminal's title."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def say(self, text: str) -> None:
        """Show a message until the next key."""

    def say_too(self, text: str) -> None:
        """Show another message after the current one."""

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Lend the terminal to `work`, which runs in a thread, until it ends."""

    def write_sequence(self, sequence: str) -> None:
        """Send a control sequence to the terminal, such as a text for its clipboard."""
