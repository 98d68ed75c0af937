"""Formats times and findings for readers elsewhere and later: every time has its date and offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from emtui import text_format
from emtui.triage.finding_text import FindingFormatter


@dataclass(frozen=True, slots=True)
class AbsoluteTimeFormatter(FindingFormatter):
    """Formats findings with full dates and offsets."""

    def format_time(self, time: datetime) -> str:
        """`2026-11-23 01:55:02 +01:00`."""
        return text_format.format_full_date_time(time, self.zone)

    def format_time_range(self, since: datetime, until: datetime) -> str:
        """A period: `start – end`."""
        return f"{self.format_time(since)} – {self.format_time(until)}"


@dataclass(frozen=True, slots=True)
class ReportZones:
    """Time zones of the sender and, if known, of the server."""

    local: tzinfo
    server: tzinfo | None = None

    def format_time(self, when: datetime) -> str:
        """In the sender's zone: `2026-11-23 01:55:02 +01:00`."""
        return text_format.format_full_date_time(when, self.local)

    def format_in_all_zones(self, when: datetime) -> str:
        """`2026-11-23 02:10:04 +01:00 local, 2026-11-23 01:10:04 +00:00 UTC`; duplicates are merged."""
        names_by_text: dict[str, list[str]] = {}
        for name, zone in (("local", self.local), ("UTC", UTC), ("server", self.server)):
            if zone is not None:
                names_by_text.setdefault(text_format.format_full_date_time(when, zone), []).append(name)
        return ", ".join(f"{text} {' and '.join(zone_names)}" for text, zone_names in names_by_text.items())
