"""Table of all commands: bindings, footer, palette, help and README are derived from it.

A command runs the method `action_<name>` of its screen (or of the app), or its `action`. `next_<kind>` and
`previous_<kind>` call `go_to` with the kind and a step of 1 or -1. Keys have Textual's names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class CommandScope(Enum):
    """Screens on which a command works; the value is the heading in the help."""

    SESSION_LIST = "Session list"
    SESSION_DETAIL = "Session and events"
    COMPARISON = "Comparison"
    RUN_PICKER = "Run to compare with"
    THEME_PICKER = "Color theme"
    DOCUMENTATION = "Documentation"
    OVERVIEW = "Types"
    TIMELINE = "Timeline"
    ATTENTION = "Alerts"
    REPORT = "Report"
    NAVIGATION = "Navigation"
    TEXT_VIEWER = "Text"
    RAW_VIEW = "Details and XML"
    PROMPT = "Query and search line"
    QUERY_INPUT = "Typing a query"
    COMMAND_PALETTE = "Commands"
    LOGIN = "Log on"
    CERTIFICATE = "Certificate"
    EVERY_VIEW = "All views"
    EVERYWHERE = "Everywhere"


SESSION_SCOPES = (CommandScope.SESSION_LIST, CommandScope.SESSION_DETAIL, CommandScope.COMPARISON)
"""Screens about sessions, whose keys are explained on all others."""
TAB_SCOPES = (
    CommandScope.SESSION_LIST,
    CommandScope.OVERVIEW,
    CommandScope.TIMELINE,
    CommandScope.ATTENTION,
)
"""Screens that the top bar names."""
PALETTE_SCOPES = tuple(dict.fromkeys((*SESSION_SCOPES, *TAB_SCOPES)))
"""Screens with the command palette, where a session can be opened by name."""
STEP_SCOPES = PALETTE_SCOPES
"""Screens where `next_<kind>` and `previous_<kind>` move the cursor."""
FORM_SCOPES = (CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE)
"""Screens with text fields: a colon is text there, and opens no palette."""


class Tab(NamedTuple):
    """A view that the top bar names: its scope, the command that opens it, and its words.

    The words are from long to short. The list has no command: closing what is above it shows it.
    """

    scope: CommandScope
    command: str
    labels: tuple[str, ...]


TABS = (
    Tab(CommandScope.SESSION_LIST, "", ("Runs",)),
    Tab(CommandScope.OVERVIEW, "types", ("Types", "Types", "Ty")),
    Tab(CommandScope.TIMELINE, "timeline", ("Timeline", "Time", "Ti")),
    Tab(CommandScope.ATTENTION, "alerts", ("Alerts", "Alerts", "Al")),
)
"""The tabs of the top bar, in their order; `next_tab` walks them."""


class TuiCommand(NamedTuple):
    """A command of the user interface.

    `footer_label` is its label in the footer. `is_essential` marks the most important commands, which
    the help lists first. A command without keys is run by its name, after `:`. One that `takes_key`
    gets the pressed key as its argument.
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
    # session list
    TuiCommand(
        "open",
        ("enter",),
        "open the run or expand the group",
        CommandScope.SESSION_LIST,
        "open",
        is_essential=True,
    ),
    TuiCommand(
        "query", ("slash",), "filter while you type", CommandScope.SESSION_LIST, "filter", is_essential=True
    ),
    TuiCommand(
        "next_failed", ("e",), "next failed run", CommandScope.SESSION_LIST, "next failure", is_essential=True
    ),
    TuiCommand(
        "previous_failed", ("E",), "previous failed run", CommandScope.SESSION_LIST, is_essential=True
    ),
    TuiCommand("next_warning", ("w",), "next run with a warning", CommandScope.SESSION_LIST),
    TuiCommand("previous_warning", ("W",), "previous run with a warning", CommandScope.SESSION_LIST),
    TuiCommand("next_unseen", ("u",), "next new or changed run", CommandScope.SESSION_LIST, "next new"),
    TuiCommand("previous_unseen", ("U",), "previous new or changed run", CommandScope.SESSION_LIST),
    TuiCommand("next_slow", ("s",), "next unusually long run", CommandScope.SESSION_LIST),
    TuiCommand("previous_slow", ("S",), "previous unusually long run", CommandScope.SESSION_LIST),
    TuiCommand(
        "older",
        ("left_square_bracket", "comma"),
        "older run of the same type",
        CommandScope.SESSION_LIST,
    ),
    TuiCommand(
        "newer",
        ("right_square_bracket", "full_stop"),
        "newer run of the same type",
        CommandScope.SESSION_LIST,
    ),
    TuiCommand(
        "earlier_cell",
        ("left", "h"),
        "earlier cell of the last 24 h",
        CommandScope.SESSION_LIST,
        action="select_cell(-1)",
    ),
    TuiCommand(
        "later_cell",
        ("right", "l"),
        "later cell of the last 24 h",
        CommandScope.SESSION_LIST,
        action="select_cell(1)",
    ),
    TuiCommand("next_match", ("n",), "next matching row", CommandScope.SESSION_LIST),
    TuiCommand("previous_match", ("N",), "previous matching row", CommandScope.SESSION_LIST),
    TuiCommand("show_all", ("0",), "show all runs", CommandScope.SESSION_LIST, action="filter('')"),
    TuiCommand(
        "show_failed",
        ("1",),
        "show failures and warnings",
        CommandScope.SESSION_LIST,
        action="filter('state:failed,warning')",
    ),
    TuiCommand(
        "show_running",
        ("2",),
        "show runs in progress",
        CommandScope.SESSION_LIST,
        action="filter('state:running')",
    ),
    TuiCommand(
        "show_unseen",
        ("3",),
        "show new and changed runs",
        CommandScope.SESSION_LIST,
        action="filter('is:unseen')",
    ),
    TuiCommand("alerts", ("4",), "show all alerts", CommandScope.SESSION_LIST),
    TuiCommand(
        "saved_query",
        ("5", "6", "7", "8", "9"),
        "apply a saved query",
        CommandScope.SESSION_LIST,
        takes_key=True,
    ),
    TuiCommand("types", ("B",), "show all types, one line each", CommandScope.SESSION_LIST),
    TuiCommand("timeline", ("C",), "show when runs ran", CommandScope.SESSION_LIST),
    TuiCommand("compare", ("d",), "compare with the last success", CommandScope.SESSION_LIST, "compare"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.SESSION_LIST),
    TuiCommand("preview", ("i",), "show or hide the preview", CommandScope.SESSION_LIST, "preview"),
    TuiCommand("details", (), "show the run's details", CommandScope.SESSION_LIST),
    TuiCommand("sort", ("o",), "sort by the next column", CommandScope.SESSION_LIST, "sort", action="order"),
    TuiCommand("reverse", ("O",), "reverse the sort order", CommandScope.SESSION_LIST),
    TuiCommand("toggle_group", ("z",), "expand or collapse the group", CommandScope.SESSION_LIST, "group"),
    TuiCommand("toggle_grouping", ("Z",), "group successful runs: on/off", CommandScope.SESSION_LIST),
    TuiCommand("follow", ("F",), "stay at the newest run: on/off", CommandScope.SESSION_LIST),
    # session and events
    TuiCommand(
        "open", ("enter",), "show the full line", CommandScope.SESSION_DETAIL, "full line", is_essential=True
    ),
    TuiCommand(
        "search", ("slash",), "search the events", CommandScope.SESSION_DETAIL, "search", is_essential=True
    ),
    TuiCommand("next_slow", ("s",), "slowest step, then the next", CommandScope.SESSION_DETAIL, "slowest"),
    TuiCommand("previous_slow", ("S",), "slowest step, then the previous", CommandScope.SESSION_DETAIL),
    TuiCommand("next_error", ("e",), "next suspected error", CommandScope.SESSION_DETAIL, "next error"),
    TuiCommand("previous_error", ("E",), "previous suspected error", CommandScope.SESSION_DETAIL),
    TuiCommand("severity", ("w", "W"), "(events have no severity)", CommandScope.SESSION_DETAIL),
    TuiCommand("next_unseen", ("u",), "next line not yet viewed", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_unseen", ("U",), "previous line not yet viewed", CommandScope.SESSION_DETAIL),
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
        "newer run",
    ),
    TuiCommand("next_row", ("J",), "next row in the list", CommandScope.SESSION_DETAIL),
    TuiCommand("previous_row", ("K",), "previous row in the list", CommandScope.SESSION_DETAIL),
    TuiCommand("follow", ("F",), "stay at the last event: on/off", CommandScope.SESSION_DETAIL),
    TuiCommand("details", ("i",), "show the run's details", CommandScope.SESSION_DETAIL, "details"),
    TuiCommand(
        "filter_lines", ("ampersand",), "show only matching lines", CommandScope.SESSION_DETAIL, "filter"
    ),
    TuiCommand("wrap", ("z",), "wrap or cut long lines", CommandScope.SESSION_DETAIL, "wrap"),
    TuiCommand(
        "scroll_left",
        ("h", "left"),
        "scroll long lines to the start",
        CommandScope.SESSION_DETAIL,
        action="left",
    ),
    TuiCommand(
        "scroll_right",
        ("l", "right"),
        "scroll long lines to the right",
        CommandScope.SESSION_DETAIL,
        action="right",
    ),
    TuiCommand("compare", ("d",), "compare with the last success", CommandScope.SESSION_DETAIL, "compare"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.SESSION_DETAIL),
    TuiCommand("types", ("B",), "show all types, one line each", CommandScope.SESSION_DETAIL),
    TuiCommand("timeline", ("C",), "show when runs ran", CommandScope.SESSION_DETAIL),
    TuiCommand("alerts", ("4",), "show all alerts", CommandScope.SESSION_DETAIL),
    # comparison
    TuiCommand("events", ("d",), "back to the events", CommandScope.COMPARISON, "events"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.COMPARISON, "other run"),
    TuiCommand("search", ("slash",), "search both logs", CommandScope.COMPARISON, "search"),
    TuiCommand("next_match", ("n",), "next match or difference", CommandScope.COMPARISON),
    TuiCommand("previous_match", ("N",), "previous match or difference", CommandScope.COMPARISON),
    TuiCommand("next_difference", ("e",), "next difference", CommandScope.COMPARISON, "next difference"),
    TuiCommand("previous_difference", ("E",), "previous difference", CommandScope.COMPARISON),
    TuiCommand("next_slower", ("s",), "next much slower step", CommandScope.COMPARISON, "slower"),
    TuiCommand("previous_slower", ("S",), "previous much slower step", CommandScope.COMPARISON),
    TuiCommand(
        "toggle_equal_lines", ("z",), "collapse or show equal lines", CommandScope.COMPARISON, "equal lines"
    ),
    TuiCommand("open", ("enter",), "show the full line or expand", CommandScope.COMPARISON, "full line"),
    TuiCommand("types", ("B",), "show all types, one line each", CommandScope.COMPARISON),
    TuiCommand("timeline", ("C",), "show when runs ran", CommandScope.COMPARISON),
    TuiCommand("alerts", ("4",), "show all alerts", CommandScope.COMPARISON),
    TuiCommand("open", ("enter",), "compare with this run", CommandScope.RUN_PICKER, "compare"),
    TuiCommand("keep", ("enter",), "use this theme until you quit", CommandScope.THEME_PICKER, "use"),
    TuiCommand("open", ("enter",), "read the page", CommandScope.DOCUMENTATION, "read"),
    # types and alerts
    TuiCommand("open", ("enter",), "newest run, or runs of the cell", CommandScope.OVERVIEW, "newest run"),
    TuiCommand("show_runs", ("l",), "list its runs, or the cell's", CommandScope.OVERVIEW, "runs"),
    TuiCommand("day_before", ("left", "h"), "day before", CommandScope.OVERVIEW, "day", action="day(-1)"),
    TuiCommand("day_after", ("right",), "day after", CommandScope.OVERVIEW, action="day(1)"),
    TuiCommand(
        "cell_before",
        ("left_square_bracket", "comma"),
        "earlier part of the day",
        CommandScope.OVERVIEW,
        "hour",
        action="cell(-1)",
    ),
    TuiCommand(
        "cell_after",
        ("right_square_bracket", "full_stop"),
        "later part of the day",
        CommandScope.OVERVIEW,
        action="cell(1)",
    ),
    TuiCommand("next_failed", ("e",), "next type with a failure", CommandScope.OVERVIEW, "next failure"),
    TuiCommand("previous_failed", ("E",), "previous type with a failure", CommandScope.OVERVIEW),
    TuiCommand("next_warning", ("w",), "next type with a warning", CommandScope.OVERVIEW),
    TuiCommand("previous_warning", ("W",), "previous type with a warning", CommandScope.OVERVIEW),
    TuiCommand("query", ("slash",), "filter the list", CommandScope.OVERVIEW, "filter list"),
    TuiCommand("timeline", ("C",), "show when its runs ran", CommandScope.OVERVIEW),
    TuiCommand("alerts", ("4",), "show all alerts", CommandScope.OVERVIEW),
    TuiCommand("compare", ("d",), "compare the newest run", CommandScope.OVERVIEW, "compare"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.OVERVIEW),
    TuiCommand("details", ("i",), "show the newest run's details", CommandScope.OVERVIEW, "details"),
    TuiCommand("open", ("enter",), "open the run", CommandScope.ATTENTION, "open"),
    TuiCommand("next_failed", ("e",), "next alert about a failure", CommandScope.ATTENTION, "next failure"),
    TuiCommand("previous_failed", ("E",), "previous alert about a failure", CommandScope.ATTENTION),
    TuiCommand("next_warning", ("w",), "next alert about a warning", CommandScope.ATTENTION),
    TuiCommand("previous_warning", ("W",), "previous alert about a warning", CommandScope.ATTENTION),
    TuiCommand("query", ("slash",), "filter the list", CommandScope.ATTENTION, "filter list"),
    TuiCommand("types", ("B",), "show all types, one line each", CommandScope.ATTENTION),
    TuiCommand("timeline", ("C",), "show when runs ran", CommandScope.ATTENTION),
    TuiCommand("compare", ("d",), "compare with the last success", CommandScope.ATTENTION, "compare"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.ATTENTION, "other run"),
    TuiCommand("details", ("i",), "show the run's details", CommandScope.ATTENTION, "details"),
    # timeline
    TuiCommand("open", ("enter",), "open the run", CommandScope.TIMELINE, "open"),
    TuiCommand(
        "older",
        ("left_square_bracket", "comma"),
        "older run of this lane",
        CommandScope.TIMELINE,
        "older run",
    ),
    TuiCommand(
        "newer", ("right_square_bracket", "full_stop"), "newer run of this lane", CommandScope.TIMELINE
    ),
    TuiCommand("earlier", ("h", "left"), "scroll to an earlier time", CommandScope.TIMELINE),
    TuiCommand("later", ("l", "right"), "scroll to a later time", CommandScope.TIMELINE),
    TuiCommand("zoom_in", ("plus", "equals_sign"), "zoom in, down to 6 hours", CommandScope.TIMELINE, "zoom"),
    TuiCommand("zoom_out", ("minus", "underscore"), "zoom out, up to 30 days", CommandScope.TIMELINE),
    TuiCommand("last_day", ("0",), "back to the last 24 hours", CommandScope.TIMELINE),
    TuiCommand("as_of", ("A",), "show the list as of this time", CommandScope.TIMELINE, "as of"),
    TuiCommand("next_failed", ("e",), "older failed run of any lane", CommandScope.TIMELINE, "failure"),
    TuiCommand("previous_failed", ("E",), "newer failed run of any lane", CommandScope.TIMELINE),
    TuiCommand("next_warning", ("w",), "older run with a warning", CommandScope.TIMELINE),
    TuiCommand("previous_warning", ("W",), "newer run with a warning", CommandScope.TIMELINE),
    TuiCommand("query", ("slash",), "filter the list", CommandScope.TIMELINE),
    TuiCommand("types", ("B",), "show all types, one line each", CommandScope.TIMELINE),
    TuiCommand("alerts", ("4",), "show all alerts", CommandScope.TIMELINE),
    TuiCommand("compare", ("d",), "compare with the last success", CommandScope.TIMELINE, "compare"),
    TuiCommand("compare_with", ("D",), "compare with a run you choose", CommandScope.TIMELINE),
    TuiCommand("details", ("i",), "show the run's details", CommandScope.TIMELINE),
    # report
    TuiCommand("export", ("enter",), "copy, or write the bundle", CommandScope.REPORT, "copy"),
    TuiCommand("ticket", ("1",), "ticket in Markdown", CommandScope.REPORT),
    TuiCommand("plain_ticket", ("2",), "ticket in plain text", CommandScope.REPORT),
    TuiCommand("shift_summary", ("3",), "summary of the last 12 hours", CommandScope.REPORT),
    TuiCommand("bundle", ("4",), "bundle: all files in a zip", CommandScope.REPORT),
    TuiCommand("save", ("w",), "write to a new file", CommandScope.REPORT, "save"),
    # text, and details and XML
    TuiCommand("filter", ("slash",), "show only matching lines", CommandScope.TEXT_VIEWER, "filter"),
    TuiCommand("xml", ("i",), "switch between details and XML", CommandScope.RAW_VIEW, "XML"),
    # navigation
    TuiCommand("down", ("down", "j"), "down", CommandScope.NAVIGATION, is_essential=True),
    TuiCommand("up", ("up", "k"), "up", CommandScope.NAVIGATION, is_essential=True),
    TuiCommand(
        "page_down", ("pagedown", "space", "f", "ctrl+f"), "page down", CommandScope.NAVIGATION, "more"
    ),
    TuiCommand("page_up", ("pageup", "b", "ctrl+b"), "page up", CommandScope.NAVIGATION),
    TuiCommand("half_down", ("ctrl+d",), "half a page down", CommandScope.NAVIGATION),
    TuiCommand("half_up", ("ctrl+u",), "half a page up", CommandScope.NAVIGATION),
    TuiCommand("top", ("home", "g"), "top", CommandScope.NAVIGATION),
    TuiCommand("bottom", ("end", "G"), "bottom", CommandScope.NAVIGATION),
    # prompt
    TuiCommand("accept", ("enter",), "accept", CommandScope.PROMPT, "accept"),
    TuiCommand("revert", ("escape",), "cancel and restore the old text", CommandScope.PROMPT, "cancel"),
    TuiCommand("clear", ("ctrl+u",), "clear the line", CommandScope.PROMPT),
    TuiCommand("complete", ("tab",), "complete, or next suggestion", CommandScope.QUERY_INPUT, "complete"),
    TuiCommand("complete_previous", ("shift+tab",), "previous suggestion", CommandScope.QUERY_INPUT),
    TuiCommand("previous_query", ("up",), "earlier query", CommandScope.QUERY_INPUT, "earlier"),
    TuiCommand("next_query", ("down",), "later query, or your own text", CommandScope.QUERY_INPUT),
    # command palette
    TuiCommand("submit", ("enter",), "run the command or open the ID", CommandScope.COMMAND_PALETTE, "run"),
    # log on
    TuiCommand(
        "submit",
        ("enter",),
        "next empty field, or log on",
        CommandScope.LOGIN,
        "log on",
        is_essential=True,
    ),
    TuiCommand("next_field", ("tab", "down"), "next field", CommandScope.LOGIN, "next field"),
    TuiCommand("previous_field", ("shift+tab", "up"), "previous field", CommandScope.LOGIN),
    TuiCommand("back", ("escape",), "cancel, or back to the profiles", CommandScope.LOGIN, "back"),
    # certificate
    TuiCommand(
        "submit", ("enter",), "pin (after typing pin), then save", CommandScope.CERTIFICATE, "confirm"
    ),
    TuiCommand("back", ("escape",), "back; after pin: do not save", CommandScope.CERTIFICATE, "back"),
    TuiCommand("copy", ("y",), "copy the fingerprint", CommandScope.CERTIFICATE),
    TuiCommand("more", ("pagedown", "down"), "scroll down", CommandScope.CERTIFICATE, "more"),
    TuiCommand("less", ("pageup", "up"), "scroll up", CommandScope.CERTIFICATE),
    # all views, and everywhere
    TuiCommand("next_tab", ("tab",), "next view", CommandScope.EVERY_VIEW, "next view"),
    TuiCommand("previous_tab", ("shift+tab",), "previous view", CommandScope.EVERY_VIEW),
    TuiCommand("refresh", ("r", "f5"), "refresh", CommandScope.EVERY_VIEW, "refresh", is_essential=True),
    TuiCommand("pause", ("p",), "pause or resume polling", CommandScope.EVERY_VIEW),
    TuiCommand(
        "statistics",
        ("exclamation_mark",),
        "connection statistics",
        CommandScope.EVERY_VIEW,
        action="health",
    ),
    TuiCommand("copy", ("y",), "copy the full row or line", CommandScope.EVERY_VIEW, "copy"),
    TuiCommand("copy_command", ("Y",), "copy the command for this view", CommandScope.EVERY_VIEW),
    TuiCommand("acknowledge", ("m",), "acknowledge, or undo", CommandScope.EVERY_VIEW, "acknowledge"),
    TuiCommand("pager", ("v",), "show as text in $PAGER", CommandScope.EVERY_VIEW, "pager"),
    TuiCommand(
        "report",
        ("H",),
        "report: ticket, summary, bundle",
        CommandScope.EVERY_VIEW,
        "report",
        is_essential=True,
    ),
    TuiCommand("toggle_times", ("T",), "clock time or elapsed time", CommandScope.EVERY_VIEW, "times"),
    TuiCommand(
        "commands",
        ("colon", "ctrl+p"),
        "commands by name, or open an ID",
        CommandScope.EVERYWHERE,
        "commands",
    ),
    TuiCommand(
        "help",
        ("question_mark", "f1"),
        "show the keys of this screen",
        CommandScope.EVERYWHERE,
        "keys",
        is_essential=True,
    ),
    TuiCommand(
        "close", ("q",), "close; on the list: quit", CommandScope.EVERY_VIEW, "back", is_essential=True
    ),
    TuiCommand("cancel", ("escape",), "cancel or go back", CommandScope.EVERY_VIEW, "back"),
    TuiCommand(
        "next_alert",
        ("a",),
        "next alert",
        CommandScope.EVERYWHERE,
        "next alert",
        is_essential=True,
    ),
    TuiCommand("time_zone", ("t",), "local time, UTC or server time", CommandScope.EVERYWHERE),
    TuiCommand("log_on", ("L",), "log on again or switch server", CommandScope.EVERYWHERE),
    TuiCommand("quit", ("Q",), "quit", CommandScope.EVERYWHERE),
    TuiCommand("stop", ("ctrl+c",), "cancel; press twice to quit", CommandScope.EVERYWHERE, "quit"),
    TuiCommand("suspend", ("ctrl+z",), "suspend; fg resumes", CommandScope.EVERYWHERE),
    TuiCommand("redraw", ("ctrl+l",), "redraw the screen", CommandScope.EVERYWHERE),
    TuiCommand("mouse", (), "mouse support: on/off", CommandScope.EVERYWHERE),
    TuiCommand("theme", (), "choose the color theme", CommandScope.EVERYWHERE),
    TuiCommand("docs", (), "read the documentation", CommandScope.EVERYWHERE),
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
    "health": ("statistics",),
    "known": ("acknowledge",),
    "leave": ("quit",),
    "left": ("scroll_left",),
    "next_trouble": ("next_error",),
    "next_warned": ("next_warning",),
    "own_query": ("saved_query",),
    "only": ("filter_lines",),
    "order": ("sort",),
    "previous_trouble": ("previous_error",),
    "previous_warned": ("previous_warning",),
    "raw": ("xml",),
    "read": ("pager",),
    "right": ("scroll_right",),
    "runs": ("show_runs",),
    "shift": ("shift_summary",),
    "stick": ("follow",),
    "undo": ("cancel",),
    "write": ("save",),
}
"""Other names that can be typed: those of vi, and former ones of emtui."""

