"""Decides when the next frame may be sent: at most one frame ahead of what the terminal shows.

SSH buffers megabytes before it blocks the writer, so a terminal on a slow connection would show
what was painted seconds ago. Each frame therefore ends with a status request (`DSR 5`, which every
terminal since the VT100 acknowledges), and the next frame waits for the reply, unless very little is
unacknowledged. Nothing is lost meanwhile: the next frame shows the latest state. A multiplexer
replies for the terminal and hides the connection; frames then keep the interval that a slow one needs.

Times are seconds of a monotonic clock, and "now" is always an argument; sizes are bytes.
"""

from __future__ import annotations

from collections import deque

ACK_REQUEST = "\x1b[5n"
MAX_UNACKNOWLEDGED = 3
"""Requests without any reply, after which no more are sent until the terminal replies to one."""
ACK_LOST_S = 10.0
"""Seconds after which a reply counts as lost."""
SLOW_ACK_S = 0.1
"""Seconds of median delay above which a connection counts as slow."""
LOW_BANDWIDTH_GAP_S = 1 / 15
"""Seconds between two frames on a slow connection."""
ACK_WINDOW_BYTES = 1200
"""Unacknowledged bytes up to which the next frame need not wait: 1/7 second at 64 kbit/s."""
MULTIPLEXER_BYTES_PER_S = 6000
"""Assumed throughput behind a multiplexer: 64 kbit/s, less its overhead."""
_DELAY_SAMPLES = 5


class FlowControl:
    """The flow control of one terminal.

    `low_bandwidth` treats the connection as slow from the start; otherwise the delays decide.
    `in_multiplexer` says that a multiplexer replies for the terminal.
    A terminal that has never replied, or no longer does, is not waited for.
    """

    def __init__(self, *, low_bandwidth: bool = False, in_multiplexer: bool = False) -> None:
        self._low_bandwidth = low_bandwidth
        self._in_multiplexer = in_multiplexer
        self._requests: deque[tuple[float, int]] = deque()
        self._last_sent_at = -LOW_BANDWIDTH_GAP_S
        self._last_size = 0
        self._has_replied = False
        self._lost_count = 0
        self._delays: deque[float] = deque(maxlen=_DELAY_SAMPLES)

    @property
    def is_low_bandwidth(self) -> bool:
        """Whether the connection is slow: configured, or measured."""
        return self._low_bandwidth or (
            len(self._delays) == _DELAY_SAMPLES and sorted(self._delays)[_DELAY_SAMPLES // 2] > SLOW_ACK_S
        )

    @property
    def requests_ack(self) -> bool:
        """Whether the next frame should end with a request."""
        return self._has_replied or len(self._requests) < MAX_UNACKNOWLEDGED

    def seconds_to_wait(self, now: float) -> float:
        """Return the seconds until the next frame may be sent, 0 for now; a reply may shorten them."""
        gap = max(self._last_sent_at + self._min_gap - now, 0.0)
        unacknowledged = self._unacknowledged(now)
        if not self._has_replied or sum(size for _, size in unacknowledged) < ACK_WINDOW_BYTES:
            return gap
        return max(unacknowledged[0][0] + ACK_LOST_S - now, gap)

    def record_sent(self, now: float, size: int) -> None:
        """Record a frame that was sent, with a request if `requests_ack`."""
        if self._has_replied:
            open_requests = deque(self._unacknowledged(now))
            self._lost_count += len(self._requests) - len(open_requests)
            self._requests, self._has_replied = open_requests, self._lost_count < MAX_UNACKNOWLEDGED
        if self.requests_ack:
            self._requests.append((now, size))
        self._last_sent_at, self._last_size = now, size

    def record_ack(self, now: float) -> None:
        """Record a reply: the terminal has shown everything up to the oldest open request."""
        if self._requests:
            sent_at, _ = self._requests.popleft()
            self._delays.append(now - sent_at)
        self._has_replied, self._lost_count = True, 0

    def reset(self) -> None:
        """Forget open requests: another program had the terminal, and may have read the replies."""
        self._requests.clear()

    @property
    def _min_gap(self) -> float:
        if not self.is_low_bandwidth:
            return 0.0
        transfer_time = self._last_size / MULTIPLEXER_BYTES_PER_S if self._in_multiplexer else 0.0
        return max(LOW_BANDWIDTH_GAP_S, transfer_time)

    def _unacknowledged(self, now: float) -> list[tuple[float, int]]:
        """Requests that may still be acknowledged: time sent, and size in bytes."""
        return [(at, size) for at, size in self._requests if now - at < ACK_LOST_S]
