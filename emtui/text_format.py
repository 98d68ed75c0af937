"""How durations, times, counts and widths are put into words.

Pure text: nothing here knows a session, a screen or a clock; "now" and the time
zone are arguments, times are aware. Names of days and months are English whatever
the locale says. A cell is one column of a terminal.
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
"""In place of a time or length that a run should have, and that the server did not give or cannot be."""
MAX_CHARACTERS_PER_CELL = 16
"""How many characters a cell may hold on average: what a line may be made of."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPAN_PATTERN = re.compile(r"([0-9]{1,7})([smhd])", re.IGNORECASE)
_SPAN_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ZERO_WIDTH_CATEGORIES = {"Mn", "Me", "Cc", "Cf", "Cs"}
_VISIBLE_FORMAT_CHARACTERS = frozenset("\u00ad\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | set(
    map(chr, range(0x600, 0x606))
)
"""Format characters with a picture of their own: the soft hyphen, Arabic signs that stand before numbers."""
_DOTTED_I = "i\u0307"
_JAMO_TAILS = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
_WIDE_RANGES = (
    range(0x2630, 0x2638),  # trigrams and hexagrams, wide since Unicode 16
    range(0x268A, 0x2690),
    range(0x4DC0, 0x4E00),
    range(0x1D300, 0x1D377),
)
_WIDE_UNASSIGNED_RANGES = (range(0x1F300, 0x1FB00), range(0x17000, 0x19000), range(0x20000, 0x40000))
"""Where later versions of Unicode add emoji and ideographs."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Two of them are one flag."""
_AMBIGUOUS_PATTERN = re.compile(
    "[\u200d\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""The joiner of emoji, variation selectors, and tags."""


def format_duration(span: timedelta) -> str:
    """At most six cells up to 99 days: `0.4s`, `31s`, `4m12s`, `2h12m`, `3d04h`; cut, never rounded up."""
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
    """Where something stands after a start: `+21.4s`, `+4m11s`, `-0.2s`; tenths below a minute."""
    magnitude = abs(span)
    sign = "-" if span <= timedelta(milliseconds=-100) else "+"
    return sign + (
        _format_tenths(magnitude) if magnitude < timedelta(minutes=1) else format_duration(magnitude)
    )


def _format_tenths(span: timedelta) -> str:
    seconds, tenth = divmod(span // timedelta(milliseconds=100), 10)
    return f"{seconds}.{tenth}s"


def parse_duration(text: str) -> timedelta:
    """`30s`, `15m`, `24h` or `7d`; raises `ValueError` with one sentence for anything else."""
    match = _SPAN_PATTERN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a length of time: write 30s, 15m, 24h or 7d.")
    return timedelta(**{_SPAN_UNITS[match[2].lower()]: int(match[1])})


def format_count(number: int) -> str:
    """`2,914`."""
    return f"{number:,}"


def format_counted(number: int, noun: str) -> str:
    """`1 event`, `2,914 events`."""
    return f"{format_count(number)} {noun}{'' if number == 1 else 's'}"


def format_position(position: int, total: int, noun: str) -> str:
    """`3 of 2,914 runs`, `1 of 1 run`: where one stands among all."""
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
    """ISO 8601 in UTC: `2026-11-23T01:10:04.000000Z`; always as many digits, so that times sort as text."""
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    return time.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def format_short_time(time: datetime, now: datetime, zone: tzinfo) -> str:
    """At most nine cells: the bare time within 24 hours, the weekday within six days, the date beyond.

    In an hour that comes twice: `02:10:04A` the first time, `02:10:04B` the second, later `Su 02:10B`.
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
    """To the minute, with its day: `Sat 22:04`; `27 Oct 22:04` where a weekday could be another one's."""
    local = _to_zone(time, zone)
    is_near = _clock_distance(time, now, zone) < 6 * DAY
    day_text = _DAYS[local.weekday()] if is_near else f"{local.day} {_MONTHS[local.month - 1]}"
    return f"{day_text} {local:%H:%M}"


def format_day_and_second(time: datetime, now: datetime, zone: tzinfo) -> str:
    """The same to the second: `Sat 22:04:12`."""
    return f"{format_day_and_minute(time, now, zone)}:{_to_zone(time, zone):%S}"


def format_minute(time: datetime, now: datetime, zone: tzinfo) -> str:
    """Its day left out where that is plain: `01:55` within 24 hours; `02:10A` in an hour that comes twice."""
    local = _to_zone(time, zone)
    is_near = _clock_distance(time, now, zone) < DAY
    return f"{f'{local:%H:%M}' if is_near else format_day_and_minute(time, now, zone)}{_fold_letter(local)}"


def format_ratio(factor: float) -> str:
    """How many times the usual: `2.7`, `41`, `>10k`; at most four cells."""
    if factor < 9.95:
        return f"{factor:.1f}"
    return f"{min(factor, 9999):.0f}" if factor <= 10_000 else ">10k"


def format_interval(span: timedelta) -> str:
    """How often something happens: `15m`, `4h`, `24h`, `7d`, `1h30m`; at most two units."""
    seconds = round(span.total_seconds())
    if seconds >= 2 * 86_400 and seconds % 86_400 < 3600:
        return f"{seconds // 86_400}d"
    hours, minutes, remainder = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (remainder, "s")) if number]
    return "".join(parts[:2]) or "0s"


