"""Formatting of durations, times, counts and sizes, and width, wrapping and search of text. Pure.

Independent of sessions, screens and clocks: the current time and the time zone are arguments, times are
aware. Names of days and months are English in every locale. A cell is one column of a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

DAY = timedelta(days=1)
ELLIPSIS = "…"
NEWLINE_MARK = " ⏎ "
UNKNOWN = "unknown"
"""Text for a time or duration that the server did not send, or that is impossible."""
MAX_CHARACTERS_PER_CELL = 16
"""Maximum number of characters per cell on average, combining characters included."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPAN_PATTERN = re.compile(r"([0-9]{1,7})([smhd])", re.IGNORECASE)
_SPAN_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ZERO_WIDTH_CATEGORIES = {"Mn", "Me", "Cc", "Cf", "Cs"}
_VISIBLE_FORMAT_CHARACTERS = frozenset("\u00ad\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | set(
    map(chr, range(0x600, 0x606))
)
"""Format characters that are visible: the soft hyphen, Arabic signs before numbers."""
_DOTTED_I = "i\u0307"
_JAMO_TAILS = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
_WIDE_RANGES = (
    range(0x2630, 0x2638),  # trigrams and hexagrams, wide since Unicode 16
    range(0x268A, 0x2690),
    range(0x4DC0, 0x4E00),
    range(0x1D300, 0x1D377),
)
_WIDE_UNASSIGNED_RANGES = (range(0x1F300, 0x1FB00), range(0x17000, 0x19000), range(0x20000, 0x40000))
"""Ranges in which later versions of Unicode add emoji and ideographs."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Regional indicators: two of them are one flag."""
_AMBIGUOUS_PATTERN = re.compile(
    "[\u200d\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""The joiner of emoji, variation selectors, and tags."""


def format_duration(span: timedelta) -> str:
    """At most six cells up to 99 days: `0.4s`, `31s`, `4m12s`, `2h12m`, `3d04h`; never rounded up."""
    if span < timedelta():
        return "-" + format_duration(-span)
    if span < timedelta(seconds=10):
        return _format_tenths(span)
    seconds = span // timedelta(seconds=1)
    minutes, hours = seconds // 60, seconds // 3600
    if minutes == 0:
        return f"{seconds}s"
    if hours == 0:
        return f"{minutes}m{seconds % 60:02}s"
    if hours < 24:
        return f"{hours}h{minutes % 60:02}m"
    return f"{hours // 24}d{hours % 24:02}h"


def format_offset(span: timedelta) -> str:
    """The time since a start: `+21.4s`, `+4m11s`, `-0.2s`; tenths below a minute."""
    magnitude = abs(span)
    sign = "-" if span <= timedelta(milliseconds=-100) else "+"
    return sign + (
        _format_tenths(magnitude) if magnitude < timedelta(minutes=1) else format_duration(magnitude)
    )


def _format_tenths(span: timedelta) -> str:
    seconds, tenth = divmod(span // timedelta(milliseconds=100), 10)
    return f"{seconds}.{tenth}s"


def parse_duration(text: str) -> timedelta:
    """Parse `30s`, `15m`, `24h` or `7d`; raises `ValueError` with one sentence for anything else."""
    match = _SPAN_PATTERN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a duration: write 30s, 15m, 24h or 7d.")
    return timedelta(**{_SPAN_UNITS[match[2].lower()]: int(match[1])})


def format_count(number: int) -> str:
    """`2,914`."""
    return f"{number:,}"


def format_counted(number: int, noun: str) -> str:
    """`1 event`, `2,914 events`."""
    return f"{format_count(number)} {noun}{'' if number == 1 else 's'}"


def format_position(position: int, total: int, noun: str) -> str:
    """The position of one item among all: `3 of 2,914 runs`, `1 of 1 run`."""
    return f"{format_count(position)} of {format_counted(total, noun)}"


def format_size(byte_count: int) -> str:
    """Bytes in decimal units: `812 B`, `1.2 MB`, `128 MB`."""
    if byte_count < 1000:
        return f"{byte_count} B"
    amount = byte_count / 1000
    for unit in ("kB", "MB", "GB"):
        if amount < 999.5:
            return _format_amount(amount) + f" {unit}"
        amount /= 1000
    return _format_amount(amount) + " TB"


def _format_amount(amount: float) -> str:
    return f"{amount:.1f}" if amount < 9.95 else f"{amount:.0f}"


def format_iso(time: datetime) -> str:
    """ISO 8601 in UTC: `2026-11-23T01:10:04.000000Z`; six decimals, so that times sort as text."""
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    return time.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def format_short_time(time: datetime, now: datetime, zone: tzinfo) -> str:
    """At most nine cells: only the time within 24 hours, the weekday within six days, else the date.

    An ambiguous time is `02:10:04A` or `02:10:04B`, or `Su 02:10B` on an earlier day.
    """
    local = _to_zone(time, zone)
    distance, fold_letter = _clock_distance(time, now, zone), _fold_letter(local)
    if distance < DAY:
        return f"{local:%H:%M:%S}{fold_letter}"
    if time < now and distance < 6 * DAY:
        return f"{_format_weekday(local, fold_letter)} {local:%H:%M}{fold_letter}"
    day_text = f"{local.day} {_MONTHS[local.month - 1]}"
    return day_text if local.year == _to_zone(now, zone).year else f"{day_text} {local:%y}"


def format_day_and_minute(time: datetime, now: datetime, zone: tzinfo) -> str:
    """The day and the minute: `Sat 22:04`; `27 Oct 22:04` if the weekday would be ambiguous."""
    local = _to_zone(time, zone)
    is_near = _clock_distance(time, now, zone) < 6 * DAY
    day_text = _DAYS[local.weekday()] if is_near else f"{local.day} {_MONTHS[local.month - 1]}"
    return f"{day_text} {local:%H:%M}"


def format_day_and_second(time: datetime, now: datetime, zone: tzinfo) -> str:
    """The day and the second: `Sat 22:04:12`."""
    return f"{format_day_and_minute(time, now, zone)}:{_to_zone(time, zone):%S}"


def format_minute(time: datetime, now: datetime, zone: tzinfo) -> str:
    """The minute, with the day unless within 24 hours: `01:55`, `Sat 22:04`, or `02:10A` if ambiguous."""
    local = _to_zone(time, zone)
    is_near = _clock_distance(time, now, zone) < DAY
    return f"{f'{local:%H:%M}' if is_near else format_day_and_minute(time, now, zone)}{_fold_letter(local)}"


def format_ratio(factor: float) -> str:
    """A ratio in at most four cells: `2.7`, `41`, `>10k`."""
    if factor < 9.95:
        return f"{factor:.1f}"
    return f"{min(factor, 9999):.0f}" if factor <= 10_000 else ">10k"


def format_interval(span: timedelta) -> str:
    """The interval between runs: `15m`, `4h`, `24h`, `7d`, `1h30m`; at most two units."""
    seconds = round(span.total_seconds())
    if seconds >= 2 * 86_400 and seconds % 86_400 < 3600:
        return f"{seconds // 86_400}d"
    hours, minutes, remainder = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (remainder, "s")) if number]
    return "".join(parts[:2]) or "0s"


