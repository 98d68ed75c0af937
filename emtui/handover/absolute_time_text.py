"""Times and findings in words for somebody who reads them elsewhere and later: each with date and offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from emtui import text_format
from emtui.triage.finding_text import Teller


@dataclass(frozen=True, slots=True)
class Dated(Teller):
    """Tells what is thought as always, but every time whole."""

    def at(self, when: datetime) -> str:
        """`2026-11-23 01:55:02 +01:00`."""
        return text_format.dated(when, self.zone)

    def span(self, since: datetime, until: datetime) -> str:
        """From one to the other."""
        return f"{self.at(since)} – {self.at(until)}"


@dataclass(frozen=True, slots=True)
class Zones:
    """Where the sender sits, and where the server stands, if that is known."""

    local: tzinfo
    server: tzinfo | None = None

    def at(self, when: datetime) -> str:
        """In the sender's zone: `2026-11-23 01:55:02 +01:00`."""
        return text_format.dated(when, self.local)

    def everywhere(self, when: datetime) -> str:
        """`2026-11-23 02:10:04 +01:00 local, 2026-11-23 01:10:04 +00:00 UTC`, the server's; none twice."""
        names: dict[str, list[str]] = {}
        for name, zone in (("local", self.local), ("UTC", UTC), ("server", self.server)):
            if zone is not None:
                names.setdefault(text_format.dated(when, zone), []).append(name)
        return ", ".join(f"{told} {' and '.join(named)}" for told, named in names.items())
