"""`emtui` and `emtui open`: start the TUI, in exactly the view that was asked for."""

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
"""The key that only `emtui sessions` sorts by."""


def browse(given: Given) -> int:
    """Start where the person left nothing open: the list, or the login."""
    return open_view(given)


def open_view(given: Given) -> int:
    """Start with a query, an order, or one session."""
    need_terminal()
    target = _target(given)
    query = "" if target else _query(given)
    order, compare = _order(given), _compare(given, target)
    view = _view(given, target, compare)
    if given.has("--replay"):
        from emtui.cli.replay import replay  # start-up time: only for --replay

        return replay(given, query, order, target, compare, view)
    if given.has("--speed"):
        raise BadUsage("--speed belongs to --replay.")
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
    """The TUI reads keys from stdin and draws on stderr; raises `BadUsage` unless it can do both."""
    if not (stdio.is_terminal(sys.stdin) and stdio.is_terminal(sys.stderr)):
        raise BadUsage("the browser needs a terminal; in scripts use emtui sessions, show or events.")
    if not terminal.draws(os.environ):
        named = terminal.kind(os.environ) or "nothing"
        raise BadUsage(
            f"TERM says {named}, and the browser cannot draw on that; use emtui sessions, show or events."
        )


def _query(given: Given) -> str:
    """The operands as one query, which the list reads again by the server's clock; raises `BadQuery`."""
    if not given.operands:
        return ""
    from emtui.cli.query_args import joined  # start-up time: the login is painted without query
    from emtui.query import Beyond, parse

    typed, beyond = " ".join(joined(given.operands)), Beyond(unseen=())
    return parse(typed, now=datetime.now(UTC), zone=SystemZone(), beyond=beyond, lenient=True).text


def _order(given: Given) -> str | None:
    """The order, as it is written; raises `BadQuery`, and `BadUsage` for one that no screen has."""
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
    """The one operand that names a session, rather than a query."""
    if len(given.operands) != 1:
        return None
    from emtui.query import is_wrapped_id, names_session  # start-up time: as in _query

    (text,) = given.operands
    return text if names_session(text) or is_wrapped_id(text) else None


_OF_A_RUN = ("facts", "xml")
"""What `--view` shows of one run; anything else is above the whole list."""


def _view(given: Given, target: str | None, compare: str | None) -> str | None:
    """The page above the list, or above one run."""
    view = given.one("--view")
    if view is None:
        return None
    if view in _OF_A_RUN and target is None:
        raise BadUsage(f"--view {view} stands with the ID of one session: emtui open ID --view {view}.")
    if view in _OF_A_RUN and compare:
        raise BadUsage(f"--view {view} and --compare are two views of a run: give one of them.")
    if view not in _OF_A_RUN and target:
        raise BadUsage(f"--view {view} is of the whole list, and an ID is one run: give one of them.")
    return view


def _compare(given: Given, target: str | None) -> str | None:
    """The run to compare with, as it is named; raises `BadQuery`."""
    other = given.one("--compare")
    if other is None:
        return None
    if target is None:
        raise BadUsage("--compare stands with the ID of one session: emtui open ID --compare ID.")
    from emtui.query import LAST_GOOD, LAST_SUCCESS, target_in  # start-up time: as in _query

    if other in {LAST_GOOD, LAST_SUCCESS}:
        return LAST_GOOD
    target_in(other)
    return other
