"""What the application tells by itself, wherever one is: a new failure, and that nothing is known any more.

Once and seldom (`monitor.alarm` decides): by the bell, the profile's command, and the terminal's title.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import work

from emtui.tui.logging_on import LoggingOn

if TYPE_CHECKING:
    from emtui.monitor.alarm import Alarm
    from emtui.tui.screens.following import Following


class Ringing(LoggingOn, inherit_bindings=False):
    """An app that rings."""

    @cached_property
    def _alarm(self) -> Alarm:
        """What was rung for, by the clock that the list is followed by."""
        from emtui.monitor.alarm import Alarm

        return Alarm(self._monotonic)

    def _monotonic(self) -> float:
        return self.lookup_screen.follow.clock.monotonic() if self.lookup_screen else 0.0

    @property
    def blind(self) -> bool:
        """Whether the list could not be had for so long that nothing is known of the server."""
        return self.lookup_screen is not None and self.lookup_screen.is_blind

    def _tell(self, what: str) -> None:
        """Ring, and run the profile's command, once and seldom."""
        profile = self.connection.profile
        if not (profile and profile.silent):
            self.bell()
        if profile and profile.notify_command:
            self._notify(profile.notify_command, what)

    @work(group="notify", description="run the notify_command")
    async def _notify(self, command: tuple[str, ...], what: str) -> None:
        from emtui.local import notify

        problem = await notify.run(command, what)
        if problem:
            self.page.say(problem)

    def on_following_moved(self, event: Following.Moved) -> None:
        """Runs are new or differ: new failures are told, wherever one is."""
        screen = self.lookup_screen
        failure = screen and self._alarm.failure(
            event.changes, screen.snapshot, partial(screen.spares, event.changes)
        )
        if failure:
            self._tell(f"{failure.type} failed on {self.server_name}: {failure.message or 'no message'}")

    def on_following_sighted(self) -> None:
        """The list is worth more or less than before: each first line says so, and the title, if wanted."""
        for page in self.pages:
            page.show_top()
        name = getattr(self._driver, "name", None)
        profile = self.connection.profile
        if name and profile and profile.title:
            name(f"emtui {profile.name}" + (": BLIND" if self.blind else ""))

    def on_following_lost(self, event: Following.Lost) -> None:
        """A request has failed, and the server cannot be reached any more."""
        screen = self.lookup_screen
        if screen and self._alarm.outage(screen.follow.health):
            self._tell(event.why)
