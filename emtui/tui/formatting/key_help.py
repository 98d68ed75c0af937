"""The help page: the keys of one screen, the most important ones first, in columns.

Pure: built from the table of commands. Two commands for one step in two directions share a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from textwrap import wrap
from typing import NamedTuple

from emtui import text_format
from emtui.keys.keymap import DEFAULT_KEYMAP, Keymap, format_keys, key_label, types_text
from emtui.keys.tui_commands import FOOTER_COMMANDS, CommandScope, TuiCommand
from emtui.tui.theme import ACCENT_STYLE, BOLD, PLAIN
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

COLUMN_CELLS = 58
"""Width of a column; all but two blanks at its end can have text."""
_KEY_CELLS = 20
_TEXT_CELLS = COLUMN_CELLS - _KEY_CELLS - 4


class HelpLine(NamedTuple):
    """Keys, or a word of the query language, and what they do; the text has line breaks if it is long."""

    keys: str
    text: str
    commands: tuple[TuiCommand, ...] = ()


class HelpSection(NamedTuple):
    """A heading and its lines."""

    title: str
    lines: tuple[HelpLine, ...]


_QUERY_HELP = HelpSection(
    "Query",
    (
        HelpLine("words", "in name, type, message or ID"),
        HelpLine("state:failed,warning", "running success canceled unknown,\nor the server's own words"),
        HelpLine("type:CollectJob", "with * and ?, or the web UI's name"),
        HelpLine("since:24h", "started since, or still running;"),
        HelpLine("before:02:10", "or 30s 15m 7d, a time, a date"),
        HelpLine("took:>10m", "duration"),
        HelpLine("ratio:>2", "multiple of the usual duration"),
        HelpLine("is:stuck,unusual", "also running unseen acknowledged"),
        HelpLine("message: name: id:", "only in this field"),
        HelpLine("-word", "exclude"),
        HelpLine('"two words"', 'exact phrase; \\" for a quote'),
    ),
)
_GUESS_HELP = HelpSection(
    "Suspected errors",
    (
        HelpLine(
            "! before an event",
            "Events have no severity. Messages\nwith words such as failed, refused\nor timed out are marked.",
        ),
    ),
)
TYPING_SCOPES = {CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE}
"""Screens where letters are text, not commands."""
LIST_SCOPES = {*FOOTER_COMMANDS} - TYPING_SCOPES - {CommandScope.PROMPT, CommandScope.QUERY_INPUT}
"""Screens with rows to move among."""


_OPPOSITES = {
    "older": "newer",
    "down": "up",
    "page_down": "page_up",
    "half_down": "half_up",
    "top": "bottom",
    "scroll_left": "scroll_right",
    "more": "less",
}
"""Commands whose opposite has another name than `previous_…`."""


def help_sections(
    scope: CommandScope, own_queries: Mapping[str, str] | None = None, keymap: Keymap = DEFAULT_KEYMAP
) -> tuple[HelpSection, ...]:
    """Return the keys that work on a screen.

    In the session list the query language and saved queries, by digit, follow.
    """
    commands = list(_commands_of_scope(scope, keymap))
    navigation_commands = list(keymap.commands_in(CommandScope.NAVIGATION)) if scope in LIST_SCOPES else []
    others = [command for command in commands if not command.is_essential]
    sections = [
        _section(
            "Main keys", [command for command in commands + navigation_commands if command.is_essential]
        ),
        _section(scope.value, [command for command in others if command.scope is scope]),
        _section(
            CommandScope.NAVIGATION.value,
            [command for command in navigation_commands if not command.is_essential],
        ),
        _section("Everywhere", [command for command in others if command.scope is not scope]),
    ]
    if scope is CommandScope.SESSION_LIST:
        typing_commands = keymap.commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT)
        queries = tuple(HelpLine(digit, query) for digit, query in (own_queries or {}).items())
        sections += [
            _QUERY_HELP,
            _section(CommandScope.QUERY_INPUT.value, typing_commands),
            HelpSection("Saved queries", queries),
        ]
    if scope is CommandScope.SESSION_DETAIL:
        sections.append(_GUESS_HELP)
    return tuple(section for section in sections if section.lines)


def key_help_text(
    scope: CommandScope, own_queries: Mapping[str, str] | None = None, keymap: Keymap = DEFAULT_KEYMAP
) -> str:
    """Format the keys that work on a screen as plain text, in one column."""
    parts = []
    for title, lines in help_sections(scope, own_queries, keymap):
        rows = [
            f"  {text_format.fit_width(keys, _KEY_CELLS)}{text}".rstrip()
            for line in lines
            for keys, text in _rows_of_line(line)
        ]
        parts.append("\n".join([title, *rows]))
    return "\n\n".join(parts)


def _rows_of_line(line: HelpLine) -> Iterator[tuple[str, str]]:
    """Yield keys and text of each row; the text starts below keys that are too wide."""
    texts = line.text.split("\n")
    if text_format.cell_width(line.keys) < _KEY_CELLS:
        yield line.keys, texts.pop(0)
    else:
        yield from ((keys, "") for keys in wrap(line.keys, COLUMN_CELLS - 4, break_on_hyphens=False))
    yield from (("", text) for text in texts)


def filter_help(sections: tuple[HelpSection, ...], text: str) -> tuple[HelpSection, ...]:
    """Return the lines whose keys or words contain this text; a section whose title does stays whole."""
    wanted = text_format.fold_text(text)
    found = (
        section
        if wanted in text_format.fold_text(section.title)
        else HelpSection(
            section.title,
            tuple(
                line
                for line in section.lines
                if wanted in text_format.fold_text(" ".join(f"{line.keys} {line.text}".split()))
            ),
        )
        for section in sections
    )
    return tuple(section for section in found if section.lines)


def help_columns(sections: tuple[HelpSection, ...], width: int) -> list[StyledSpans]:
    """Lay out the sections in columns of 58 cells, of about the same height and in their order."""
    blocks = [_section_rows(section) for section in sections]
    count = max(min(width // COLUMN_CELLS, len(blocks)), 1)
    columns = [_join_blocks(blocks[start:end]) for start, end in _split_evenly(list(map(len, blocks)), count)]
    height = max(map(len, columns), default=0)
    rows: list[StyledSpans] = []
    for y in range(height):
        row: StyledSpans = []
        for column in columns:
            cells = column[y] if y < len(column) else []
            used = spans_width(cells)
            row += [*cells, (" " * max(COLUMN_CELLS - used, 0), PLAIN)]
        rows.append(row)
    return rows


def _section_rows(section: HelpSection) -> list[StyledSpans]:
    rows: list[StyledSpans] = [[(f" {section.title}", BOLD)]]
    for line in section.lines:
        for keys, text in _rows_of_line(line):
            blanks = " " * (_KEY_CELLS - text_format.cell_width(keys)) if text else ""
            rows.append([("   ", PLAIN), (keys, ACCENT_STYLE), (f"{blanks}{text}", PLAIN)])
    return rows


def _join_blocks(blocks: list[list[StyledSpans]]) -> list[StyledSpans]:
    """Return the rows of all blocks, with a blank row between two."""
    rows: list[StyledSpans] = []
    for block in blocks:
        rows += [[], *block] if rows else block
    return rows


def _split_evenly(heights: list[int], count: int) -> list[tuple[int, int]]:
    """Split blocks of these heights into `count` columns, so that the highest column is low."""
    cuts_of_all = (
        (
            (0, *cuts, len(heights))
            for cuts in combinations(range(1, len(heights)), min(count, len(heights)) - 1)
        )
        if heights
        else iter(())
    )

    def highest(cuts: tuple[int, ...]) -> int:
        return max(sum(heights[a:b]) + b - a - 1 for a, b in pairwise(cuts))

    best = min(cuts_of_all, key=highest, default=(0, 0))
    return list(pairwise(best))


def _commands_of_scope(scope: CommandScope, keymap: Keymap) -> Iterable[TuiCommand]:
    """The commands that work here; where letters are typed, the only shared one of the views is Esc."""
    if scope not in TYPING_SCOPES:
        return keymap.available_commands(scope)
    own_keys = {key for command in keymap.commands_in(scope) for key in command.keys}
    back_commands = (
        command
        for command in keymap.commands_in(CommandScope.EVERY_VIEW)
        if command.name == "cancel" and not own_keys.intersection(command.keys)
    )
    everywhere = (
        _without_typed_keys(command)
        for command in keymap.available_commands(scope)
        if command.scope is CommandScope.EVERYWHERE and command.name != "commands"
    )
    return (*keymap.commands_in(scope), *back_commands, *(command for command in everywhere if command.keys))


def _without_typed_keys(command: TuiCommand) -> TuiCommand:
    """The command with only those of its keys that type no text."""
    return command._replace(keys=tuple(key for key in command.keys if not types_text(key)))


def _section(title: str, commands: Iterable[TuiCommand]) -> HelpSection:
    """Return a section, with two directions of one step on one line."""
    rest, lines = list(commands), []
    while rest:
        command = rest.pop(0)
        opposite = next((other for other in rest if _is_opposite(command, other)), None)
        line = _pair_line(command, opposite) if opposite else None
        if opposite and line:
            rest.remove(opposite)
        lines.append(line or HelpLine(format_keys(command), command.description, (command,)))
    return HelpSection(title, tuple(lines))


def _is_opposite(command: TuiCommand, other: TuiCommand) -> bool:
    prefix, _, kind = command.name.partition("_")
    name = f"previous_{kind}" if prefix == "next" else _OPPOSITES.get(command.name)
    return other.name == name and other.scope is command.scope


def _pair_line(command: TuiCommand, other: TuiCommand) -> HelpLine | None:
    """Format `e E  next, previous failed run`; None if the two differ in more than a word."""
    words, other_words = command.description.split(), other.description.split()
    if len(words) != len(other_words) or len(command.keys) != len(other.keys):
        return None
    differing = [index for index, word in enumerate(words) if word != other_words[index]]
    if len(differing) != 1:
        return None
    index = differing[0]
    words[index] = f"{words[index]}, {other_words[index]}"
    keys = " ".join(key_label(key) for pair in zip(command.keys, other.keys, strict=True) for key in pair)
    text = " ".join(words)
    fits = text_format.cell_width(keys) < _KEY_CELLS and text_format.cell_width(text) <= _TEXT_CELLS
    return HelpLine(keys, text, (command, other)) if fits else None
