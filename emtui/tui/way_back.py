"""The command that opens a view: what is left in the scrollback when emtui ends. Pure."""

from __future__ import annotations

import shlex

from emtui.em.address import Server
from emtui.em.model import Session
from emtui.lookup import DEFAULT_ORDER, Order, Query, names_session
from emtui.lookup.pinned import pinned
from emtui.tui.commands import Place

VIEWS = {Place.BOARD: "types", Place.FINDINGS: "attention"}
"""What `--view` calls the pages above the list."""
_NO_COMMAND = {
    Place.PAGE: "No command opens a page of text: y copies it whole, q goes back.",
    Place.CHOICE: "No command opens this choice: choose a run, then Y is for both.",
    Place.HANDOVER: "No command opens this page: q goes back to what it is about.",
}
_OWN = ("unseen", "known")
"""What a query may rest on that one person has seen, or marked."""


def no_command(place: Place) -> str:
    """Why no command opens this page, and what to do instead; nothing where one does."""
    return _NO_COMMAND.get(place, "")


def reservation(query: Query) -> str:
    """What somebody else sees otherwise under this query, for a sentence; mostly nothing."""
    own = [word for word in _OWN if word in query.rests_on]
    return f"What is {' or '.join(own)} is each reader's own." if own else ""


def way_back(server: Server, query: Query, order: Order, above: Place | None = None) -> str:
    """`emtui open --server em01.example.net state:failed`: never a profile, never a user name.

    Each part is quoted for a POSIX shell, and each time is in UTC: whoever runs it may be in another
    zone, and on another day. `above` is a page above the list.
    """
    words = _open(server)
    if above in VIEWS:
        words.append(f"--view={VIEWS[above]}")
    if order != DEFAULT_ORDER:
        words.append(f"--sort={order.text}")
    terms = [term.text for term in pinned(query).terms]
    if len(terms) == 1 and names_session(terms[0]):
        terms = [f'"{terms[0]}"']  # one word, and `open` would take it for the ID of a run
    if any(term.startswith("-") for term in terms):
        words.append("--")
    return shlex.join([*words, *terms])


def way_back_to_run(server: Server, session: Session, compared: str = "", view: str = "") -> str:
    """The same for a run that was open, which stands for the whole view.

    `compared` is the other run of its difference, `view` what was shown of it: `facts` or `xml`.
    """
    words = [*_open(server), session.id]
    if compared:
        words += ["--compare", compared]
    if view:
        words.append(f"--view={view}")
    return shlex.join(words)


def _open(server: Server) -> list[str]:
    return ["emtui", "open", "--server", str(server)]
