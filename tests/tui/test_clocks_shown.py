"""Times on the screens when clocks change or disagree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session, uid_from_guid
from emtui.tui.formatting.session_columns import session_columns
from emtui.tui.formatting.session_text import session_header

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 10, 25, 7, 12, 4, tzinfo=UTC)
"""The clocks in Berlin were set back at 01:00 UTC."""


def run(started: datetime) -> Session:
    uid = uid_from_guid("0a1b2c3d-0000-4000-8000-000000000001")
    return Session(uid, type="CollectJob", started=started, ended=started, state="CompletedSuccessfully")


def header_text(started: datetime) -> str:
    return "".join(text for text, _ in session_header(run(started), TimeContext(MORNING, BERLIN)))


def test_a_start_in_a_repeated_hour_has_its_offset() -> None:
    first = MORNING.replace(hour=0, minute=30)
    assert "Sun 25 Oct 02:30:04 +02:00" in header_text(first)
    assert "Sun 25 Oct 02:30:04  took" in header_text(first + timedelta(hours=1))


def test_a_run_that_starts_in_the_future_by_our_clock_has_age_zero() -> None:
    ages = {column.title: column for column in session_columns(80, shows_age=True)}
    (age,) = (column for title, column in ages.items() if title.startswith("Age"))
    assert age.render_cell(run(MORNING + timedelta(seconds=2)), TimeContext(MORNING, BERLIN))[0] == "0.0s"
