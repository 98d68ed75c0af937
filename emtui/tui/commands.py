"""Every command, once: bindings, footer, palette, help and README follow from this table.

A command is carried out by the method `action_<name>` of the screen (or of the app) where it stands, or by
its `action`. `next_<kind>` and `previous_<kind>` are `go_to` with the kind and a step of 1 or -1. Keys have
Textual's names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from textual.binding import Binding, BindingType


class Place(Enum):
    """Where a command works; the value is the heading in the help."""

    LOOKUP = "The list"
    DETAIL = "A session and its events"
    DIFFERENCE = "The difference of two runs"
    CHOICE = "A run to compare with"
    BOARD = "One line per type"
    FINDINGS = "What needs somebody"
    HANDOVER = "Handing over"
    MOVING = "Moving"
    PAGE = "A page of text"
    RAW = "What the server said"
    PROMPT = "The query and search line"
    QUERY = "While a query is typed"
    PALETTE = "Commands"
    LOGIN = "Log on"
    TRUST = "The certificate"
    VIEW = "Every view"
    EVERYWHERE = "Everywhere"


OF_SESSIONS = (Place.LOOKUP, Place.DETAIL, Place.DIFFERENCE)
"""Where there are commands for sessions, and the name of one can be opened."""
OF_STEPS = (*OF_SESSIONS, Place.BOARD, Place.FINDINGS)
"""Where `next_<kind>` and `previous_<kind>` are steps of the cursor."""
OF_FIELDS = (Place.LOGIN, Place.TRUST, Place.PALETTE)
"""Screens of fields: a colon is typed into one, and what is pressed beside them is a slip of the hand."""


class Command(NamedTuple):
    """One thing a person can do.

    `hint` is the footer's word for it; `vital` marks the keys that carry the
    product, which the help shows first. One without keys is called by its name, after `:`.
    One that is told its key (`by_key`) does another thing for each.
    """

    name: str
    keys: tuple[str, ...]
    does: str
    place: Place
    hint: str = ""
    vital: bool = False
    by_key: bool = False
    action: str = ""


COMMANDS = (
    # the list
    Command("open", ("enter",), "open the run; of a fold its runs", Place.LOOKUP, "open", vital=True),
    Command("query", ("slash",), "filter while you type", Place.LOOKUP, "query", vital=True),
    Command("next_failed", ("e",), "next failed run", Place.LOOKUP, "next failed", vital=True),
    Command("previous_failed", ("E",), "previous failed run", Place.LOOKUP),
    Command("next_warned", ("w",), "next run with a warning", Place.LOOKUP),
    Command("previous_warned", ("W",), "previous run with a warning", Place.LOOKUP),
    Command("next_unseen", ("u",), "next new or changed run", Place.LOOKUP),
    Command("previous_unseen", ("U",), "previous new or changed run", Place.LOOKUP),
    Command("next_slow", ("s",), "next unusually long run", Place.LOOKUP),
    Command("previous_slow", ("S",), "previous unusually long run", Place.LOOKUP),
    Command("older", ("left_square_bracket", "comma"), "older run of the same type", Place.LOOKUP),
    Command("newer", ("right_square_bracket", "full_stop"), "newer run of the same type", Place.LOOKUP),
    Command("next_match", ("n",), "next row that matches: down", Place.LOOKUP),
    Command("previous_match", ("N",), "previous row that matches: up", Place.LOOKUP),
    Command("show_all", ("0",), "show everything", Place.LOOKUP, action="filter('')"),
    Command(
        "show_failed",
        ("1",),
        "show failed and warned runs",
        Place.LOOKUP,
        action="filter('state:failed,warning')",
    ),
    Command("show_running", ("2",), "show what is running", Place.LOOKUP, action="filter('state:running')"),
    Command(
        "show_unseen", ("3",), "show what nobody has seen yet", Place.LOOKUP, action="filter('is:unseen')"
    ),
    Command("findings", ("4",), "what needs somebody, as a list", Place.LOOKUP),
    Command("own_query", ("5", "6", "7", "8", "9"), "a query of your own", Place.LOOKUP, by_key=True),
    Command("board", ("B",), "one line per type", Place.LOOKUP, "types"),
    Command("difference", ("d",), "compare with the last good run", Place.LOOKUP),
    Command("choose", ("D",), "compare with a run you choose", Place.LOOKUP),
    Command("facts", ("i",), "all details of the run", Place.LOOKUP),
    Command("order", ("o",), "order by the next column", Place.LOOKUP),
    Command("reverse", ("O",), "turn the order round", Place.LOOKUP),
    Command("fold", ("z",), "open or close a fold of good runs", Place.LOOKUP),
    Command("fold_all", ("Z",), "fold good runs, or none", Place.LOOKUP),
    Command("stick", ("F",), "follow the top, or not", Place.LOOKUP),
    # a session and its events
    Command("open", ("enter",), "the whole line", Place.DETAIL, "whole line", vital=True),
    Command("search", ("slash",), "search in the events", Place.DETAIL, "search", vital=True),
    Command("next_slow", ("s",), "the slowest step, then the next", Place.DETAIL, "slowest"),
    Command("previous_slow", ("S",), "the slowest, then the one before", Place.DETAIL),
    Command("next_trouble", ("e",), "next line that sounds like trouble", Place.DETAIL),
    Command("previous_trouble", ("E",), "previous line that sounds like it", Place.DETAIL),
    Command("severity", ("w", "W"), "events have no severity: see e", Place.DETAIL),
    Command("next_unseen", ("u",), "next line since the last look", Place.DETAIL),
    Command("previous_unseen", ("U",), "previous one since the last look", Place.DETAIL),
    Command("next_match", ("n",), "next match", Place.DETAIL),
    Command("previous_match", ("N",), "previous match", Place.DETAIL),
    Command(
        "older", ("left_square_bracket", "comma"), "older run of the same type", Place.DETAIL, "older run"
    ),
    Command("newer", ("right_square_bracket", "full_stop"), "newer run of the same type", Place.DETAIL),
    Command("next_row", ("J",), "next row of the list", Place.DETAIL),
    Command("previous_row", ("K",), "previous row of the list", Place.DETAIL),
    Command("stick", ("F",), "follow its end, or not", Place.DETAIL),
    Command("facts", ("i",), "all that the server said of it", Place.DETAIL),
    Command("only", ("ampersand",), "show only lines with a text", Place.DETAIL),
    Command("wrap", ("z",), "cut or wrap long lines", Place.DETAIL),
    Command("left", ("h", "left"), "long lines from their beginning", Place.DETAIL),
    Command("right", ("l", "right"), "the rest of long lines", Place.DETAIL),
    Command("difference", ("d",), "difference from the last good run", Place.DETAIL, "difference"),
    Command("choose", ("D",), "difference from a run you choose", Place.DETAIL),
    Command("board", ("B",), "one line per type", Place.DETAIL),
    Command("findings", ("4",), "alerts, as a list", Place.DETAIL),
    # the difference of two runs
    Command("events", ("d",), "back to its events", Place.DIFFERENCE, "events"),
    Command("choose", ("D",), "difference from a run you choose", Place.DIFFERENCE, "other run"),
    Command("search", ("slash",), "search in the lines of both", Place.DIFFERENCE),
    Command("next_match", ("n",), "next match, else next difference", Place.DIFFERENCE),
    Command("previous_match", ("N",), "previous match, else difference", Place.DIFFERENCE),
    Command("next_difference", ("e",), "next difference", Place.DIFFERENCE, "next difference"),
    Command("previous_difference", ("E",), "previous difference", Place.DIFFERENCE),
    Command("next_slower", ("s",), "next much slower step", Place.DIFFERENCE, "slower"),
    Command("previous_slower", ("S",), "previous much slower step", Place.DIFFERENCE),
    Command("fold", ("z",), "fold equal lines, or show each", Place.DIFFERENCE, "fold"),
    Command("open", ("enter",), "the whole line; or the folded ones", Place.DIFFERENCE),
    Command("board", ("B",), "one line per type", Place.DIFFERENCE),
    Command("findings", ("4",), "alerts, as a list", Place.DIFFERENCE),
    Command("open", ("enter",), "compare with this run", Place.CHOICE, "compare"),
    # the board, and what needs somebody
    Command("open", ("enter",), "open its newest run", Place.BOARD, "newest run"),
    Command("runs", ("l", "right"), "its runs, in the list", Place.BOARD, "its runs"),
    Command("next_failed", ("e",), "next type whose run failed", Place.BOARD),
    Command("previous_failed", ("E",), "previous type whose run failed", Place.BOARD),
    Command("next_warned", ("w",), "next type with a warning", Place.BOARD),
    Command("previous_warned", ("W",), "previous type with a warning", Place.BOARD),
    Command("query", ("slash",), "filter the list", Place.BOARD),
    Command("findings", ("4",), "alerts, as a list", Place.BOARD),
    Command("difference", ("d",), "compare its newest run", Place.BOARD, "compare"),
    Command("choose", ("D",), "compare it with a run you choose", Place.BOARD),
    Command("facts", ("i",), "all details of its newest run", Place.BOARD),
    Command("open", ("enter",), "open the run that it is about", Place.FINDINGS, "open"),
    Command("next_failed", ("e",), "next alert about a failed run", Place.FINDINGS),
    Command("previous_failed", ("E",), "previous alert about a failed run", Place.FINDINGS),
    Command("next_warned", ("w",), "next alert about a warning", Place.FINDINGS),
    Command("previous_warned", ("W",), "previous alert about a warning", Place.FINDINGS),
    Command("query", ("slash",), "filter the list", Place.FINDINGS),
    Command("board", ("B",), "one line per type", Place.FINDINGS),
    Command("difference", ("d",), "compare its run with the last good", Place.FINDINGS, "compare"),
    Command("choose", ("D",), "compare it with a run you choose", Place.FINDINGS),
    Command("facts", ("i",), "all details of its run", Place.FINDINGS),
    # handing over
    Command("hand", ("enter",), "copy it; write the bundle", Place.HANDOVER, "copy"),
    Command("ticket", ("1",), "a ticket in Markdown", Place.HANDOVER),
    Command("plain_ticket", ("2",), "the same in plain text", Place.HANDOVER),
    Command("shift", ("3",), "a summary of the last 12 hours", Place.HANDOVER),
    Command("bundle", ("4",), "a bundle: all of it in a zip", Place.HANDOVER),
    Command("write", ("w",), "write it into a new file", Place.HANDOVER, "to a file"),
    # what the server said
    Command("raw", ("i",), "as XML, as it came; or the facts", Place.RAW, "XML"),
    # moving
    Command("down", ("down", "j"), "down", Place.MOVING, vital=True),
    Command("up", ("up", "k"), "up", Place.MOVING, vital=True),
    Command("page_down", ("pagedown", "space", "f", "ctrl+f"), "a page down", Place.MOVING, "more"),
    Command("page_up", ("pageup", "b", "ctrl+b"), "a page up", Place.MOVING),
    Command("half_down", ("ctrl+d",), "half a page down", Place.MOVING),
    Command("half_up", ("ctrl+u",), "half a page up", Place.MOVING),
    Command("top", ("home", "g"), "top", Place.MOVING),
    Command("bottom", ("end", "G"), "bottom", Place.MOVING),
    # the prompt
    Command("keep", ("enter",), "keep what was typed", Place.PROMPT, "keep"),
    Command("restore", ("escape",), "as it was before", Place.PROMPT, "as before"),
    Command("empty", ("ctrl+u",), "empty the line", Place.PROMPT),
    Command("complete", ("tab",), "complete; again for the next", Place.QUERY, "complete"),
    Command("complete_back", ("shift+tab",), "back to the one before", Place.QUERY),
    Command("earlier", ("up",), "the query that was kept before", Place.QUERY, "earlier"),
    Command("later", ("down",), "the one after; what you had typed", Place.QUERY),
    # the palette
    Command("submit", ("enter",), "do it, or go to the typed ID", Place.PALETTE, "do it"),
    # log on
    Command("forward", ("enter",), "to what is missing; then log on", Place.LOGIN, "log on", vital=True),
    Command("next_field", ("tab", "down"), "next field", Place.LOGIN, "next field"),
    Command("previous_field", ("shift+tab", "up"), "previous field", Place.LOGIN),
    Command("back", ("escape",), "stop, or back to the profiles", Place.LOGIN, "back"),
    # the certificate
    Command("answer", ("enter",), "pin it, after the word pin; then save", Place.TRUST, "answer"),
    Command("back", ("escape",), "leave; after pin: this run only", Place.TRUST, "leave"),
    Command("copy", ("y",), "copy the fingerprint", Place.TRUST),
    Command("more", ("pagedown", "down"), "more of the certificate", Place.TRUST, "more"),
    Command("less", ("pageup", "up"), "back in the certificate", Place.TRUST),
    # every view, and everywhere
    Command("ask", ("r", "f5"), "ask the server now", Place.VIEW, "ask now", vital=True),
    Command("pause", ("p",), "pause asking, or go on", Place.VIEW),
    Command("health", ("exclamation_mark",), "how well the server is known", Place.VIEW),
    Command("copy", ("y",), "copy the row or line, whole", Place.VIEW),
    Command("copy_command", ("Y",), "copy the command for this view", Place.VIEW),
    Command("known", ("m",), "mark as known, or no more", Place.VIEW),
    Command("read", ("v",), "this view as text in $PAGER", Place.VIEW, "read"),
    Command("hand_over", ("H",), "ticket, shift summary, bundle", Place.VIEW, "hand over", vital=True),
    Command("elapsed", ("T",), "times as clock or as elapsed", Place.VIEW),
    Command("commands", ("colon", "ctrl+p"), "commands; or go to an ID", Place.EVERYWHERE, "commands"),
    Command("help", ("question_mark", "f1"), "the keys of this screen", Place.EVERYWHERE, "keys", vital=True),
    Command("close", ("q",), "close; on the list: leave emtui", Place.VIEW, "back", vital=True),
    Command("undo", ("escape",), "undo the innermost thing, or back", Place.VIEW, "back"),
    Command(
        "attention",
        ("a",),
        "what needs somebody, one by one",
        Place.EVERYWHERE,
        "alerts",
        vital=True,
    ),
    Command("clock", ("t",), "local time, UTC, the server's", Place.EVERYWHERE),
    Command("log_on", ("L",), "log on again, or elsewhere", Place.EVERYWHERE),
    Command("leave", ("Q",), "leave emtui", Place.EVERYWHERE),
    Command("stop", ("ctrl+c",), "stop what runs; twice: leave", Place.EVERYWHERE, "leave"),
    Command("suspend", ("ctrl+z",), "to the shell; fg comes back", Place.EVERYWHERE),
    Command("redraw", ("ctrl+l",), "draw the screen anew", Place.EVERYWHERE),
    Command("mouse", (), "the mouse: on or off", Place.EVERYWHERE),
)

_SHOWN = {
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


def shown(key: str) -> str:
    """The key as a person reads it: `/` for Textual's `slash`."""
    return _SHOWN.get(key, key)


