"""What the screens above the session list share: its time, and its refresh."""

from __future__ import annotations

from emtui.display_text.session_wording import TimeContext
from emtui.tui.screens.base import BaseScreen


def assessed_clock(screen: BaseScreen) -> TimeContext | None:
    """The server's time when the list was assessed, in the displayed zone; None before that."""
    assessment = screen.ctx.assessment
    return TimeContext(assessment.type_statuses.now, screen.zone) if assessment else None


def refresh_list(screen: BaseScreen) -> None:
    """Request the list now and show a message on this screen."""
    feed = screen.ctx.list_feed
    screen.say("Refreshing the session list." if feed and feed.refresh() else "Refresh already running.")
