"""The command that opens a view for any user: copied with `Y`, and printed when emtui exits."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.keys.keymap import Keymap
from emtui.keys.tui_commands import CommandScope
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder, is_session_ref
from emtui.query.absolute_times import with_absolute_times

_NO_COMMAND_REASONS = {
    CommandScope.TEXT_VIEWER: "There is no command for this text. {copy}, {back}.",
    CommandScope.RUN_PICKER: "There is no command for the run picker. Choose a run first.",
    CommandScope.DOCUMENTATION: "There is no command for this view. emtui docs lists the pages.",
    CommandScope.THEME_PICKER: "There is no command for the theme picker. Use --theme NAME.",
    CommandScope.REPORT: "There is no command for the report. {back}.",
}
_PERSONAL_TERMS = ("unseen", "acknowledged")
"""Query terms whose result differs between users."""


@dataclass(frozen=True, slots=True)
class Location:
    """The current view: the list with its query and order, or one `session`.

    `view_name` is a value of `--view`: `types`, `timeline` or `attention` for the list, `facts` or `xml` for
    a session. `compare_with` is a value of `--compare`. `is_list_on_top` is true if no screen is above the
    list.
    """

    query: Query
    order: SortOrder
    view_name: str = ""
    session: Session | None = None
    compare_with: str = ""
    is_list_on_top: bool = True


def no_command_reason(scope: CommandScope, keymap: Keymap) -> str:
    """Return why there is no command for this screen, and what to do instead; empty if one does."""
    copy, back = keymap.hint("copy", "copy it", scope), keymap.hint("close", "back", scope)
    return _NO_COMMAND_REASONS.get(scope, "").format(copy=copy, back=back)


def caveat(query: Query) -> str:
    """Return a sentence if another user would see other runs with this query, else an empty string."""
    personal_terms = [word for word in _PERSONAL_TERMS if word in query.depends_on]
    if not personal_terms:
        return ""
    return f"{' and '.join(personal_terms).capitalize()} runs differ from user to user."


def open_command(server: Server, location: Location) -> str:
    """Format `emtui open --server em01.example.net state:failed`, without profile or user name.

    Each part is quoted for a POSIX shell, and each time is in UTC, since the command may be run in another
    time zone and on another day. For an open session, the query of the list is left out.
    """
    if location.session:
        from emtui.handover.open_run_command import open_run_command  # noqa: PLC0415 - the list is painted first

        options = ["--compare", location.compare_with] if location.compare_with else []
        options += [f"--view={location.view_name}"] if location.view_name else []
        return open_run_command(server, location.session, *options)
    words = ["emtui", "open", "--server", str(server)]
    if location.view_name:
        words.append(f"--view={location.view_name}")
    if location.order != DEFAULT_SORT_ORDER:
        words.append(f"--sort={location.order.text}")
    terms = [term.text for term in with_absolute_times(location.query).terms]
    if len(terms) == 1 and is_session_ref(terms[0]):
        terms = [f'"{terms[0]}"']  # one word, and `open` would take it for the ID of a run
    if any(term.startswith("-") for term in terms):
        words.append("--")
    return shlex.join([*words, *terms])