def of_another_layout(typed: str) -> bool:
    """Whether this is a letter or digit that no key of a Latin layout gives, such as `й` or `ω`."""
    return typed >= "\u0370" and typed.isalnum() and not unicodedata.name(typed, "").startswith("LATIN ")


def keys_of(command: Command) -> str:
    """All its keys; one that has none is called by its name."""
    return " ".join(map(shown, command.keys)) or f":{command.name}"


def of(*places: Place) -> Iterator[Command]:
    """The commands of these places, in the order of the table."""
    return (command for command in COMMANDS if command.place in places)


_STEPS = {"next": 1, "previous": -1}
_BACK = {"close": "back"}
_NOT_OF_A_RUN = {"elapsed": "", "commands": ""}
_ON_SCREEN: dict[Place, dict[str, str]] = {
    Place.LOOKUP: {"close": "leave emtui", "undo": "stop, dismiss, or clear the query"},
    Place.DETAIL: _BACK | {"elapsed": "offsets or times; both if wide"},
    Place.DIFFERENCE: _BACK | {"elapsed": ""},
    Place.CHOICE: _BACK | _NOT_OF_A_RUN | {"ask": "", "copy_command": "", "known": "", "read": ""},
    Place.BOARD: _BACK | _NOT_OF_A_RUN,
    Place.FINDINGS: _BACK | _NOT_OF_A_RUN,
    Place.HANDOVER: _BACK
    | _NOT_OF_A_RUN
    | {"copy": "copy the whole text", "copy_command": "", "known": "", "hand_over": ""},
    Place.PAGE: _BACK
    | _NOT_OF_A_RUN
    | {"ask": "", "copy": "copy the whole text", "copy_command": "", "known": "", "help": ""},
    Place.RAW: _BACK
    | _NOT_OF_A_RUN
    | {"ask": "ask for the XML again", "copy": "copy the whole text", "known": ""},
    Place.LOGIN: {"stop": "leave emtui"},
}
"""What a command of every screen does on this one, where that differs; empty where it does nothing."""