def format_pause(seconds: float) -> str:
    """A pause between requests: `60 s`, `3 min`."""
    rounded = round(seconds)
    return f"{rounded} s" if rounded <= 120 else f"{round(rounded / 60)} min"


def format_time(time: datetime, zone: tzinfo) -> str:
    """Eight cells: `02:10:04`."""
    return f"{_to_zone(time, zone):%H:%M:%S}"


def format_long_time(time: datetime, zone: tzinfo) -> str:
    """Fifteen cells: `Mon 23 02:10:04`; an ambiguous time is `Su 25 02:10:04A` or `…B`."""
    local = _to_zone(time, zone)
    fold_letter = _fold_letter(local)
    return f"{_format_weekday(local, fold_letter)} {local:%d %H:%M:%S}{fold_letter}"


def format_date_time_with_offset(time: datetime, zone: tzinfo) -> str:
    """Date, time and offset: `Mon 23 Nov 02:10:04 +01:00`."""
    return f"{format_date_time(time, zone)} {format_zone_offset(time, zone)}"


def format_date_time(time: datetime, zone: tzinfo) -> str:
    """Date and time without the offset: `Mon 23 Nov 02:10:04`."""
    local = _to_zone(time, zone)
    return f"{_DAYS[local.weekday()]} {local:%d} {_MONTHS[local.month - 1]} {local:%H:%M:%S}"


