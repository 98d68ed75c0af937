"""`emtui` and `emtui open`: start the session browser, in the given view."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime

from emtui.cli import stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.client_session import configuration, resolve
from emtui.cli.password_sources import known_password
from emtui.local import terminal
from emtui.local.timezones import SystemZone
from emtui.tui.launch import run
from emtui.tui.launch_options import LaunchOptions

NOT_ON_SCREENS = "known"
"""The key that only `emtui sessions` can sort by."""


def browse(given: Given) -> int:
    """Start with the list, or with the login if something is missing."""
    return open_view(given)


def open_view(given: Given) -> int:
    """Start with a query, a sort order, or one session."""
    need_terminal()
    target = _target(given)
    query = "" if target else _query(given)
    order, compare = _order(given), _compare(given, target)
    view = _view(given, target, compare)
    if given.has("--replay"):
        from emtui.cli.replay import replay  # start-up time: only for --replay

        return replay(given, query, order, target, compare, view)
    if given.has("--speed"):
        raise BadUsage("--speed requires --replay.")
    connection = resolve(given)
    connection = replace(connection, password=known_password(connection))

    config = configuration()
    start = LaunchOptions(
        connection,
        config.profiles,
        queries=config.queries,
        query=query,
        order=order,
        target=target,
        compare=compare,
        view=view,
        quiet=given.has("--quiet"),
        ascii=given.has("--ascii"),
        mouse=given.has("--mouse"),
    )
    if given.has("--record"):
        from emtui.cli.record import recording  # start-up time: only for --record

        with recording(given, start.now) as recorder:
            return run(replace(start, recorder=recorder))
    return run(start)


def need_terminal() -> None:
    """Raise `BadUsage` unless keys can be read from stdin and the screen drawn on stderr."""
    if not (stdio.is_terminal(sys.stdin) and stdio.is_terminal(sys.stderr)):
        raise BadUsage(
            "The session browser needs a terminal. In scripts, use emtui sessions, show or events."
        )
    if not terminal.draws(os.environ):
        kind = terminal.kind(os.environ)
        what = f"The session browser does not support TERM={kind}" if kind else "TERM is not set"
        raise BadUsage(f"{what}. Without a terminal, use emtui sessions, show or events.")


def _query(given: Given) -> str:
    """The operands as one query, which the list parses again by the server's clock; raises `BadQuery`."""
    if not given.operands:
        return ""
    from emtui.cli.query_args import joined  # start-up time: the login screen needs no query
    from emtui.query import Beyond, parse

    typed, beyond = " ".join(joined(given.operands)), Beyond(unseen=())
    return parse(typed, now=datetime.now(UTC), zone=SystemZone(), beyond=beyond, lenient=True).text


def _order(given: Given) -> str | None:
    """The sort order as text; raises `BadQuery`, and `BadUsage` for one that the browser does not have."""
    order = given.one("--sort")
    if order is None:
        return None
    from emtui.query import FIELDS, field_of, parse_order  # start-up time: as in _query

    if field_of(order) == NOT_ON_SCREENS:
        raise BadUsage(
            "--sort acknowledged works only with emtui sessions. In the browser, use is:acknowledged."
        )
    return parse_order(order, [field for field in FIELDS if field != NOT_ON_SCREENS]).text


def _target(given: Given) -> str | None:
    """The operand if it is the only one and refers to a session, else `None`."""
    if len(given.operands) != 1:
        return None
    from emtui.query import is_wrapped_id, names_session  # start-up time: as in _query

    (text,) = given.operands
    return text if names_session(text) or is_wrapped_id(text) else None


_OF_A_RUN = ("facts", "xml")
"""Values of `--view` for one session; the others are for the list."""


def _view(given: Given, target: str | None, compare: str | None) -> str | None:
    """The view to open over the list or over one session."""
    view = given.one("--view")
    if view is None:
        return None
    if view in _OF_A_RUN and target is None:
        raise BadUsage(f"--view {view} requires the ID of one session: emtui open ID --view {view}.")
    if view in _OF_A_RUN and compare:
        raise BadUsage(f"--view {view} and --compare cannot be combined.")
    if view not in _OF_A_RUN and target:
        raise BadUsage(f"--view {view} cannot be combined with a session ID.")
    return view


def _compare(given: Given, target: str | None) -> str | None:
    """The reference of the session to compare with; raises `BadQuery`."""
    other = given.one("--compare")
    if other is None:
        return None
    if target is None:
        raise BadUsage("--compare requires the ID of one session: emtui open ID --compare ID.")
    from emtui.query import LAST_GOOD, LAST_SUCCESS, target_in  # start-up time: as in _query

    if other in {LAST_GOOD, LAST_SUCCESS}:
        return LAST_GOOD
    target_in(other)
    return other
