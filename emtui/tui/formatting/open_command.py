"""The command that opens a view for anybody: copied with Y, and left in the scrollback when emtui ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder, is_session_ref
from emtui.query.absolute_times import with_absolute_times
from emtui.tui.commands import CommandScope

_NO_COMMAND_REASONS = {
    CommandScope.TEXT_VIEWER: "No command opens a page of text: y copies it whole, q goes back.",
    CommandScope.RUN_PICKER: "No command opens this choice: choose a run, then Y is for both.",
    CommandScope.REPORT: "No command opens this page: q goes back to what it is about.",
}
_PERSONAL_TERMS = ("unseen", "acknowledged")
"""What a query may depend on that one person has seen, or acknowledged."""


@dataclass(frozen=True, slots=True)
class Location:
    """What is shown: the list with its query and order, or one `session`.

    `view` is what `--view` calls it: `types` or `attention` above the list, `facts` or `xml` of a session.
    `other` is the run that the session is compared with, as `--compare` takes it. `is_list_on_top` says that the
    list itself is shown, with nothing above it.
    """

    query: Query
    order: SortOrder
    view_name: str = ""
    session: Session | None = None
    compare_with: str = ""
    is_list_on_top: bool = True


def no_command_reason(scope: CommandScope) -> str:
    """Why no command opens this page, and what to do instead; empty where one does."""
    return _NO_COMMAND_REASONS.get(scope, "")


def caveat(query: Query) -> str:
    """What somebody else sees otherwise under this query, as a sentence; mostly empty."""
    personal_terms = [word for word in _PERSONAL_TERMS if word in query.depends_on]
    return f"What is {' or '.join(personal_terms)} is each reader's own." if personal_terms else ""


def open_command(server: Server, location: Location) -> str:
    """`emtui open --server em01.example.net state:failed`: never a profile, never a user name.

    Each part is quoted for a POSIX shell, and each time is in UTC: whoever runs it may be in another
    zone, and on another day. A session that is open stands for the whole view.
    """
    words = ["emtui", "open", "--server", str(server)]
    if location.session:
        words.append(location.session.id)
        words += ["--compare", location.compare_with] if location.compare_with else []
        words += [f"--view={location.view_name}"] if location.view_name else []
        return shlex.join(words)
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
