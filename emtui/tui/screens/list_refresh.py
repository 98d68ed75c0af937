"""Refresh of the session list from screens that derive their content from it."""

from __future__ import annotations

from emtui.tui.screens.base import BaseScreen


def refresh_list(screen: BaseScreen) -> None:
    """Request the list now and show a message on this screen."""
    feed = screen.ctx.list_feed
    screen.say("Refreshing the session list." if feed and feed.refresh() else "Refresh already running.")
