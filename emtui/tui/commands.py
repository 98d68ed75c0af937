"""Every command, once: bindings, footer, palette, help and README follow from this table.

A command is carried out by the method `action_<name>` of the screen (or of the app) where it stands, or by
its `action`. `next_<kind>` and `previous_<kind>` are `go_to` with the kind and a step of 1 or -1. Keys have
Textual's names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from textual.binding import Binding, BindingType


class CommandScope(Enum):
    """Where a command works; the value is the heading in the help."""

    SESSION_LIST = "The list"
    SESSION_DETAIL = "A session and its events"
    COMPARISON = "The difference of two runs"
    RUN_PICKER = "A run to compare with"
    OVERVIEW = "One line per type"
    ATTENTION = "What needs somebody"
    REPORT = "Handing over"
    NAVIGATION = "Moving"
    TEXT_VIEWER = "A page of text"
    RAW_VIEW = "What the server said"
    PROMPT = "The query and search line"
    QUERY_INPUT = "While a query is typed"
    COMMAND_PALETTE = "Commands"
    LOGIN = "Log on"
    CERTIFICATE = "The certificate"
    EVERY_VIEW = "Every view"
    EVERYWHERE = "Everywhere"


SESSION_SCOPES = (CommandScope.SESSION_LIST, CommandScope.SESSION_DETAIL, CommandScope.COMPARISON)
"""Where there are commands for sessions, and the name of one can be opened."""
STEP_SCOPES = (*SESSION_SCOPES, CommandScope.OVERVIEW, CommandScope.ATTENTION)
"""Where `next_<kind>` and `previous_<kind>` are steps of the cursor."""
FORM_SCOPES = (CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE)
"""Screens of fields: a colon is typed into one, and what is pressed beside them is a slip of the hand."""


class TuiCommand(NamedTuple):
    """One thing a person can do.

    `hint` is the footer's word for it; `is_essential` marks the keys that carry the
    product, which the help shows first. One without keys is called by its name, after `:`.
    One that is told its key (`by_key`) does another thing for each.
    """

    name: str
    keys: tuple[str, ...]
    description: str
    scope: CommandScope
    footer_label: str = ""
    is_essential: bool = False
    takes_key: bool = False
    action: str = ""


COMMANDS = (
    # the list
    TuiCommand(
        "open",
        ("enter",),
        "open the run; of a fold its runs",
        CommandScope.SESSION_LIST,
        "open",
        is_essential=True,
    ),
    TuiCommand(
        "query", ("slash",), "filter while you type", CommandScope.SESSION_LIST, "query", is_essential=True
    ),
    TuiCommand(
        "next_failed", ("e",), "next failed run", CommandScope.SESSION_LIST, "next failed", is_essential=True
    ),
    TuiCommand("previous_failed", ("E",), "previous failed run", CommandScope.SESSION_LIST),
    TuiCommand("next_warning", ("w",), "next run with a warning", CommandScope.SESSION_LIST),
    TuiCommand("previous_warning", ("W",), "previous run with a warning", CommandScope.SESSION_LIST),
    TuiCommand("next_unseen", ("u",), "next new or changed run", CommandScope.SESSION_LIST),
    TuiCommand("previous_unseen", ("U",), "previous new or changed run", CommandScope.SESSION_LIST),
    TuiCommand("next_slow", ("s",), "next unusually long run", CommandScope.SESSION_LIST),
    TuiCommand("previous_slow", ("S",), "previous unusually long run", CommandScope.SESSION_LIST),
    TuiCommand(
        "older", ("left_square_bracket", "comma"), "older run of the same type", CommandScope.SESSION_LIST
    ),
    TuiCommand(
        "newer",
        ("right_square_bracket", "full_stop"),
        "newer run of the same type",
        CommandScope.SESSION_LIST,
    ),
    TuiCommand("next_match", ("n",), "next row that matches: down", CommandScope.SESSION_LIST),
    TuiCommand("previous_match", ("N",), "previous row that matches: up", CommandScope.SESSION_LIST),
    TuiCommand("show_all", ("0",), "show everything", CommandScope.SESSION_LIST, action="filter('')"),
    TuiCommand(
        "show_failed",
        ("1",),
        "show failed and warned runs",
        CommandScope.SESSION_LIST,
        action="filter('state:failed,warning')",
    ),
    TuiCommand(
        "show_running",
        ("2",),
        "show what is running",
        CommandScope.SESSION_LIST,
        action="filter('state:running')",
    ),
    TuiCommand(
        "show_unseen",
        ("3",),
        "show what nobody has seen yet",
        CommandScope.SESSION_LIST,
        action="filter('is:unseen')",
    ),
    TuiCommand("alerts", ("4",), "what needs somebody, as a list", CommandScope.SESSION_LIST),
    TuiCommand(
        "saved_query",
        ("5", "6", "7", "8", "9"),
        "a query of your own",
        CommandScope.SESSION_LIST,
        takes_key=True,
    ),
    TuiCommand("types", ("B",), "one line per type", CommandScope.SESSION_LIST, "types"),
    TuiCommand("compare", ("d",), "compare with the last good run", CommandScope.SESSION_LIST),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.SESSION_LIST),
    TuiCommand("details", ("i",), "all details of the run", CommandScope.SESSION_LIST),
    TuiCommand("order", ("o",), "order by the next column", CommandScope.SESSION_LIST),
    TuiCommand("reverse", ("O",), "turn the order round", CommandScope.SESSION_LIST),
    TuiCommand("toggle_group", ("z",), "open or close a fold of good runs", CommandScope.SESSION_LIST),
    TuiCommand("toggle_grouping", ("Z",), "fold good runs, or none", CommandScope.SESSION_LIST),
    TuiCommand("follow", ("F",), "follow the top, or not", CommandScope.SESSION_LIST),
    # a session and its events
    TuiCommand(
        "open", ("enter",), "the whole line", CommandScope.SESSION_DETAIL, "whole line", is_essential=True
    ),
    TuiCommand(
        "search", ("slash",), "search in the events", CommandScope.SESSION_DETAIL, "search", is_essential=True
    ),
    TuiCommand(
        "next_slow", ("s",), "the slowest step, then the next", CommandScope.SESSION_DETAIL, "slowest"
    ),
    TuiCommand("previous_slow", ("S",), "the slowest, then the one before", CommandScope.SESSION_DETAIL),
    TuiCommand("next_error", ("e",), "next line that sounds like trouble", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_error", ("E",), "previous line that sounds like it", CommandScope.SESSION_DETAIL),
    TuiCommand("severity", ("w", "W"), "events have no severity: see e", CommandScope.SESSION_DETAIL),
    TuiCommand("next_unseen", ("u",), "next line since the last look", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_unseen", ("U",), "previous one since the last look", CommandScope.SESSION_DETAIL),
    TuiCommand("next_match", ("n",), "next match", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_match", ("N",), "previous match", CommandScope.SESSION_DETAIL),
    TuiCommand(
        "older",
        ("left_square_bracket", "comma"),
        "older run of the same type",
        CommandScope.SESSION_DETAIL,
        "older run",
    ),
    TuiCommand(
        "newer",
        ("right_square_bracket", "full_stop"),
        "newer run of the same type",
        CommandScope.SESSION_DETAIL,
    ),
    TuiCommand("next_row", ("J",), "next row of the list", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_row", ("K",), "previous row of the list", CommandScope.SESSION_DETAIL),
    TuiCommand("follow", ("F",), "follow its end, or not", CommandScope.SESSION_DETAIL),
    TuiCommand("details", ("i",), "all that the server said of it", CommandScope.SESSION_DETAIL),
    TuiCommand("filter_lines", ("ampersand",), "show only lines with a text", CommandScope.SESSION_DETAIL),
    TuiCommand("wrap", ("z",), "cut or wrap long lines", CommandScope.SESSION_DETAIL),
    TuiCommand("left", ("h", "left"), "long lines from their beginning", CommandScope.SESSION_DETAIL),
    TuiCommand("right", ("l", "right"), "the rest of long lines", CommandScope.SESSION_DETAIL),
    TuiCommand(
        "compare", ("d",), "difference from the last good run", CommandScope.SESSION_DETAIL, "difference"
    ),
    TuiCommand("compare_with", ("D",), "difference from a run you choose", CommandScope.SESSION_DETAIL),
    TuiCommand("types", ("B",), "one line per type", CommandScope.SESSION_DETAIL),
    TuiCommand("alerts", ("4",), "alerts, as a list", CommandScope.SESSION_DETAIL),
    # the difference of two runs
    TuiCommand("events", ("d",), "back to its events", CommandScope.COMPARISON, "events"),
    TuiCommand(
        "compare_with", ("D",), "difference from a run you choose", CommandScope.COMPARISON, "other run"
    ),
    TuiCommand("search", ("slash",), "search in the lines of both", CommandScope.COMPARISON),
    TuiCommand("next_match", ("n",), "next match, else next difference", CommandScope.COMPARISON),
    TuiCommand("previous_match", ("N",), "previous match, else difference", CommandScope.COMPARISON),
    TuiCommand("next_difference", ("e",), "next difference", CommandScope.COMPARISON, "next difference"),
    TuiCommand("previous_difference", ("E",), "previous difference", CommandScope.COMPARISON),
    TuiCommand("next_slower", ("s",), "next much slower step", CommandScope.COMPARISON, "slower"),
    TuiCommand("previous_slower", ("S",), "previous much slower step", CommandScope.COMPARISON),
    TuiCommand(
        "toggle_equal_lines", ("z",), "fold equal lines, or show each", CommandScope.COMPARISON, "fold"
    ),
    TuiCommand("open", ("enter",), "the whole line; or the folded ones", CommandScope.COMPARISON),
    TuiCommand("types", ("B",), "one line per type", CommandScope.COMPARISON),
    TuiCommand("alerts", ("4",), "alerts, as a list", CommandScope.COMPARISON),
    TuiCommand("open", ("enter",), "compare with this run", CommandScope.RUN_PICKER, "compare"),
    # the board, and what needs somebody
    TuiCommand("open", ("enter",), "open its newest run", CommandScope.OVERVIEW, "newest run"),
    TuiCommand("show_runs", ("l", "right"), "its runs, in the list", CommandScope.OVERVIEW, "its runs"),
    TuiCommand("next_failed", ("e",), "next type whose run failed", CommandScope.OVERVIEW),
    TuiCommand("previous_failed", ("E",), "previous type whose run failed", CommandScope.OVERVIEW),
    TuiCommand("next_warning", ("w",), "next type with a warning", CommandScope.OVERVIEW),
    TuiCommand("previous_warning", ("W",), "previous type with a warning", CommandScope.OVERVIEW),
    TuiCommand("query", ("slash",), "filter the list", CommandScope.OVERVIEW),
    TuiCommand("alerts", ("4",), "alerts, as a list", CommandScope.OVERVIEW),
    TuiCommand("compare", ("d",), "compare its newest run", CommandScope.OVERVIEW, "compare"),
    TuiCommand("compare_with", ("D",), "compare it with a run you choose", CommandScope.OVERVIEW),
    TuiCommand("details", ("i",), "all details of its newest run", CommandScope.OVERVIEW),
    TuiCommand("open", ("enter",), "open the run that it is about", CommandScope.ATTENTION, "open"),
    TuiCommand("next_failed", ("e",), "next alert about a failed run", CommandScope.ATTENTION),
    TuiCommand("previous_failed", ("E",), "previous alert about a failed run", CommandScope.ATTENTION),
    TuiCommand("next_warning", ("w",), "next alert about a warning", CommandScope.ATTENTION),
    TuiCommand("previous_warning", ("W",), "previous alert about a warning", CommandScope.ATTENTION),
    TuiCommand("query", ("slash",), "filter the list", CommandScope.ATTENTION),
    TuiCommand("types", ("B",), "one line per type", CommandScope.ATTENTION),
    TuiCommand("compare", ("d",), "compare its run with the last good", CommandScope.ATTENTION, "compare"),
    TuiCommand("compare_with", ("D",), "compare it with a run you choose", CommandScope.ATTENTION),
    TuiCommand("details", ("i",), "all details of its run", CommandScope.ATTENTION),
    # handing over
    TuiCommand("export", ("enter",), "copy it; write the bundle", CommandScope.REPORT, "copy"),
    TuiCommand("ticket", ("1",), "a ticket in Markdown", CommandScope.REPORT),
    TuiCommand("plain_ticket", ("2",), "the same in plain text", CommandScope.REPORT),
    TuiCommand("shift_summary", ("3",), "a summary of the last 12 hours", CommandScope.REPORT),
    TuiCommand("bundle", ("4",), "a bundle: all of it in a zip", CommandScope.REPORT),
    TuiCommand("save", ("w",), "write it into a new file", CommandScope.REPORT, "to a file"),
    # what the server said
    TuiCommand("xml", ("i",), "as XML, as it came; or the facts", CommandScope.RAW_VIEW, "XML"),
    # moving
    TuiCommand("down", ("down", "j"), "down", CommandScope.NAVIGATION, is_essential=True),
    TuiCommand("up", ("up", "k"), "up", CommandScope.NAVIGATION, is_essential=True),
    TuiCommand(
        "page_down", ("pagedown", "space", "f", "ctrl+f"), "a page down", CommandScope.NAVIGATION, "more"
    ),
    TuiCommand("page_up", ("pageup", "b", "ctrl+b"), "a page up", CommandScope.NAVIGATION),
    TuiCommand("half_down", ("ctrl+d",), "half a page down", CommandScope.NAVIGATION),
    TuiCommand("half_up", ("ctrl+u",), "half a page up", CommandScope.NAVIGATION),
    TuiCommand("top", ("home", "g"), "top", CommandScope.NAVIGATION),
    TuiCommand("bottom", ("end", "G"), "bottom", CommandScope.NAVIGATION),
    # the prompt
    TuiCommand("accept", ("enter",), "keep what was typed", CommandScope.PROMPT, "keep"),
    TuiCommand("revert", ("escape",), "as it was before", CommandScope.PROMPT, "as before"),
    TuiCommand("clear", ("ctrl+u",), "empty the line", CommandScope.PROMPT),
    TuiCommand("complete", ("tab",), "complete; again for the next", CommandScope.QUERY_INPUT, "complete"),
    TuiCommand("complete_previous", ("shift+tab",), "back to the one before", CommandScope.QUERY_INPUT),
    TuiCommand(
        "previous_query", ("up",), "the query that was kept before", CommandScope.QUERY_INPUT, "earlier"
    ),
    TuiCommand("next_query", ("down",), "the one after; what you had typed", CommandScope.QUERY_INPUT),
    # the palette
    TuiCommand("submit", ("enter",), "do it, or go to the typed ID", CommandScope.COMMAND_PALETTE, "do it"),
    # log on
    TuiCommand(
        "submit",
        ("enter",),
        "to what is missing; then log on",
        CommandScope.LOGIN,
        "log on",
        is_essential=True,
    ),
    TuiCommand("next_field", ("tab", "down"), "next field", CommandScope.LOGIN, "next field"),
    TuiCommand("previous_field", ("shift+tab", "up"), "previous field", CommandScope.LOGIN),
    TuiCommand("back", ("escape",), "stop, or back to the profiles", CommandScope.LOGIN, "back"),
    # the certificate
    TuiCommand(
        "submit", ("enter",), "pin it, after the word pin; then save", CommandScope.CERTIFICATE, "answer"
    ),
    TuiCommand("back", ("escape",), "leave; after pin: this run only", CommandScope.CERTIFICATE, "leave"),
    TuiCommand("copy", ("y",), "copy the fingerprint", CommandScope.CERTIFICATE),
    TuiCommand("more", ("pagedown", "down"), "more of the certificate", CommandScope.CERTIFICATE, "more"),
    TuiCommand("less", ("pageup", "up"), "back in the certificate", CommandScope.CERTIFICATE),
    # every view, and everywhere
    TuiCommand(
        "refresh", ("r", "f5"), "ask the server now", CommandScope.EVERY_VIEW, "ask now", is_essential=True
    ),
    TuiCommand("pause", ("p",), "pause asking, or go on", CommandScope.EVERY_VIEW),
    TuiCommand("health", ("exclamation_mark",), "how well the server is known", CommandScope.EVERY_VIEW),
    TuiCommand("copy", ("y",), "copy the row or line, whole", CommandScope.EVERY_VIEW),
    TuiCommand("copy_command", ("Y",), "copy the command for this view", CommandScope.EVERY_VIEW),
    TuiCommand("acknowledge", ("m",), "mark as known, or no more", CommandScope.EVERY_VIEW),
    TuiCommand("pager", ("v",), "this view as text in $PAGER", CommandScope.EVERY_VIEW, "read"),
    TuiCommand(
        "report",
        ("H",),
        "ticket, shift summary, bundle",
        CommandScope.EVERY_VIEW,
        "hand over",
        is_essential=True,
    ),
    TuiCommand("toggle_times", ("T",), "times as clock or as elapsed", CommandScope.EVERY_VIEW),
    TuiCommand(
        "commands", ("colon", "ctrl+p"), "commands; or go to an ID", CommandScope.EVERYWHERE, "commands"
    ),
    TuiCommand(
        "help",
        ("question_mark", "f1"),
        "the keys of this screen",
        CommandScope.EVERYWHERE,
        "keys",
        is_essential=True,
    ),
    TuiCommand(
        "close", ("q",), "close; on the list: leave emtui", CommandScope.EVERY_VIEW, "back", is_essential=True
    ),
    TuiCommand("cancel", ("escape",), "undo the innermost thing, or back", CommandScope.EVERY_VIEW, "back"),
    TuiCommand(
        "next_alert",
        ("a",),
        "what needs somebody, one by one",
        CommandScope.EVERYWHERE,
        "alerts",
        is_essential=True,
    ),
    TuiCommand("time_zone", ("t",), "local time, UTC, the server's", CommandScope.EVERYWHERE),
    TuiCommand("log_on", ("L",), "log on again, or elsewhere", CommandScope.EVERYWHERE),
    TuiCommand("quit", ("Q",), "leave emtui", CommandScope.EVERYWHERE),
    TuiCommand("stop", ("ctrl+c",), "stop what runs; twice: leave", CommandScope.EVERYWHERE, "leave"),
    TuiCommand("suspend", ("ctrl+z",), "to the shell; fg comes back", CommandScope.EVERYWHERE),
    TuiCommand("redraw", ("ctrl+l",), "draw the screen anew", CommandScope.EVERYWHERE),
    TuiCommand("mouse", (), "the mouse: on or off", CommandScope.EVERYWHERE),
)

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "q": ("quit",),
    "q!": ("quit",),
    "ask": ("refresh",),
    "attention": ("next_alert",),
    "board": ("types",),
    "choose": ("compare_with",),
    "clock": ("time_zone",),
    "difference": ("compare",),
    "elapsed": ("toggle_times",),
    "facts": ("details",),
    "findings": ("alerts",),
    "fold": ("toggle_group", "toggle_equal_lines"),
    "fold_all": ("toggle_grouping",),
    "hand": ("export",),
    "hand_over": ("report",),
    "known": ("acknowledge",),
    "leave": ("quit",),
    "next_trouble": ("next_error",),
    "next_warned": ("next_warning",),
    "only": ("filter_lines",),
    "previous_trouble": ("previous_error",),
    "previous_warned": ("previous_warning",),
    "raw": ("xml",),
    "read": ("pager",),
    "runs": ("show_runs",),
    "shift": ("shift_summary",),
    "stick": ("follow",),
    "undo": ("cancel",),
    "write": ("save",),
}
"""Other names that can be typed: those of vi, and earlier ones of emtui."""

_KEY_LABELS = {
    "slash": "/",
    "ampersand": "&",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "shift+Tab",
    "f1": "F1",
    "f5": "F5",
}


def key_label(key: str) -> str:
    """The key as a person reads it: `/` for Textual's `slash`."""
    return _KEY_LABELS.get(key, key)


