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
from emtui.local.profiles import InvalidConfigError, suggest_name
from emtui.local.timezones import SystemZone

MAX_NOTES = 1000
"""Maximum number of notes per file."""
MAX_TEXT_LENGTH = 2000
"""Maximum characters of a pattern, text or link."""
_TEXT_KEYS = ("pattern", "text", "link", "type")
NOTE_KEYS = (*_TEXT_KEYS, "known", "until")


@dataclass(frozen=True, slots=True)
class TeamNote:
    """What to do about messages that contain `pattern`, for one session `type` if given.

    `is_acknowledgement`: acknowledges such failures for all users of the file, until `until` if given.
    `source` describes the file: `team file` or `your file`.
    """

    pattern: str
    text: str
    link: str = ""
    type: str = ""
    is_acknowledgement: bool = False
    until: datetime | None = None
    source: str = ""

    def matches(self, session_type: str | None, message: str | None) -> bool:
        """Whether the note applies to a run of this type with this message."""
        if self.type and not _matches_pattern(self.type, session_type or "", is_full_match=True):
            return False
        return message is not None and _matches_pattern(self.pattern, message)


def _matches_pattern(pattern: str, text: str, *, is_full_match: bool = False) -> bool:
    """Whether the text contains the parts between the stars, in order."""
    first, *rest = text_format.fold_text(pattern).split("*")
    text = text_format.fold_text(text)
    if is_full_match:
        if not rest:
            return text == first
        if not text.startswith(first) or not text[len(first) :].endswith(rest[-1]):
            return False
        text = text[: len(text) - len(rest[-1])]
        rest = rest[:-1]
    position = 0
    for part in (first, *rest):
        start = text.find(part, position)
        if start < 0:
            return False
        position = start + len(part)
    return True


def find_notes(
    notes: Sequence[TeamNote], session: Session, events: Iterable[Event] = ()
) -> tuple[TeamNote, ...]:
    """Return the notes that match a run, in file order.

    They match its message or, unless it succeeded, a line of its log.
    """
    messages = [session.message]
    if notes and session.outcome is not Outcome.SUCCESS:
        messages += [event.message for event in events]
    distinct_messages = dict.fromkeys(messages)
    return tuple(
        note for note in notes if any(note.matches(session.type, message) for message in distinct_messages)
    )


@dataclass(frozen=True, slots=True)
class TeamNotes:
    """The notes, and one sentence per file that could not be read."""

    notes: tuple[TeamNote, ...] = ()
    problems: tuple[str, ...] = ()


def load_notes(own_file: Path, *team_files: Path, zone: tzinfo | None = None) -> TeamNotes:
    """Read the files; missing and invalid ones are skipped."""
    notes: list[TeamNote] = []
    problems: list[str] = []
    for file in (own_file, *team_files):
        try:
            source = "your file" if file == own_file else "team file"
            notes += _read_notes(file, source, zone or SystemZone())
        except InvalidConfigError as problem:
            problems.append(str(problem))
    return TeamNotes(tuple(notes), tuple(problems))


def _read_notes(file: Path, source: str, zone: tzinfo) -> Iterator[TeamNote]:
    document = read_toml(file) or {}
    for key in document:
        if key != "note":
            raise InvalidConfigError(f"{file}: {clean(key)} is not valid in a notes file{_suggest_fix(key)}")
    tables = document.get("note", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidConfigError(f"{file}: each note must start with [[note]].")
    if len(tables) > MAX_NOTES:
        raise InvalidConfigError(f"{file}: too many notes ({len(tables)}, maximum {MAX_NOTES}).")
    return iter(
        [
            _parse_note(table, f"{file}: note {number}: ", source, zone)
            for number, table in enumerate(tables, 1)
        ]
    )


def _suggest_fix(key: str) -> str:
    """Suggest what to do about a key outside of a note."""
    if key in NOTE_KEYS:
        return ": put it into a note, below a line with [[note]]."
    suggestion = suggest_name(key, ("note",))
    keys = f"{', '.join(NOTE_KEYS[:-1])} and {NOTE_KEYS[-1]}"
    return (
        suggestion
        if suggestion.endswith("?")
        else f": each note begins with a line [[note]], followed by {keys}."
    )


def _parse_note(table: Mapping[str, object], location: str, source: str, zone: tzinfo) -> TeamNote:
    for key, value in table.items():
        if key not in NOTE_KEYS:
            raise InvalidConfigError(
                f"{location}{clean(key)} is not a key of a note{suggest_name(key, NOTE_KEYS)}"
            )
        if key in _TEXT_KEYS and not (
            isinstance(value, str) and value.strip() and len(value) <= MAX_TEXT_LENGTH
        ):
            raise InvalidConfigError(
                f"{location}{key} must be a string of at most {MAX_TEXT_LENGTH} characters."
            )
    texts = {key: clean(str(table[key])).strip() for key in _TEXT_KEYS if key in table}
    for key in ("pattern", "text"):
        if key not in texts:
            raise InvalidConfigError(f"{location}{key} is missing.")
    is_acknowledgement = table.get("known", False)
    if not isinstance(is_acknowledgement, bool):
        raise InvalidConfigError(f"{location}known must be true or false.")
    until = _parse_until(table["until"], location, zone) if "until" in table else None
    if until and not is_acknowledgement:
        raise InvalidConfigError(f"{location}until requires known = true.")
    return TeamNote(**texts, is_acknowledgement=is_acknowledgement, until=until, source=source)


def _parse_until(value: object, location: str, zone: tzinfo) -> datetime:
    if not isinstance(value, date):
        raise InvalidConfigError(
            f"{location}until must be a date or a date with time: until = 2026-11-30T08:00:00."
        )
    end = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    try:
        return (end if end.tzinfo else end.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise InvalidConfigError(f"{location}until is out of range.") from None
