"""The command that opens a view for anybody: copied with Y, and left in the scrollback when emtui ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.query import DEFAULT_ORDER, Order, Query, names_session
from emtui.query.absolute_times import pinned
from emtui.tui.commands import Place

_NO_COMMAND = {
    Place.PAGE: "No command opens a page of text: y copies it whole, q goes back.",
    Place.CHOICE: "No command opens this choice: choose a run, then Y is for both.",
    Place.HANDOVER: "No command opens this page: q goes back to what it is about.",
}
_OWN = ("unseen", "known")
"""What a query may depend on that one person has seen, or acknowledged."""


@dataclass(frozen=True, slots=True)
class Location:
    """What is shown: the list with its query and order, or one `session`.

    `view` is what `--view` calls it: `types` or `attention` above the list, `facts` or `xml` of a session.
    `other` is the run that the session is compared with, as `--compare` takes it. `is_list` says that the
    list itself is shown, with nothing above it.
    """

    query: Query
    order: Order
    view: str = ""
    session: Session | None = None
    other: str = ""
    is_list: bool = True


def why_no_command(place: Place) -> str:
    """Why no command opens this page, and what to do instead; empty where one does."""
    return _NO_COMMAND.get(place, "")


def caveat(query: Query) -> str:
    """What somebody else sees otherwise under this query, as a sentence; mostly empty."""
    own = [word for word in _OWN if word in query.rests_on]
    return f"What is {' or '.join(own)} is each reader's own." if own else ""


def open_command(server: Server, location: Location) -> str:
    """`emtui open --server em01.example.net state:failed`: never a profile, never a user name.

    Each part is quoted for a POSIX shell, and each time is in UTC: whoever runs it may be in another
    zone, and on another day. A session that is open stands for the whole view.
    """
    words = ["emtui", "open", "--server", str(server)]
    if location.session:
        words.append(location.session.id)
        words += ["--compare", location.other] if location.other else []
        words += [f"--view={location.view}"] if location.view else []
        return shlex.join(words)
    if location.view:
        words.append(f"--view={location.view}")
    if location.order != DEFAULT_ORDER:
        words.append(f"--sort={location.order.text}")
    terms = [term.text for term in pinned(location.query).terms]
    if len(terms) == 1 and names_session(terms[0]):
        terms = [f'"{terms[0]}"']  # one word, and `open` would take it for the ID of a run
    if any(term.startswith("-") for term in terms):
        words.append("--")
    return shlex.join([*words, *terms])
