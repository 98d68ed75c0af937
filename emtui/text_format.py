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
MARKS_A_CELL = 16
"""How many characters a cell may hold on average: what a line may be made of."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPAN = re.compile(r"([0-9]{1,7})([smhd])", re.IGNORECASE)
_SPAN_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_ZERO_WIDTH = {"Mn", "Me", "Cc", "Cf", "Cs"}
_SEEN_FORMATS = frozenset("\u00ad\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd") | set(
    map(chr, range(0x600, 0x606))
)
"""Format characters with a picture of their own: the soft hyphen, Arabic signs that stand before numbers."""
_DOTTED_I = "i\u0307"
_JAMO_TAILS = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
_WIDE = (
    range(0x2630, 0x2638),  # trigrams and hexagrams, wide since Unicode 16
    range(0x268A, 0x2690),
    range(0x4DC0, 0x4E00),
    range(0x1D300, 0x1D377),
)
_WIDE_UNASSIGNED = (range(0x1F300, 0x1FB00), range(0x17000, 0x19000), range(0x20000, 0x40000))
"""Where later versions of Unicode add emoji and ideographs."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Two of them are one flag."""
_UNEVEN = re.compile("[\u200d\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
"""The joiner of emoji, variation selectors, and tags."""


def duration(span: timedelta) -> str:
    """At most six cells up to 99 days: `0.4s`, `31s`, `4m12s`, `2h12m`, `3d04h`; cut, never rounded up."""
    if span < timedelta():
        return "-" + duration(-span)
    if span < timedelta(seconds=10):
        return _tenths(span)
    seconds = span // timedelta(seconds=1)
    minutes, hours = seconds // 60, seconds // 3600
    if minutes == 0:
        return f"{seconds}s"
    if hours == 0:
        return f"{minutes}m{seconds % 60:02}s"
    if hours < 24:
        return f"{hours}h{minutes % 60:02}m"
    return f"{hours // 24}d{hours % 24:02}h"


def offset(span: timedelta) -> str:
    """Where something stands after a start: `+21.4s`, `+4m11s`, `-0.2s`; tenths below a minute."""
    size_of_it = abs(span)
    sign = "-" if span <= timedelta(milliseconds=-100) else "+"
    return sign + (_tenths(size_of_it) if size_of_it < timedelta(minutes=1) else duration(size_of_it))


def _tenths(span: timedelta) -> str:
    whole, tenth = divmod(span // timedelta(milliseconds=100), 10)
    return f"{whole}.{tenth}s"


def parse_span(text: str) -> timedelta:
    """`30s`, `15m`, `24h` or `7d`; raises `ValueError` with one sentence for anything else."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a length of time: write 30s, 15m, 24h or 7d.")
    return timedelta(**{_SPAN_UNITS[found[2].lower()]: int(found[1])})


def count(number: int) -> str:
    """`2,914`."""
    return f"{number:,}"


def counted(number: int, thing: str) -> str:
    """`1 event`, `2,914 events`."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def place(number: int, total: int, thing: str) -> str:
    """`3 of 2,914 runs`, `1 of 1 run`: where one stands among all."""
    return f"{count(number)} of {counted(total, thing)}"


def size(octets: int) -> str:
    """Bytes in decimal units: `812 B`, `1.2 MB`, `128 MB`."""
    if octets < 1000:
        return f"{octets} B"
    amount = octets / 1000
    for unit in ("kB", "MB", "GB"):
        if amount < 999.5:
            return _rounded(amount) + f" {unit}"
        amount /= 1000
    return _rounded(amount) + " TB"


def _rounded(amount: float) -> str:
    return f"{amount:.1f}" if amount < 9.95 else f"{amount:.0f}"


def iso(when: datetime) -> str:
    """ISO 8601 in UTC: `2026-11-23T01:10:04.000000Z`; always as many digits, so that times sort as text."""
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return when.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def clock_short(when: datetime, now: datetime, zone: tzinfo) -> str:
    """At most nine cells: the bare time within 24 hours, the weekday within six days, the date beyond.

    In an hour that comes twice: `02:10:04A` the first time, `02:10:04B` the second, later `Su 02:10B`.
    """
    local = _in_zone(when, zone)
    apart, turn = _apart(when, now, zone), _turn(local)
    if apart < DAY:
        return f"{local:%H:%M:%S}{turn}"
    if when < now and apart < 6 * DAY:
        return f"{_weekday(local, turn)} {local:%H:%M}{turn}"
    date = f"{local.day} {_MONTHS[local.month - 1]}"
    return date if local.year == _in_zone(now, zone).year else f"{date} {local:%y}"


def day_clock(when: datetime, now: datetime, zone: tzinfo) -> str:
    """To the minute, with its day: `Sat 22:04`; `27 Oct 22:04` where a weekday could be another one's."""
    local = _in_zone(when, zone)
    near = _apart(when, now, zone) < 6 * DAY
    day = _DAYS[local.weekday()] if near else f"{local.day} {_MONTHS[local.month - 1]}"
    return f"{day} {local:%H:%M}"


def day_and_clock(when: datetime, now: datetime, zone: tzinfo) -> str:
    """The same to the second: `Sat 22:04:12`."""
    return f"{day_clock(when, now, zone)}:{_in_zone(when, zone):%S}"


def minute_clock(when: datetime, now: datetime, zone: tzinfo) -> str:
    """Its day left out where that is plain: `01:55` within 24 hours; `02:10A` in an hour that comes twice."""
    local = _in_zone(when, zone)
    near = _apart(when, now, zone) < DAY
    return f"{f'{local:%H:%M}' if near else day_clock(when, now, zone)}{_turn(local)}"


def ratio(times: float) -> str:
    """How many times the usual: `2.7`, `41`, `>10k`; at most four cells."""
    if times < 9.95:
        return f"{times:.1f}"
    return f"{min(times, 9999):.0f}" if times <= 10_000 else ">10k"


def interval(span: timedelta) -> str:
    """How often something happens: `15m`, `4h`, `24h`, `7d`, `1h30m`; at most two units."""
    seconds = round(span.total_seconds())
    if seconds >= 2 * 86_400 and seconds % 86_400 < 3600:
        return f"{seconds // 86_400}d"
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if number]
    return "".join(parts[:2]) or "0s"


def pause(seconds: float) -> str:
    """How often something is done: `60 s`, `3 min`."""
    whole = round(seconds)
    return f"{whole} s" if whole <= 120 else f"{round(whole / 60)} min"


def clock(when: datetime, zone: tzinfo) -> str:
    """Eight cells: `02:10:04`."""
    return f"{_in_zone(when, zone):%H:%M:%S}"


def clock_long(when: datetime, zone: tzinfo) -> str:
    """Fifteen cells: `Mon 23 02:10:04`; in an hour that comes twice `Su 25 02:10:04A`, then `…B`."""
    local = _in_zone(when, zone)
    turn = _turn(local)
    return f"{_weekday(local, turn)} {local:%d %H:%M:%S}{turn}"


def moment(when: datetime, zone: tzinfo) -> str:
    """The whole of it, offset included: `Mon 23 Nov 02:10:04 +01:00`."""
    return f"{day_and_time(when, zone)} {zone_offset(when, zone)}"


def day_and_time(when: datetime, zone: tzinfo) -> str:
    """The same without the offset, where that stands elsewhere: `Mon 23 Nov 02:10:04`."""
    local = _in_zone(when, zone)
    return f"{_DAYS[local.weekday()]} {local:%d} {_MONTHS[local.month - 1]} {local:%H:%M:%S}"


def dated(when: datetime, zone: tzinfo) -> str:
    """With its year, for what is read elsewhere and later: `2026-11-23 02:10:04 +01:00`."""
    told = _in_zone(when, zone).isoformat(" ", "seconds")
    return f"{told[:19]} {told[19:]}"


def zone_offset(when: datetime, zone: tzinfo) -> str:
    """How far the zone is from UTC at that moment: `+01:00`."""
    digits = f"{_in_zone(when, zone):%z}" or "+0000"
    return f"{digits[:3]}:{digits[3:5]}"


def _in_zone(when: datetime, zone: tzinfo) -> datetime:
    """The server may send year 1 or 9999, which not every zone can hold."""
    try:
        return when.astimezone(zone)
    except (OverflowError, ValueError):
        return when


def _turn(local: datetime) -> str:
    """`A` in an hour that comes twice as clocks are put back, `B` when it comes again; else nothing."""
    try:
        first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    except (OverflowError, ValueError, OSError):
        return ""
    if first is None or second is None or first <= second:
        return ""
    return "AB"[local.fold]


def _weekday(local: datetime, turn: str) -> str:
    """`Sun`; shorter by the cell that a letter behind the time takes."""
    return _DAYS[local.weekday()][: 2 if turn else 3]


def _apart(when: datetime, now: datetime, zone: tzinfo) -> timedelta:
    """How far apart two moments are, or the clocks on the wall then and now, whichever is more.

    Where the clocks were put forward yesterday's 11:30 is less than a day ago at noon, and
    would look like today's.
    """
    walls = _in_zone(now, zone).replace(tzinfo=None) - _in_zone(when, zone).replace(tzinfo=None)
    return max(abs(now - when), abs(walls))


def folded(text: str) -> str:
    """The text as it is compared: without case, and letters the same however they are composed.

    `é` is one letter whether it is written with one code point or two, `ß` is `ss`, and the dotted
    `İ` is `i`.
    """
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFD", text).casefold().replace(_DOTTED_I, "i")
    return unicodedata.normalize("NFC", apart)


def found_in(text: str, sought: str) -> Iterator[tuple[int, int]]:
    """Where `text` holds what is sought, as `folded` compares them: beginning and end of each place."""
    wanted, letters = folded(sought), list(_letters(text))
    compared = "".join(letter for _, _, letter in letters)
    spans = [(start, end) for start, end, letter in letters for _ in letter]
    done = last = 0
    while wanted and (begin := compared.find(wanted, done)) >= 0:
        done = begin + len(wanted)
        (start, _), (_, end) = spans[begin], spans[done - 1]
        if start >= last:  # `ß` holds two `s`, and is one place
            yield start, end
            last = end


def _letters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each letter with its marks: beginning, end, and what it is compared as."""
    starts = [place for place, char in enumerate(text) if not unicodedata.combining(char)]
    for start, end in pairwise([*starts, len(text)]):
        yield start, end, folded(text[start:end])


def one_line(text: str) -> str:
    """`text` on one line: line ends become ` ⏎ `, tabs a blank."""
    return text.replace("\n", NEWLINE_MARK).replace("\t", " ")


def for_terminal(text: str) -> str:
    """`text` without what some terminals let change the width of its neighbours, and others do not.

    A variation selector makes `⚠` two cells wide in one terminal and leaves it at one in the next; a joiner
    makes one picture of three, or leaves three. Without them `cells` is right everywhere. Padded and
    placed text goes through this; what is copied, exported or written as JSON does not.
    """
    return text if text.isascii() else _UNEVEN.sub("", text)


def cells(text: str) -> int:
    """How many columns `text` takes in a terminal, joiners and variation selectors left out.

    Where terminals disagree (vowel signs of Indian scripts, skin tones) it is the most that one takes: what
    follows is placed by its column, and is never written over the end of this.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_cells_of, text))


