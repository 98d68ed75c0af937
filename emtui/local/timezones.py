"""Time zones with their daylight-saving rules: the system's and named ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches

_DUPLICATE_PREFIXES = ("right/", "posix/", "posixrules", "localtime")


class UnknownTimeZoneError(ValueError):
    """Unknown time zone; the message is the end of a sentence."""


def find_time_zone(name: str) -> tzinfo:
    """Return the zone of an IANA name, such as `Europe/Berlin`. Raises `UnknownTimeZoneError`.

    Names are case-sensitive; the database's copies with leap seconds (`right/…`) are excluded.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - start-up time: few profiles name a zone

    try:
        if name.startswith(_DUPLICATE_PREFIXES):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # includes folders (`Europe`) and unreadable files
        raise UnknownTimeZoneError(_format_unknown_zone(name)) from None


def _format_unknown_zone(name: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415 - as in find_time_zone

    zone_names = sorted(available_timezones())
    if not zone_names:
        return f"{name!r} cannot be found: no time zone database is installed. Run: pip install tzdata"
    folded = {zone.casefold(): zone for zone in zone_names}
    cities = {zone.rpartition("/")[2]: zone for zone in folded}
    requested = name.casefold().replace(" ", "_")
    match = cities.get(requested) or next(iter(get_close_matches(requested, folded, n=1)), None)
    match = match or cities.get(next(iter(get_close_matches(requested, cities, n=1)), ""))
    hint = (
        f"did you mean {folded[match]}?" if match else "use a name such as Europe/Berlin or America/New_York."
    )
    return f"{name!r} is not a time zone: {hint}"


class SystemZone(tzinfo):
    """Local time of the operating system, across daylight-saving changes.

    `datetime.astimezone()` alone gives a fixed offset, which is wrong on the other side of a change.
    """

    def fromutc(self, dt: datetime) -> datetime:
        """Convert from UTC; `fold` distinguishes the repeated hour in autumn."""
        local = dt.replace(tzinfo=UTC).astimezone()
        naive = local.replace(tzinfo=None)
        is_repeated = naive.astimezone().utcoffset() != local.utcoffset()
        return naive.replace(tzinfo=self, fold=int(is_repeated))

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the UTC offset at this local time; `None` without a time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def tzname(self, dt: datetime | None) -> str | None:
        """Return the system's abbreviation, such as CET."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def dst(self, _: datetime | None) -> timedelta | None:
        """Return `None`: the operating system does not report the daylight-saving part."""
        return None
