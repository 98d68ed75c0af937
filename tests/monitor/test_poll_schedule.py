"""Poll intervals of the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.monitor.poll_schedule import IDLE_AFTER, MIN_INTERVAL, PollSchedule

chances = st.floats(0, 1)


def test_the_list_is_polled_every_minute_and_every_three_while_the_user_is_away() -> None:
    pace = PollSchedule()
    assert pace.pause_after_success(0.1, IDLE_AFTER - 1) == 60
    assert pace.pause_after_success(0.1, IDLE_AFTER) == 180


def test_a_long_interval_is_not_shortened_while_the_user_is_away() -> None:
    assert PollSchedule(interval=600).pause_after_success(0.1, IDLE_AFTER) == 600


def test_the_pause_is_twenty_times_the_response_time() -> None:
    assert PollSchedule().pause_after_success(9, 0) == 180
    assert PollSchedule().pause_after_success(9, IDLE_AFTER) == 180
    assert PollSchedule().pause_after_success(10, IDLE_AFTER) == 200


@given(missed=st.integers(1, 10_000), chance=chances, every=st.floats(10, 3600))
def test_failures_lengthen_the_pause_up_to_five_minutes_or_the_interval(
    missed: int, chance: float, every: float
) -> None:
    pause = PollSchedule(interval=every).pause_after_failure(missed, None, chance)
    assert MIN_INTERVAL <= pause <= max(300, every)
    assert pause >= min(every, 300) * 0.8 or pause == MIN_INTERVAL


def test_the_pauses_double_until_five_minutes() -> None:
    assert [PollSchedule().pause_after_failure(missed, None, 0) for missed in range(1, 6)] == [
        60,
        120,
        240,
        300,
        300,
    ]


def test_clients_retry_at_different_times() -> None:
    assert PollSchedule().pause_after_failure(9, None, 1) == pytest.approx(240)


def test_retry_after_of_the_server_is_respected() -> None:
    assert PollSchedule().pause_after_failure(1, 1200, 0.5) == 1200
    assert PollSchedule().pause_after_failure(4, 1, 0) == 300