def format_pause(seconds: float) -> str:
    """How often something is done: `60 s`, `3 min`."""
    rounded = round(seconds)
    return f"{rounded} s" if rounded <= 120 else f"{round(rounded / 60)} min"


def format_time(time: datetime, zone: tzinfo) -> str:
    """Eight cells: `02:10:04`."""
    return f"{_to_zone(time, zone):%H:%M:%S}"


def format_long_time(time: datetime, zone: tzinfo) -> str:
    """Fifteen cells: `Mon 23 02:10:04`; in an hour that comes twice `Su 25 02:10:04A`, then `…B`."""
    local = _to_zone(time, zone)
    fold_letter = _fold_letter(local)
    return f"{_format_weekday(local, fold_letter)} {local:%d %H:%M:%S}{fold_letter}"


def format_date_time_with_offset(time: datetime, zone: tzinfo) -> str:
    """The whole of it, offset included: `Mon 23 Nov 02:10:04 +01:00`."""
    return f"{format_date_time(time, zone)} {format_zone_offset(time, zone)}"


def format_date_time(time: datetime, zone: tzinfo) -> str:
    """The same without the offset, where that stands elsewhere: `Mon 23 Nov 02:10:04`."""
    local = _to_zone(time, zone)
    return f"{_DAYS[local.weekday()]} {local:%d} {_MONTHS[local.month - 1]} {local:%H:%M:%S}"


def format_full_date_time(time: datetime, zone: tzinfo) -> str:
    """With its year, for what is read elsewhere and later: `2026-11-23 02:10:04 +01:00`."""
    text = _to_zone(time, zone).isoformat(" ", "seconds")
    return f"{text[:19]} {text[19:]}"


def format_zone_offset(time: datetime, zone: tzinfo) -> str:
    """How far the zone is from UTC at that moment: `+01:00`."""
    digits = f"{_to_zone(time, zone):%z}" or "+0000"
    return f"{digits[:3]}:{digits[3:5]}"


def _to_zone(time: datetime, zone: tzinfo) -> datetime:
    """The server may send year 1 or 9999, which not every zone can hold."""
    try:
        return time.astimezone(zone)
    except (OverflowError, ValueError):
        return time


def _fold_letter(local: datetime) -> str:
    """`A` in an hour that comes twice as clocks are put back, `B` when it comes again; else nothing."""
    try:
        first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    except (OverflowError, ValueError, OSError):
        return ""
    if first is None or second is None or first <= second:
        return ""
    return "AB"[local.fold]


def _format_weekday(local: datetime, fold_letter: str) -> str:
    """`Sun`; shorter by the cell that a letter behind the time takes."""
    return _DAYS[local.weekday()][: 2 if fold_letter else 3]