@lru_cache(maxsize=4096)
def _cells_of(char: str) -> int:
    code, category = ord(char), unicodedata.category(char)
    if char in _SEEN_FORMATS:
        return 1
    if category in _ZERO_WIDTH or any(code in tails for tails in _JAMO_TAILS):
        return 0
    if category == "Cn":
        return 2 if any(code in wide for wide in _WIDE_UNASSIGNED) else 1
    if category == "Mc":
        return 1
    wide = unicodedata.east_asian_width(char) in {"W", "F"} or any(code in wide for wide in _WIDE)
    return 2 if wide else 1


@lru_cache(maxsize=4096)
def is_one_cell(char: str) -> bool:
    """Whether every terminal gives this character one cell, whatever stands beside it."""
    doubtful = unicodedata.category(char) in {"Mc", "Cn", "Cf"} or ord(char) in _FLAG_LETTERS
    return _cells_of(char) == 1 and not doubtful


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with `…` at its end if something had to go.

    Marks take no cell, so they are counted: a thousand on one letter would hold up any terminal.
    """
    most = max(width, 1) * MARKS_A_CELL
    if len(text) <= most and cells(text) <= width:
        return text
    if width <= 0:
        return ""
    used = 0
    for place, char in enumerate(text):
        used += _cells_of(char)
        if used > width - 1 or place >= most:
            return text[:place] + ELLIPSIS
    return text


def fit(text: str, width: int, right: bool = False) -> str:
    """`text` in exactly `width` cells of a terminal: cut, or padded on its right (left if `right`)."""
    shown = cut(for_terminal(text), width)
    blanks = " " * max(width - cells(shown), 0)
    return blanks + shown if right else shown + blanks


def clipped(text: str, width: int) -> str:
    """As much of `text` as `width` cells hold, with nothing in the place of the rest."""
    if text.isascii() and text.isprintable():
        return text[: max(width, 0)]
    used = 0
    for place, char in enumerate(text):
        used += _cells_of(char)
        if used > width:
            return text[:place]
    return text


def wrapped(line: str, width: int, least: int = 0) -> Iterator[str]:
    """One line in parts of at most `width` cells, broken between words where there are some.

    A part is only broken at a blank behind its first `least` cells: a long path then fills the line.
    """
    start = 0
    while (end := start + max(_fitting(line[start : start + width * MARKS_A_CELL + 1], width), 1)) < len(
        line
    ):
        blank = line.rfind(" ", start + least, end + 1)
        if blank < 0 or not line[start:blank].strip():
            blank = -1
        yield line[start : blank if blank > 0 else end].rstrip()
        start = blank + 1 if blank > 0 else end
    yield line[start:]


def _fitting(text: str, width: int) -> int:
    """How many characters of it fit; as many marks as a line may be made of."""
    if text.isascii() and text.isprintable():
        return width
    used = 0
    for place, char in enumerate(text[: width * MARKS_A_CELL]):
        used += _cells_of(char)
        if used > width:
            return place
    return min(len(text), width * MARKS_A_CELL)