_CLOSES_TO_BACK = {"close": "back"}
_WITHOUT_RUN = {"toggle_times": "", "commands": ""}
SCOPE_OVERRIDES: dict[CommandScope, dict[str, str]] = {
    CommandScope.SESSION_LIST: {"close": "quit", "cancel": "cancel, dismiss or clear the query"},
    CommandScope.SESSION_DETAIL: _CLOSES_TO_BACK | {"toggle_times": "offsets or clock times"},
    CommandScope.COMPARISON: _CLOSES_TO_BACK | {"toggle_times": ""},
    CommandScope.RUN_PICKER: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "", "copy_command": "", "acknowledge": "", "pager": ""},
    CommandScope.THEME_PICKER: _WITHOUT_RUN
    | {"close": "restore the theme, back", "cancel": "restore the theme, back"}
    | {"refresh": "", "copy": "", "copy_command": "", "acknowledge": "", "pager": ""},
    CommandScope.DOCUMENTATION: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "", "copy": "", "copy_command": "", "acknowledge": "", "pager": ""},
    CommandScope.OVERVIEW: _CLOSES_TO_BACK | {"toggle_times": ""},
    CommandScope.TIMELINE: _CLOSES_TO_BACK | {"toggle_times": ""},
    CommandScope.ATTENTION: _CLOSES_TO_BACK | {"toggle_times": ""},
    CommandScope.REPORT: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"copy": "copy the full text", "copy_command": "", "acknowledge": "", "report": ""},
    CommandScope.TEXT_VIEWER: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "", "copy": "copy the full text", "copy_command": "", "acknowledge": "", "help": ""},
    CommandScope.RAW_VIEW: _CLOSES_TO_BACK
    | _WITHOUT_RUN
    | {"refresh": "reload the XML", "copy": "copy the full text", "acknowledge": ""},
    CommandScope.LOGIN: {"stop": "quit"},
}
"""Descriptions of shared commands that differ on a screen; empty if the command does nothing there."""

