"""When the next frame may be sent: after the terminal has shown the last one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.terminal.flow_control import (
    ACK_LOST_S,
    ACK_WINDOW_BYTES,
    LOW_BANDWIDTH_GAP_S,
    MAX_UNACKNOWLEDGED,
    MULTIPLEXER_BYTES_PER_S,
    SLOW_ACK_S,
    FlowControl,
)

FRAME_BYTES = 4000


def responsive_flow(*, low_bandwidth: bool = False) -> FlowControl:
    """The flow control of a terminal that has replied at once, long ago."""
    flow = FlowControl(low_bandwidth=low_bandwidth)
    flow.record_sent(-100.0, FRAME_BYTES)
    flow.record_ack(-100.0)
    return flow


def test_the_first_frame_is_sent_at_once() -> None:
    assert FlowControl().seconds_to_wait(0.0) == 0
    assert FlowControl(low_bandwidth=True).seconds_to_wait(0.0) == 0


def test_the_next_frame_waits_for_the_terminal() -> None:
    flow = responsive_flow()
    flow.record_sent(1.0, FRAME_BYTES)
    assert flow.seconds_to_wait(1.5) > 0
    flow.record_ack(1.6)
    assert flow.seconds_to_wait(1.6) == 0


def test_small_frames_are_not_delayed_until_they_add_up() -> None:
    flow = responsive_flow()
    flow.record_sent(1.0, ACK_WINDOW_BYTES // 2)
    assert flow.seconds_to_wait(1.0) == 0
    flow.record_sent(1.0, ACK_WINDOW_BYTES // 2)
    assert flow.seconds_to_wait(1.0) > 0
    flow.record_ack(1.6)
    assert flow.seconds_to_wait(1.6) == 0


def test_behind_a_multiplexer_frames_keep_the_interval_of_a_slow_connection() -> None:
    flow = FlowControl(low_bandwidth=True, in_multiplexer=True)
    flow.record_sent(1.0, MULTIPLEXER_BYTES_PER_S)
    flow.record_ack(1.0)
    assert flow.seconds_to_wait(1.0) == pytest.approx(1)
    flow.record_sent(2.0, 60)
    flow.record_ack(2.0)
    assert flow.seconds_to_wait(2.0) == pytest.approx(LOW_BANDWIDTH_GAP_S)


def test_a_lost_reply_does_not_delay_frames_indefinitely() -> None:
    flow = responsive_flow()
    flow.record_sent(1.0, FRAME_BYTES)
    assert flow.seconds_to_wait(1.0 + ACK_LOST_S) == 0


def test_a_terminal_that_never_replies_delays_nothing_and_gets_no_more_requests() -> None:
    flow = FlowControl()
    for number in range(MAX_UNACKNOWLEDGED):
        assert flow.requests_ack
        assert flow.seconds_to_wait(number / 10) == 0
        flow.record_sent(number / 10, FRAME_BYTES)
    assert not flow.requests_ack
    assert flow.seconds_to_wait(1.0) == 0


def test_a_terminal_that_stops_replying_soon_delays_nothing() -> None:
    flow, now = responsive_flow(), 0.0
    for _ in range(MAX_UNACKNOWLEDGED + 1):
        flow.record_sent(now, FRAME_BYTES)
        now += ACK_LOST_S
    flow.record_sent(now, FRAME_BYTES)
    assert flow.seconds_to_wait(now) == 0
    flow.record_ack(now)
    flow.record_sent(now, FRAME_BYTES)
    assert flow.seconds_to_wait(now) > 0


def test_requests_before_another_program_had_the_terminal_delay_nothing() -> None:
    flow = responsive_flow()
    flow.record_sent(1.0, FRAME_BYTES)
    flow.reset()
    assert flow.seconds_to_wait(1.0) == 0


def test_a_late_first_reply_acknowledges_the_first_request() -> None:
    flow = FlowControl()
    for number in range(MAX_UNACKNOWLEDGED):
        flow.record_sent(number / 10, FRAME_BYTES)
    flow.record_ack(1.7)
    assert flow.requests_ack
    assert flow.seconds_to_wait(1.7) > 0
    for _ in range(MAX_UNACKNOWLEDGED - 1):
        flow.record_ack(1.8)
    assert flow.seconds_to_wait(1.8) == 0


def test_on_a_slow_connection_frames_keep_an_interval() -> None:
    flow = responsive_flow(low_bandwidth=True)
    flow.record_sent(1.0, FRAME_BYTES)
    flow.record_ack(1.0)
    assert 0 < flow.seconds_to_wait(1.0) <= LOW_BANDWIDTH_GAP_S
    assert flow.seconds_to_wait(1.0 + LOW_BANDWIDTH_GAP_S) == 0


def test_a_connection_is_detected_as_slow_and_as_fast_again() -> None:
    flow = responsive_flow()
    for number in range(5):
        flow.record_sent(float(number), FRAME_BYTES)
        flow.record_ack(number + 2 * SLOW_ACK_S)
    assert flow.is_low_bandwidth
    for number in range(10, 15):
        flow.record_sent(float(number), FRAME_BYTES)
        flow.record_ack(number + SLOW_ACK_S / 10)
    assert not flow.is_low_bandwidth


steps = st.lists(st.tuples(st.sampled_from(["sent", "answered", "nothing"]), st.floats(0, 3)), max_size=40)


@given(steps, st.booleans())
def test_a_frame_is_always_sent_eventually(steps: list[tuple[str, float]], quiet: bool) -> None:
    flow, now = FlowControl(low_bandwidth=quiet), 0.0
    for what, passed in steps:
        now += passed
        if what == "answered":
            flow.record_ack(now)
        elif what == "sent" and flow.seconds_to_wait(now) == 0:
            flow.record_sent(now, FRAME_BYTES)
        assert 0 <= flow.seconds_to_wait(now) < ACK_LOST_S + 1
    assert flow.seconds_to_wait(now + ACK_LOST_S + 1) == 0
