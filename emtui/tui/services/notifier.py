"""Delivers alerts: the bell, the footer and the profile's `notify_command`.

`monitor.notification_policy` decides when: at most every ten minutes, with all pending alerts in one message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emtui.display_text.display_clock import DisplayClock
from emtui.local.profiles import Profile

if TYPE_CHECKING:  # startup time, here and in functions: loaded with the first alert
    from emtui.monitor.notification_policy import Alert
    from emtui.tui.services.host import AppHost


class AlertNotifier:
    """Delivers alerts as the profile says."""

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
        """Deliver the alerts that are due, if there are any."""
        if not alerts:
            return
        from emtui.display_text.notification_text import alerts_text
        from emtui.monitor.notification_policy import Severity

        message = alerts_text(tuple(alerts), self._clock.now(), self._clock.zone)
        profile = self._profile()
        if any(alert.severity > Severity.RECOVERED for alert in alerts) and not (profile and profile.silent):
            self._host.bell()
        if profile and profile.notify_command:
            command = self._run_command(profile.notify_command, message)
            self._host.start_worker(command, "notify", "run the notify_command")
        if len(alerts) > 1:
            self._host.say(message)  # a single alert is on the screen already

    async def _run_command(self, command: tuple[str, ...], message: str) -> None:
        from emtui.local import notify

        problem = await notify.run_notify_command(command, message)
        if problem:
            self._host.say(problem)
