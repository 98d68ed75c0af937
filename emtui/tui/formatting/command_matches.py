"""The commands of the palette: in groups while nothing is typed, else those that match, the best first.

Pure. A text matches all its words in name or description, or its letters in their order in the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from emtui.keys.tui_commands import OTHER_NAMES, TuiCommand

RECENT = "Recent"
MAX_RECENT = 5
"""Commands that are offered again before all others."""
_JUMP_NAMES = {"open", "older", "newer", "types", "alerts", "timeline", "close", "cancel"}
_GROUP_OF_NAME = {
    **dict.fromkeys(("compare", "compare_with", "report", "acknowledge"), "Report"),
    **dict.fromkeys(("copy", "copy_command", "pager", "export", "save"), "Report"),
    **dict.fromkeys(("refresh", "pause", "statistics", "log_on", "stop"), "Server"),
    **dict.fromkeys(("quit", "help", "mouse", "suspend", "redraw"), "emtui"),
}
_GROUPS = ("Jump", "Show", "Report", "Server", "emtui")
_START_BONUS, _RUN_BONUS = 8, 4
"""Points of a letter at the start of a word, and of one right after the letter before it."""


class OfferedCommand(NamedTuple):
    """A command, and the name of its group if it is the first one of it."""

    command: TuiCommand
    group: str = ""


def group_of(command: TuiCommand) -> str:
    """Return the group of a command: Jump, Show, Report, Server or emtui."""
    if command.name in _GROUP_OF_NAME:
        return _GROUP_OF_NAME[command.name]
    is_step = command.name.startswith(("next_", "previous_"))
    return "Jump" if is_step or command.name in _JUMP_NAMES else "Show"


def offer_commands(
    commands: Iterable[TuiCommand], typed: str, recent: Sequence[str] = ()
) -> tuple[OfferedCommand, ...]:
    """Return the commands to offer for a typed text; `recent` has the last names, newest first."""
    offered = tuple(commands)
    if typed.strip():
        return tuple(map(OfferedCommand, match_commands(offered, typed, recent)))
    by_name = {command.name: command for command in offered}
    recent_commands = [by_name[name] for name in recent if name in by_name][:MAX_RECENT]
    others = [command for command in offered if command not in recent_commands]
    groups = [
        (RECENT, recent_commands),
        *((group, [command for command in others if group_of(command) == group]) for group in _GROUPS),
    ]
    return tuple(
        OfferedCommand(command, group if index == 0 else "")
        for group, members in groups
        for index, command in enumerate(members)
    )


def match_commands(
    commands: Iterable[TuiCommand], typed: str, recent: Sequence[str] = ()
) -> tuple[TuiCommand, ...]:
    """Return the commands that match, the best first.

    First those with this name, or with this other name, then those whose name starts with it, then by
    how many letters are at the start of a word or together; of equal ones the recent ones.
    """
    text = typed.casefold().strip()
    former = OTHER_NAMES.get(text, ())
    ranked = []
    for index, command in enumerate(commands):
        score = _match_score(command, text)
        if command.name in former or score is not None:
            rank = (
                command.name != text,
                command.name not in former,
                not command.name.startswith(text),
                -(score or 0),
                recent.index(command.name) if command.name in recent else len(recent),
                index,
            )
            ranked.append((rank, command))
    return tuple(command for _, command in sorted(ranked, key=lambda pair: pair[0]))


def _match_score(command: TuiCommand, text: str) -> int | None:
    """Return how well a command matches; None if it does not."""
    name, words = command.name.replace("_", " "), text.replace("_", " ").split()
    names_and_words = f"{name} {command.description}".casefold()
    if all(word in names_and_words for word in words):
        return sum(_best_score(names_and_words, word) or 0 for word in words)
    letters = "".join(words)
    return _best_score(name, letters) if _starts_a_word(name, letters[:1]) else None


def _starts_a_word(text: str, letter: str) -> bool:
    return any(word.startswith(letter) for word in text.split())


def _best_score(text: str, letters: str) -> int | None:
    """Return the most points that these letters get in a text, in their order; None if one is missing.

    `points[i]` is the best score of the letters so far, the last of them being `text[i]`.
    """
    points: list[int | None] = [None] * len(text)
    for position, letter in enumerate(letters):
        reached: list[int | None] = [None] * len(text)
        best_before: int | None = 0 if position == 0 else None
        for index, character in enumerate(text):
            if character == letter and best_before is not None:
                is_start = index == 0 or text[index - 1] == " "
                score = best_before + 1 + (_START_BONUS if is_start else 0)
                previous = points[index - 1] if index and position else None
                if previous is not None:
                    score = max(score, previous + 1 + _RUN_BONUS + (_START_BONUS if is_start else 0))
                reached[index] = score
            if position and points[index] is not None:
                best_before = max(points[index] or 0, best_before or 0)
        points = reached
    return max((score for score in points if score is not None), default=None)
