"""Decides which frame is sent, and when: always the latest, once flow control permits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from textual._compositor import ChopsUpdate, LayoutUpdate

from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.terminal.flow_control import FlowControl
from emtui.tui.terminal.frame_diff import FrameDiff, strips_of


class FrameScheduler:
    """The frames of one terminal; `send` is called when a frame that had to wait may be sent."""

    def __init__(self, flow: FlowControl, send: Callable[[], None]) -> None:
        self.flow = flow
        self._send = send
        self._diff = FrameDiff()
        self._timer: asyncio.TimerHandle | None = None

    def paint(self, update: LayoutUpdate | ChopsUpdate, width: int, capabilities: Capabilities) -> None:
        """Record what Textual has painted."""
        self._diff.paint(strips_of(update), width, capabilities)

    def reset(self) -> None:
        """Forget everything: the terminal has another size, or is new, and will be repainted."""
        self._diff.reset()

    def invalidate(self) -> None:
        """Send everything again: another program has written to the terminal."""
        self._diff.invalidate()
        self.flow.reset()

    def next_frame(self) -> str:
        """Return the output for the next frame; empty if nothing changed, or it has to wait."""
        if not self._diff.has_changes:
            return ""
        now = monotonic()
        delay = self.flow.seconds_to_wait(now)
        if delay > 0:
            self._send_after(delay)
            return ""
        frame = self._diff.render_diff()
        if frame:
            self.flow.record_sent(now, len(frame))
        return frame

    def record_ack(self) -> None:
        """The terminal has shown the last frame."""
        self.flow.record_ack(monotonic())
        self._send()

    def _send_after(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._send)