def format_full_date_time(time: datetime, zone: tzinfo) -> str:
    """Date with year, time and offset, for reports: `2026-11-23 02:10:04 +01:00`."""
    text = _to_zone(time, zone).isoformat(" ", "seconds")
    return f"{text[:19]} {text[19:]}"


def format_zone_offset(time: datetime, zone: tzinfo) -> str:
    """The offset of the zone from UTC at that moment: `+01:00`."""
    digits = f"{_to_zone(time, zone):%z}" or "+0000"
    return f"{digits[:3]}:{digits[3:5]}"


def _to_zone(time: datetime, zone: tzinfo) -> datetime:
    """The time in this zone; unchanged if out of range, as the server may send the years 1 and 9999."""
    try:
        return time.astimezone(zone)
    except (OverflowError, ValueError):
        return time


def _fold_letter(local: datetime) -> str:
    """`A` or `B` for the first or second occurrence of an ambiguous time; else empty."""
    try:
        first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    except (OverflowError, ValueError, OSError):
        return ""
    if first is None or second is None or first <= second:
        return ""
    return "AB"[local.fold]


def _format_weekday(local: datetime, fold_letter: str) -> str:
    """`Sun`; two letters if the time is followed by a letter."""
    return _DAYS[local.weekday()][: 2 if fold_letter else 3]


def _clock_distance(time: datetime, now: datetime, zone: tzinfo) -> timedelta:
    """The larger of the elapsed time and the difference of the local clock times.

    After the clocks were put forward, 11:30 of yesterday is less than a day ago at noon, and would look like
    11:30 of today.
    """
    wall_distance = _to_zone(now, zone).replace(tzinfo=None) - _to_zone(time, zone).replace(tzinfo=None)
    return max(abs(now - time), abs(wall_distance))


def fold_text(text: str) -> str:
    """The text normalized for comparison, ignoring case and Unicode composition.

    `é` is one letter whether it has one code point or two, `ß` is `ss`, and the dotted `İ` is `i`.
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFD", text).casefold().replace(_DOTTED_I, "i")
    return unicodedata.normalize("NFC", decomposed)


def find_spans(text: str, search_text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each occurrence of `search_text` in `text`, compared as by `fold_text`."""
    folded_search, letters = fold_text(search_text), list(_split_letters(text))
    compared = "".join(letter for _, _, letter in letters)
    spans = [(start, end) for start, end, letter in letters for _ in letter]
    position = last_end = 0
    while folded_search and (begin := compared.find(folded_search, position)) >= 0:
        position = begin + len(folded_search)
        (start, _), (_, end) = spans[begin], spans[position - 1]
        if start >= last_end:  # both `s` of `ß` are one span
            yield start, end
            last_end = end


