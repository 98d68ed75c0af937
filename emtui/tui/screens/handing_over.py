"""From any page to the one that hands over: which run it is about, and why there is nothing yet."""

from __future__ import annotations

from emtui.tui.screens.page import Page


def hand_over(page: Page) -> None:
    """Open it for the run of this page, or of the nearest page beneath that has one."""
    listing = page.emtui.lookup_screen
    if listing is None or listing.snapshot is None:
        page.say("There is nothing to hand over before the list has come.")
        return
    from emtui.tui.screens.explaining import Explaining
    from emtui.tui.screens.handover import HandOverScreen, Subject

    pages = [one for one in reversed(page.emtui.screen_stack) if isinstance(one, Page)]
    here = next((one for one in pages if one.run_here), None)
    run = here.run_here if here else None
    log = here.log_read if isinstance(here, Explaining) else None
    page.emtui.push_screen(HandOverScreen(listing, Subject(run, log) if run else None))