def is_non_latin_key(character: str) -> bool:
    """Whether this is a letter or digit that no key of a Latin layout gives, such as `й` or `ω`."""
    return (
        character >= "\u0370"
        and character.isalnum()
        and not unicodedata.name(character, "").startswith("LATIN ")
    )


def format_keys(command: TuiCommand) -> str:
    """All its keys; one that has none is called by its name."""
    return " ".join(map(key_label, command.keys)) or f":{command.name}"


def commands_in(*scopes: CommandScope) -> Iterator[TuiCommand]:
    """The commands of these places, in the order of the table."""
    return (command for command in COMMANDS if command.scope in scopes)


_STEP_BY_PREFIX = {"next": 1, "previous": -1}
_CLOSES_TO_BACK = {"close": "back"}
_WITHOUT_RUN = {"toggle_times": "", "commands": ""}
_SCOPE_OVERRIDES: dict[CommandScope, dict[str, str]] = {
    CommandScope.SESSION_LIST: {"close": "leave emtui", "cancel": "stop, dismiss, or clear the query"},
    CommandScope.SESSION_DETAIL: _CLOSES_TO_BACK | {"toggle_times": "offsets or times; both if wide"},
    CommandScope.COMPARISON: _CLOSES_TO_BACK | {"toggle_times": ""},
    CommandScope.RUN_PICKER: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "", "copy_command": "", "acknowledge": "", "pager": ""},
    CommandScope.OVERVIEW: _CLOSES_TO_BACK | _WITHOUT_RUN,
    CommandScope.ATTENTION: _CLOSES_TO_BACK | _WITHOUT_RUN,
    CommandScope.REPORT: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"copy": "copy the whole text", "copy_command": "", "acknowledge": "", "report": ""},
    CommandScope.TEXT_VIEWER: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "", "copy": "copy the whole text", "copy_command": "", "acknowledge": "", "help": ""},
    CommandScope.RAW_VIEW: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "ask for the XML again", "copy": "copy the whole text", "acknowledge": ""},
    CommandScope.LOGIN: {"stop": "leave emtui"},
}
"""What a command of every screen does on this one, where that differs; empty where it does nothing."""


