"""The command that opens a view: what is left in the scrollback when emtui ends. Pure."""

from __future__ import annotations

import shlex

from emtui.em.address import Server
from emtui.em.model import Session
from emtui.lookup import DEFAULT_ORDER, Order, Query


def way_back(server: Server, query: Query, order: Order, session: Session | None, compared: str = "") -> str:
    """`emtui open --server em01.example.net state:failed`: never a profile, never a user name.

    Each part is quoted for a POSIX shell. A session that was open stands for the whole view, with
    the run that it was `compared` with.
    """
    words = ["emtui", "open", "--server", str(server)]
    if session:
        return shlex.join([*words, session.id, *(["--compare", compared] if compared else [])])
    if order != DEFAULT_ORDER:
        words.append(f"--sort={order.text}")
    terms = [term.text for term in query.terms]
    if any(term.startswith("-") for term in terms):
        words.append("--")
    return shlex.join([*words, *terms])