def _clock_distance(time: datetime, now: datetime, zone: tzinfo) -> timedelta:
    """How far apart two moments are, or the clocks on the wall then and now, whichever is more.

    Where the clocks were put forward yesterday's 11:30 is less than a day ago at noon, and
    would look like today's.
    """
    wall_distance = _to_zone(now, zone).replace(tzinfo=None) - _to_zone(time, zone).replace(tzinfo=None)
    return max(abs(now - time), abs(wall_distance))


def fold_text(text: str) -> str:
    """The text as it is compared: without case, and letters the same however they are composed.

    `é` is one letter whether it is written with one code point or two, `ß` is `ss`, and the dotted
    `İ` is `i`.
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFD", text).casefold().replace(_DOTTED_I, "i")
    return unicodedata.normalize("NFC", decomposed)


def find_spans(text: str, search_text: str) -> Iterator[tuple[int, int]]:
    """Where `text` holds what is sought, as `folded` compares them: beginning and end of each place."""
    folded_search, letters = fold_text(search_text), list(_split_letters(text))
    compared = "".join(letter for _, _, letter in letters)
    spans = [(start, end) for start, end, letter in letters for _ in letter]
    position = last_end = 0
    while folded_search and (begin := compared.find(folded_search, position)) >= 0:
        position = begin + len(folded_search)
        (start, _), (_, end) = spans[begin], spans[position - 1]
        if start >= last_end:  # `ß` holds two `s`, and is one place
            yield start, end
            last_end = end


def _split_letters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each letter with its marks: beginning, end, and what it is compared as."""
    starts = [index for index, char in enumerate(text) if not unicodedata.combining(char)]
    for start, end in pairwise([*starts, len(text)]):
        yield start, end, fold_text(text[start:end])


def join_lines(text: str) -> str:
    """`text` on one line: line ends become ` ⏎ `, tabs a blank."""
    return text.replace("\n", NEWLINE_MARK).replace("\t", " ")


def strip_ambiguous(text: str) -> str:
    """`text` without what some terminals let change the width of its neighbours, and others do not.

    A variation selector makes `⚠` two cells wide in one terminal and leaves it at one in the next; a joiner
    makes one picture of three, or leaves three. Without them `cells` is right everywhere. Padded and
    placed text goes through this; what is copied, exported or written as JSON does not.
    """
    return text if text.isascii() else _AMBIGUOUS_PATTERN.sub("", text)


def cell_width(text: str) -> int:
    """How many columns `text` takes in a terminal, joiners and variation selectors left out.

    Where terminals disagree (vowel signs of Indian scripts, skin tones) it is the most that one takes: what
    follows is placed by its column, and is never written over the end of this.
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
    """Whether every terminal gives this character one cell, whatever stands beside it."""
    is_doubtful = unicodedata.category(char) in {"Mc", "Cn", "Cf"} or ord(char) in _FLAG_LETTERS
    return _char_width(char) == 1 and not is_doubtful


def truncate(text: str, width: int) -> str:
    """`text` in at most `width` cells, with `…` at its end if something had to go.

    Marks take no cell, so they are counted: a thousand on one letter would hold up any terminal.
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
    """`text` in exactly `width` cells of a terminal: cut, or padded on its right (left if `right`)."""
    truncated = truncate(strip_ambiguous(text), width)
    padding = " " * max(width - cell_width(truncated), 0)
    return padding + truncated if align_right else truncated + padding


def clip(text: str, width: int) -> str:
    """As much of `text` as `width` cells hold, with nothing in the place of the rest."""
    if text.isascii() and text.isprintable():
        return text[: max(width, 0)]
    used = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > width:
            return text[:index]
    return text


def wrap(line: str, width: int, min_cells: int = 0) -> Iterator[str]:
    """One line in parts of at most `width` cells, broken between words where there are some.

    A part is only broken at a blank behind its first `least` cells: a long path then fills the line.
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
    """How many characters of it fit; as many marks as a line may be made of."""
    if text.isascii() and text.isprintable():
        return width
    used = 0
    for index, char in enumerate(text[: width * MAX_CHARACTERS_PER_CELL]):
        used += _char_width(char)
        if used > width:
            return index
    return min(len(text), width * MAX_CHARACTERS_PER_CELL)