def available_commands(scope: CommandScope) -> Iterator[TuiCommand]:
    """The commands that do something on this screen, those of every screen included, as it does them.

    One without a key is among them where it can be called by its name.
    """
    overrides = _SCOPE_OVERRIDES.get(scope, {})
    has_palette = overrides.get("commands") != ""
    for command in commands_in(scope, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE):
        description = (
            command.description
            if command.scope is scope
            else overrides.get(command.name, command.description)
        )
        if description and (command.keys or has_palette):
            yield command._replace(description=description)


def find_session_command(key: str) -> TuiCommand | None:
    """What a key does in the list, in a run or in a difference, for whoever presses it elsewhere."""
    return next((command for command in commands_in(*SESSION_SCOPES) if key in command.keys), None)


def bindings_for(*scopes: CommandScope) -> list[BindingType]:
    """The bindings of these places, hidden from Textual's own footer."""
    return [binding for command in commands_in(*scopes) for binding in _bindings_of_command(command)]


def _bindings_of_command(command: TuiCommand) -> list[Binding]:
    if command.takes_key:
        return [
            Binding(key, f"{command.name}('{key}')", command.description, show=False) for key in command.keys
        ]
    keys = ",".join(command.keys)
    return [Binding(keys, action_for(command), command.description, show=False)] if keys else []


