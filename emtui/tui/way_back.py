"""The command that opens a view: what is left in the scrollback when emtui ends. Pure."""

from __future__ import annotations

import shlex

from emtui.em.address import Server
from emtui.em.model import Session
from emtui.lookup import DEFAULT_ORDER, Order, Query
from emtui.lookup.pinned import pinned
from emtui.tui.commands import Place

VIEWS = {Place.BOARD: "types", Place.FINDINGS: "attention"}
"""What `--view` calls the pages above the list."""


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
    if any(term.startswith("-") for term in terms):
        words.append("--")
    return shlex.join([*words, *terms])


def way_back_to_run(server: Server, session: Session, compared: str = "") -> str:
    """The same for a run that was open, which stands for the whole view: with what it was `compared`."""
    return shlex.join([*_open(server), session.id, *(["--compare", compared] if compared else [])])


def _open(server: Server) -> list[str]:
    return ["emtui", "open", "--server", str(server)]