def working(place: Place) -> Iterator[Command]:
    """The commands that do something on this screen, those of every screen included, as it does them.

    One without a key is among them where it can be called by its name.
    """
    own = _ON_SCREEN.get(place, {})
    called = own.get("commands") != ""
    for command in of(place, Place.VIEW, Place.EVERYWHERE):
        does = command.does if command.place is place else own.get(command.name, command.does)
        if does and (command.keys or called):
            yield command._replace(does=does)


def elsewhere(key: str) -> Command | None:
    """What a key does in the list, in a run or in a difference, for whoever presses it elsewhere."""
    return next((command for command in of(*OF_SESSIONS) if key in command.keys), None)


def bindings(*places: Place) -> list[BindingType]:
    """The bindings of these places, hidden from Textual's own footer."""
    return [binding for command in of(*places) for binding in _bindings(command)]


def _bindings(command: Command) -> list[Binding]:
    if command.by_key:
        return [Binding(key, f"{command.name}('{key}')", command.does, show=False) for key in command.keys]
    keys = ",".join(command.keys)
    return [Binding(keys, action_of(command), command.does, show=False)] if keys else []


def action_of(command: Command) -> str:
    """The action that carries it out, with its arguments."""
    way, _, kind = command.name.partition("_")
    if way in _STEPS and command.place in OF_STEPS:
        return f"go_to('{kind}', {_STEPS[way]})"
    return command.action or command.name


