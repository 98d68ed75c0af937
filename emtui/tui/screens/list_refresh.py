"""What `r` does on every screen that shows what the list says."""

from __future__ import annotations

from emtui.tui.screens.base import BaseScreen


def refresh_list(screen: BaseScreen) -> None:
    """Request the list now, and say so on the screen that is shown."""
    feed = screen.ctx.list_feed
    screen.say("Asking for the list." if feed and feed.refresh() else "Already asking for the list.")