def _split_letters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each letter with its combining marks: start, end, and the folded text."""
    starts = [index for index, char in enumerate(text) if not unicodedata.combining(char)]
    for start, end in pairwise([*starts, len(text)]):
        yield start, end, fold_text(text[start:end])


def join_lines(text: str) -> str:
    """`text` on one line: newlines become ` ⏎ `, tabs a blank."""
    return text.replace("\n", NEWLINE_MARK).replace("\t", " ")


def strip_ambiguous(text: str) -> str:
    """`text` without the characters that change the width of their neighbors in some terminals only.

    A variation selector makes `⚠` two cells wide in one terminal and one in the next; a joiner makes one
    emoji of three, or not. Without them `cell_width` is right in every terminal. Use this for text that is
    padded or positioned, not for text that is copied, exported or written as JSON.
    """
    return text if text.isascii() else _AMBIGUOUS_PATTERN.sub("", text)


def cell_width(text: str) -> int:
    """The width of `text` in terminal columns, without joiners and variation selectors.

    If terminals disagree (vowel signs of Indian scripts, skin tones) it is the largest width, so that text
    positioned after it never overwrites its end.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_char_width, text))


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    code, category = ord(char), unicodedata.category(char)
    if char in _VISIBLE_FORMAT_CHARACTERS:
        return 1
    if category in _ZERO_WIDTH_CATEGORIES or any(code in jamo_range for jamo_range in _JAMO_TAILS):
        return 0
    if category == "Cn":
        return 2 if any(code in is_wide for is_wide in _WIDE_UNASSIGNED_RANGES) else 1
    if category == "Mc":
        return 1
    is_wide = unicodedata.east_asian_width(char) in {"W", "F"} or any(
        code in is_wide for is_wide in _WIDE_RANGES
    )
    return 2 if is_wide else 1


@lru_cache(maxsize=4096)
def is_one_cell(char: str) -> bool:
    """Whether this character takes one cell in every terminal, whatever its neighbors."""
    is_doubtful = unicodedata.category(char) in {"Mc", "Cn", "Cf"} or ord(char) in _FLAG_LETTERS
    return _char_width(char) == 1 and not is_doubtful


def truncate(text: str, width: int) -> str:
    """`text` in at most `width` cells, with `…` at its end if it was cut.

    Combining marks take no cell but are limited too: a thousand on one letter would block a terminal.
    """
    max_characters = max(width, 1) * MAX_CHARACTERS_PER_CELL
    if len(text) <= max_characters and cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    used = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > width - 1 or index >= max_characters:
            return text[:index] + ELLIPSIS
    return text


def fit_width(text: str, width: int, align_right: bool = False) -> str:
    """`text` in exactly `width` cells: cut, or padded on the right (on the left if `align_right`)."""
    truncated = truncate(strip_ambiguous(text), width)
    padding = " " * max(width - cell_width(truncated), 0)
    return padding + truncated if align_right else truncated + padding


def clip(text: str, width: int) -> str:
    """The start of `text` that fits in `width` cells, without an ellipsis."""
    if text.isascii() and text.isprintable():
        return text[: max(width, 0)]
    used = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > width:
            return text[:index]
    return text


def wrap(line: str, width: int, min_cells: int = 0) -> Iterator[str]:
    """Split one line into parts of at most `width` cells, between words if possible.

    A part is only broken at a blank after its first `min_cells` cells, so that a long path fills the line.
    """
    start = 0
    while (
        end := start
        + max(_fitting_count(line[start : start + width * MAX_CHARACTERS_PER_CELL + 1], width), 1)
    ) < len(line):
        blank = line.rfind(" ", start + min_cells, end + 1)
        if blank < 0 or not line[start:blank].strip():
            blank = -1
        yield line[start : blank if blank > 0 else end].rstrip()
        start = blank + 1 if blank > 0 else end
    yield line[start:]


def _fitting_count(text: str, width: int) -> int:
    """The number of characters that fit in `width` cells, at most `MAX_CHARACTERS_PER_CELL` for each."""
    if text.isascii() and text.isprintable():
        return width
    used = 0
    for index, char in enumerate(text[: width * MAX_CHARACTERS_PER_CELL]):
        used += _char_width(char)
        if used > width:
            return index
    return min(len(text), width * MAX_CHARACTERS_PER_CELL)
