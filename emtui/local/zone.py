"""The time zone of this computer, with its rules for every moment, not only for now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class SystemZone(tzinfo):
    """Local time as the operating system reckons it, across daylight-saving changes.

    `datetime.astimezone()` alone gives a fixed offset: right for that moment,
    wrong for a run of last month on the other side of a change.
    """

    def fromutc(self, dt: datetime) -> datetime:
        """The local time of a moment in UTC; `fold` tells the two hours of autumn apart."""
        local = dt.replace(tzinfo=UTC).astimezone()
        naive = local.replace(tzinfo=None)
        later = naive.astimezone().utcoffset() != local.utcoffset()
        return naive.replace(tzinfo=self, fold=int(later))

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """What the operating system adds to UTC at this local time; nothing without a time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def tzname(self, dt: datetime | None) -> str | None:
        """The system's name of it, such as CET."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def dst(self, _: datetime | None) -> timedelta | None:
        """Nothing: the operating system does not say how much of the offset is summer."""
        return None
