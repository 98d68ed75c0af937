"""Team notes from a runbook: what to do about a message; read strictly.

`/etc/xdg/emtui/notes.toml` is the team's file, `~/.config/emtui/notes.toml` the user's. A pattern
is plain text found anywhere in the message, ignoring case; `*` matches any text. Regular
expressions are not supported, because a slow one would block the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from emtui import text_format
from emtui.em.model import Event, Outcome, Session
from emtui.em.text_sanitizer import clean
from emtui.local.configuration import read_toml
from emtui.local.profiles import BadConfig, near
from emtui.local.timezones import SystemZone

MOST = 1000
"""Maximum number of notes per file."""
LONGEST = 2000
"""Maximum characters of a pattern, text or link."""
_TEXTS = ("pattern", "text", "link", "type")
KEYS = (*_TEXTS, "known", "until")


@dataclass(frozen=True, slots=True)
class Note:
    """What to do about messages that contain `pattern`, for one session `type` if given.

    `known` acknowledges such failures for all users of the file, until `until` if given.
    `whose` describes the file: `team file` or `your file`.
    """

    pattern: str
    text: str
    link: str = ""
    type: str = ""
    known: bool = False
    until: datetime | None = None
    whose: str = ""

    def fits(self, kind: str | None, message: str | None) -> bool:
        """Whether the note applies to a run of this type with this message."""
        if self.type and not _holds(self.type, kind or "", whole=True):
            return False
        return message is not None and _holds(self.pattern, message)


def _holds(pattern: str, text: str, *, whole: bool = False) -> bool:
    """Whether the text contains the parts between the stars, in order."""
    first, *rest = text_format.folded(pattern).split("*")
    text = text_format.folded(text)
    if whole:
        if not rest:
            return text == first
        if not text.startswith(first) or not text[len(first) :].endswith(rest[-1]):
            return False
        text = text[: len(text) - len(rest[-1])]
        rest = rest[:-1]
    at = 0
    for part in (first, *rest):
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def notes_on(notes: Sequence[Note], session: Session, events: Iterable[Event] = ()) -> tuple[Note, ...]:
    """Return the notes that match a run, in file order.

    They match its message or, unless it succeeded, a line of its log.
    """
    messages = [session.message]
    if notes and session.outcome is not Outcome.SUCCESS:
        messages += [event.message for event in events]
    told = dict.fromkeys(messages)
    return tuple(note for note in notes if any(note.fits(session.type, message) for message in told))


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes, and one sentence per file that could not be read."""

    notes: tuple[Note, ...] = ()
    problems: tuple[str, ...] = ()


def load(own: Path, *team: Path, zone: tzinfo | None = None) -> Notes:
    """Read the files; missing and invalid ones are skipped."""
    notes: list[Note] = []
    problems: list[str] = []
    for file in (own, *team):
        try:
            whose = "your file" if file == own else "team file"
            notes += _read(file, whose, zone or SystemZone())
        except BadConfig as problem:
            problems.append(str(problem))
    return Notes(tuple(notes), tuple(problems))


def _read(file: Path, whose: str, zone: tzinfo) -> Iterator[Note]:
    document = read_toml(file) or {}
    for key in document:
        if key != "note":
            raise BadConfig(f"{file}: {clean(key)} is not valid in a notes file{_instead(key)}")
    tables = document.get("note", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadConfig(f"{file}: each note must start with [[note]].")
    if len(tables) > MOST:
        raise BadConfig(f"{file}: too many notes ({len(tables)}, maximum {MOST}).")
    return iter(
        [_note(table, f"{file}: note {number}: ", whose, zone) for number, table in enumerate(tables, 1)]
    )


def _instead(key: str) -> str:
    """Suggest what to do about a key outside of a note."""
    if key in KEYS:
        return ": put it into a note, below a line with [[note]]."
    guess = near(key, ("note",))
    keys = f"{', '.join(KEYS[:-1])} and {KEYS[-1]}"
    return guess if guess.endswith("?") else f": each note begins with a line [[note]], followed by {keys}."


def _note(table: Mapping[str, object], where: str, whose: str, zone: tzinfo) -> Note:
    for key, value in table.items():
        if key not in KEYS:
            raise BadConfig(f"{where}{clean(key)} is not a key of a note{near(key, KEYS)}")
        if key in _TEXTS and not (isinstance(value, str) and value.strip() and len(value) <= LONGEST):
            raise BadConfig(f"{where}{key} must be a string of at most {LONGEST} characters.")
    texts = {key: clean(str(table[key])).strip() for key in _TEXTS if key in table}
    for key in ("pattern", "text"):
        if key not in texts:
            raise BadConfig(f"{where}{key} is missing.")
    known = table.get("known", False)
    if not isinstance(known, bool):
        raise BadConfig(f"{where}known must be true or false.")
    until = _until(table["until"], where, zone) if "until" in table else None
    if until and not known:
        raise BadConfig(f"{where}until requires known = true.")
    return Note(**texts, known=known, until=until, whose=whose)


def _until(value: object, where: str, zone: tzinfo) -> datetime:
    if not isinstance(value, date):
        raise BadConfig(f"{where}until must be a date or a date with time: until = 2026-11-30T08:00:00.")
    when = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    try:
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise BadConfig(f"{where}until is out of range.") from None
