"""Time zones with their rules for every moment, not only for now: this computer's, and named ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches

_COPIES = ("right/", "posix/", "posixrules", "localtime")


class NoZone(ValueError):
    """There is no time zone of that name; the end of a sentence that begins with what it was meant for."""


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name, such as `Europe/Berlin`. Raises `NoZone`.

    Names are taken as the database writes them; its copies with leap seconds (`right/…`) are none of them.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - start-up time: few profiles name a zone

    try:
        if name.startswith(_COPIES):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # also for a folder (`Europe`), and for what may not be read
        raise NoZone(_unknown(name)) from None


def _unknown(name: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415 - as in zone_named

    known = sorted(available_timezones())
    if not known:
        return f"{name!r} cannot be found: no time zone database is installed. Run: pip install tzdata"
    folded = {zone.casefold(): zone for zone in known}
    cities = {zone.rpartition("/")[2]: zone for zone in folded}
    wanted = name.casefold().replace(" ", "_")
    found = cities.get(wanted) or next(iter(get_close_matches(wanted, folded, n=1)), None)
    found = found or cities.get(next(iter(get_close_matches(wanted, cities, n=1)), ""))
    hint = (
        f"did you mean {folded[found]}?" if found else "use a name such as Europe/Berlin or America/New_York."
    )
    return f"{name!r} is not a time zone: {hint}"


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