def action_for(command: TuiCommand) -> str:
    """The action that carries it out, with its arguments."""
    prefix, _, kind = command.name.partition("_")
    if prefix in _STEP_BY_PREFIX and command.scope in STEP_SCOPES:
        return f"go_to('{kind}', {_STEP_BY_PREFIX[prefix]})"
    return command.action or command.name


def method_name_for(command: TuiCommand) -> str:
    """The method that carries it out."""
    return f"action_{action_for(command).partition('(')[0]}"


FOOTER_COMMANDS: dict[CommandScope, tuple[str, ...]] = {
    CommandScope.SESSION_LIST: ("open", "query", "next_failed", "next_alert", "types", "help"),
    CommandScope.SESSION_DETAIL: ("close", "compare", "search", "next_slow", "report", "help"),
    CommandScope.COMPARISON: (
        "close",
        "next_difference",
        "next_slower",
        "compare_with",
        "toggle_equal_lines",
        "help",
    ),
    CommandScope.RUN_PICKER: ("close", "open", "help"),
    CommandScope.OVERVIEW: ("close", "open", "show_runs", "compare", "refresh", "help"),
    CommandScope.ATTENTION: ("close", "open", "compare", "refresh", "help"),
    CommandScope.REPORT: ("close", "export", "save", "pager", "page_down", "help"),
    CommandScope.TEXT_VIEWER: ("close", "page_down"),
    CommandScope.RAW_VIEW: ("close", "xml", "page_down"),
    CommandScope.PROMPT: ("accept", "revert"),
    CommandScope.QUERY_INPUT: ("complete", "previous_query", "accept", "revert"),
    CommandScope.COMMAND_PALETTE: ("submit", "cancel"),
    CommandScope.LOGIN: ("submit", "next_field", "back", "stop"),
    CommandScope.CERTIFICATE: ("submit", "more", "back"),
}
"""What the footer names, at most six; the last two stay when there is little room."""


def footer_hints(scope: CommandScope) -> list[tuple[str, str]]:
    """Key and word for the footer of this place."""
    commands = {command.name: command for command in reversed([*commands_in(scope), *_SHARED_COMMANDS])}
    return [
        (key_label(commands[name].keys[0]), commands[name].footer_label) for name in FOOTER_COMMANDS[scope]
    ]


_SHARED_COMMANDS = tuple(
    commands_in(
        CommandScope.NAVIGATION, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE, CommandScope.PROMPT
    )
)