def method_of(command: Command) -> str:
    """The method that carries it out."""
    return f"action_{action_of(command).partition('(')[0]}"


FOOTERS: dict[Place, tuple[str, ...]] = {
    Place.LOOKUP: ("open", "query", "next_failed", "attention", "board", "help"),
    Place.DETAIL: ("close", "difference", "search", "next_slow", "hand_over", "help"),
    Place.DIFFERENCE: ("close", "next_difference", "next_slower", "choose", "fold", "help"),
    Place.CHOICE: ("close", "open", "help"),
    Place.BOARD: ("close", "open", "runs", "difference", "ask", "help"),
    Place.FINDINGS: ("close", "open", "difference", "ask", "help"),
    Place.HANDOVER: ("close", "hand", "write", "read", "page_down", "help"),
    Place.PAGE: ("close", "page_down"),
    Place.RAW: ("close", "raw", "page_down"),
    Place.PROMPT: ("keep", "restore"),
    Place.QUERY: ("complete", "earlier", "keep", "restore"),
    Place.PALETTE: ("submit", "undo"),
    Place.LOGIN: ("forward", "next_field", "back", "stop"),
    Place.TRUST: ("answer", "more", "back"),
}
"""What the footer names, at most six; the last two stay when there is little room."""


def hints(place: Place) -> list[tuple[str, str]]:
    """Key and word for the footer of this place."""
    here = {command.name: command for command in reversed([*of(place), *_SHARED])}
    return [(shown(here[name].keys[0]), here[name].hint) for name in FOOTERS[place]]


_SHARED = tuple(of(Place.MOVING, Place.VIEW, Place.EVERYWHERE, Place.PROMPT))
