"""Formats times and findings for readers elsewhere and later: every time has its date and offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from emtui import text_format
from emtui.triage.finding_text import Teller


@dataclass(frozen=True, slots=True)
class Dated(Teller):
    """Formats findings with full dates and offsets."""

    def at(self, when: datetime) -> str:
        """`2026-11-23 01:55:02 +01:00`."""
        return text_format.dated(when, self.zone)

    def span(self, since: datetime, until: datetime) -> str:
        """A period: `start – end`."""
        return f"{self.at(since)} – {self.at(until)}"


@dataclass(frozen=True, slots=True)
class Zones:
    """Time zones of the sender and, if known, of the server."""

    local: tzinfo
    server: tzinfo | None = None

    def at(self, when: datetime) -> str:
        """In the sender's zone: `2026-11-23 01:55:02 +01:00`."""
        return text_format.dated(when, self.local)

    def everywhere(self, when: datetime) -> str:
        """`2026-11-23 02:10:04 +01:00 local, 2026-11-23 01:10:04 +00:00 UTC`; duplicates are merged."""
        names: dict[str, list[str]] = {}
        for name, zone in (("local", self.local), ("UTC", UTC), ("server", self.server)):
            if zone is not None:
                names.setdefault(text_format.dated(when, zone), []).append(name)
        return ", ".join(f"{told} {' and '.join(named)}" for told, named in names.items())