FOOTER_COMMANDS: dict[CommandScope, tuple[str, ...]] = {
    CommandScope.SESSION_LIST: (
        "open",
        "query",
        "next_failed",
        "compare",
        "acknowledge",
        "report",
        "toggle_group",
        "next_alert",
        "next_tab",
        "preview",
        "sort",
        "next_unseen",
        "refresh",
        "commands",
        "help",
    ),
    CommandScope.SESSION_DETAIL: (
        "close",
        "compare",
        "search",
        "next_slow",
        "next_error",
        "report",
        "acknowledge",
        "details",
        "older",
        "newer",
        "toggle_times",
        "filter_lines",
        "wrap",
        "commands",
        "help",
    ),
    CommandScope.COMPARISON: (
        "close",
        "next_difference",
        "next_slower",
        "compare_with",
        "toggle_equal_lines",
        "report",
        "search",
        "acknowledge",
        "open",
        "events",
        "commands",
        "help",
    ),
    CommandScope.RUN_PICKER: ("open", "copy", "close", "help"),
    CommandScope.OVERVIEW: (
        "open",
        "show_runs",
        "next_failed",
        "compare",
        "acknowledge",
        "report",
        "query",
        "next_tab",
        "next_alert",
        "details",
        "refresh",
        "close",
        "commands",
        "help",
    ),
    CommandScope.ATTENTION: (
        "open",
        "compare",
        "acknowledge",
        "report",
        "next_failed",
        "query",
        "next_tab",
        "details",
        "compare_with",
        "refresh",
        "close",
        "commands",
        "help",
    ),
    CommandScope.TIMELINE: (
        "open",
        "older",
        "zoom_in",
        "next_failed",
        "as_of",
        "compare",
        "next_tab",
        "close",
        "commands",
        "help",
    ),
    CommandScope.REPORT: ("close", "export", "save", "pager", "page_down", "help"),
    CommandScope.TEXT_VIEWER: ("close", "filter", "copy", "pager", "page_down"),
    CommandScope.RAW_VIEW: ("close", "xml", "copy", "pager", "page_down", "help"),
    CommandScope.PROMPT: ("accept", "revert"),
    CommandScope.QUERY_INPUT: ("complete", "previous_query", "accept", "revert"),
    CommandScope.COMMAND_PALETTE: ("submit", "cancel"),
    CommandScope.LOGIN: ("submit", "next_field", "back", "stop"),
    CommandScope.CERTIFICATE: ("submit", "more", "back"),
    CommandScope.THEME_PICKER: ("keep", "close", "help"),
    CommandScope.DOCUMENTATION: ("open", "close", "help"),
}
"""Commands in the footer, the most useful first; as many as fit, and always the last two."""
