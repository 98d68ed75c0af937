"""What the application tells by itself, wherever one is: new failures, and that nothing is known any more.

At most once in ten minutes, all that came meanwhile in one sentence (`monitor.alert_policy` decides): by the
bell, the footer, the profile's command, and the terminal's title.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import work
from textual.timer import Timer

from emtui.tui.logging_on import LoggingOn
from emtui.tui.screens.page import Page

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.monitor.alert_policy import AlertPolicy
    from emtui.tui.screens.following import Following
    from emtui.tui.start import Start


class Ringing(LoggingOn, inherit_bindings=False):
    """An app that rings."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._ring_later: Timer | None = None

    @cached_property
    def _alarm(self) -> AlertPolicy:
        """What is to be told, by a clock that goes on while this computer sleeps."""
        from emtui.monitor.alert_policy import AlertPolicy

        return AlertPolicy(self._elapsed)

    def _elapsed(self) -> float:
        return self.lookup_screen.follow.elapsed if self.lookup_screen else 0.0

    @property
    def blind(self) -> bool:
        """Whether the list could not be had for so long that nothing is known of the server."""
        return self.lookup_screen is not None and self.lookup_screen.is_blind

    @property
    def stale(self) -> bool:
        """Whether requests for the list are overdue, but not for so long."""
        return self.lookup_screen is not None and self.lookup_screen.is_stale

    def _ring(self, known: Callable[[Session], bool] = lambda _: False) -> None:
        """Tell what is due now; what is gathered is told as soon as it is due."""
        from emtui.monitor.alert_policy import Severity
        from emtui.tui.alert_text import sentence

        alerts = self._alarm.due(known)
        if alerts:
            what = sentence(alerts, self.now(), self.page.zone or self.zone)
            self._tell(what, rings=any(alert.severity > Severity.RECOVERED for alert in alerts))
            if len(alerts) > 1 and isinstance(self.screen, Page):
                self.screen.say(what)  # one alone stands on the screen already, for as long as it holds
        if self._ring_later:
            self._ring_later.stop()
        waits = self._alarm.has_pending
        self._ring_later = self.set_timer(self._alarm.seconds_left, self._ring_what_is_due) if waits else None

    def _ring_what_is_due(self) -> None:
        """The same once its time has come; what somebody has acknowledged meanwhile needs no telling."""
        if self._alarm.has_pending:
            screen = self.lookup_screen
            known = screen.known if screen else None
            self._ring(lambda run: known is not None and known.of(run) is not None)

    def _tell(self, what: str, *, rings: bool) -> None:
        """Ring, and run the profile's command."""
        profile = self.connection.profile
        if rings and not (profile and profile.silent):
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
        from emtui.monitor.alert_policy import new_failures

        screen = self.lookup_screen
        if screen:
            spared = partial(screen.spares, event.changes)
            self._alarm.on_failures(
                new_failures(event.changes, screen.snapshot, spared), self.now(), self.server_name
            )
            self._ring()

    def on_following_looked(self) -> None:
        """A request has been made, or was overdue: what was gathered may be due."""
        self._ring_what_is_due()

    def on_following_sighted(self) -> None:
        """The list is worth more or less than before: each first line says so, and the title, if wanted."""
        for page in self.pages:
            page.show_top()
        if not self.blind:
            self._alarm.on_recovered(self.now())
            self._ring_what_is_due()
        name = getattr(self._driver, "name", None)
        profile = self.connection.profile
        if name and profile and profile.title:
            name(f"emtui {profile.name}" + (": BLIND" if self.blind else ""))

    def on_following_lost(self, event: Following.Lost) -> None:
        """A request has failed, and the server cannot be reached any more."""
        if self.lookup_screen:
            self._alarm.on_lost(event.at or self.now(), self.server_name, event.why, stopped=event.stopped)
            self._ring()
