"""Alerts: the bell, the footer and the profile's command.

At most once in ten minutes, all that came meanwhile in one sentence: `monitor.alert_policy` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emtui.local.profiles import Profile
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.host import AppHost

if TYPE_CHECKING:  # start-up time, here and in functions: loaded with the first alert
    from emtui.monitor.alert_policy import Alert


class AlertNotifier:
    """Tells whoever is there; `profile` says how."""

    def __init__(
        self,
        host: AppHost,
        clock: DisplayClock,
        profile: Callable[[], Profile | None],
    ) -> None:
        self._host = host
        self._clock = clock
        self._profile = profile

    def notify(self, alerts: Sequence[Alert]) -> None:
        """Tell what is due now; nothing of nothing."""
        if not alerts:
            return
        from emtui.monitor.alert_policy import Severity
        from emtui.tui.formatting.alert_text import alerts_text

        message = alerts_text(tuple(alerts), self._clock.now(), self._clock.zone)
        profile = self._profile()
        if any(alert.severity > Severity.RECOVERED for alert in alerts) and not (profile and profile.silent):
            self._host.bell()
        if profile and profile.notify_command:
            command = self._run_command(profile.notify_command, message)
            self._host.start_worker(command, "notify", "run the notify_command")
        if len(alerts) > 1:
            self._host.say(message)  # one alone is on the screen already, for as long as it holds

    async def _run_command(self, command: tuple[str, ...], message: str) -> None:
        from emtui.local import notify

        problem = await notify.run_notify_command(command, message)
        if problem:
            self._host.say(problem)
