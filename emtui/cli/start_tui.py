"""`emtui` and `emtui open`: start the session browser, in the given view."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime

from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import load_configuration, resolve_connection
from emtui.cli.password_sources import given_or_command_password
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.local import terminal
from emtui.local.configuration import Config
from emtui.local.connection import Connection
from emtui.local.timezones import SystemZone
from emtui.tui.launch import run
from emtui.tui.launch_options import LaunchOptions


def browse(args: ParsedArguments) -> int:
    """Start with the list, or with the login if something is missing."""
    return open_view(args)


def open_view(args: ParsedArguments) -> int:
    """Start with a query, a sort order, or one session."""
    config = load_configuration()
    is_plain = uses_line_mode(args, config)
    target = _find_target(args)
    compare = _parse_comparison(args, target)
    options = LaunchOptions(
        Connection(),
        query="" if target else _parse_query(args),
        order=_parse_order(args),
        target=target,
        compare_with=compare,
        view=_parse_view(args, target, compare),
        keymap=config.keymap or DEFAULT_KEYMAP,
        low_bandwidth=args.has("--quiet"),
        ascii_only=args.has("--ascii"),
        mouse_enabled=args.has("--mouse"),
        theme=args.value_of("--theme") or config.theme,
    )
    if args.has("--replay"):
        from emtui.cli.replay import replay_recording  # start-up time: only for --replay

        return replay_recording(args, options, is_plain=is_plain)
    if args.has("--speed"):
        raise UsageError("--speed requires --replay.")
    options = replace(options, profiles=config.profiles, own_queries=config.queries)
    if is_plain:
        from emtui.cli.start_line_mode import open_in_line_mode  # start-up time: only for --plain

        return open_in_line_mode(args, options)
    connection = resolve_connection(args)
    connection = replace(connection, password=given_or_command_password(connection))
    options = replace(options, connection=connection)
    if args.has("--record"):
        from emtui.cli.record import record_to_file  # start-up time: only for --record

        with record_to_file(args, options.now) as recorder:
            return run(replace(options, recorder=recorder))
    return run(options)


def uses_line_mode(args: ParsedArguments, config: Config | None = None) -> bool:
    """Whether line mode is asked for, or the terminal cannot draw, which is then said.

    Raises `UsageError` if it is not asked for, and there is no terminal.
    """
    if args.has("--plain") or (config and config.plain and config.plain.value):
        return True
    if not (stdio.is_terminal(sys.stdin) and stdio.is_terminal(sys.stderr)):
        raise UsageError(
            "The session browser needs a terminal. In scripts, use emtui sessions, show or events."
        )
    if terminal.can_draw(os.environ):
        return False
    kind = terminal.terminal_type(os.environ)
    what = f"TERM={kind} cannot draw a screen" if kind else "TERM is not set"
    stdio.print_message(f"{what}: using line mode, as with --plain.")
    return True


def _parse_query(args: ParsedArguments) -> str:
    """The operands as one query, which the list parses again by the server's clock.

    Raises `InvalidQueryError`.
    """
    if not args.operands:
        return ""
    from emtui.cli.query_args import normalize_operands  # start-up time: the login screen needs no query
    from emtui.query import QueryContext, parse

    text, context = " ".join(normalize_operands(args.operands)), QueryContext(unseen=())
    return parse(text, now=datetime.now(UTC), zone=SystemZone(), context=context, is_lenient=True).text


def _parse_order(args: ParsedArguments) -> str | None:
    """The sort order as text.

    Raises `InvalidQueryError`, and `UsageError` for one that the browser does not have.
    """
    order = args.value_of("--sort")
    if order is None:
        return None
    from emtui.query import (  # start-up time: as in _parse_query
        BROWSER_SORT_FIELDS,
        CLI_ONLY_SORT_FIELD,
        field_of,
        parse_sort_order,
    )

    if field_of(order) == CLI_ONLY_SORT_FIELD:
        raise UsageError(
            "--sort acknowledged works only with emtui sessions. In the browser, use is:acknowledged."
        )
    return parse_sort_order(order, BROWSER_SORT_FIELDS).text


def _find_target(args: ParsedArguments) -> str | None:
    """The operand if it is the only one and refers to a session, else `None`."""
    if len(args.operands) != 1:
        return None
    from emtui.query import is_session_ref, is_wrapped_id  # start-up time: as in _parse_query

    (text,) = args.operands
    return text if is_session_ref(text) or is_wrapped_id(text) else None


_SESSION_VIEWS = ("facts", "xml")
"""Values of `--view` for one session; the others are for the list."""


def _parse_view(args: ParsedArguments, target: str | None, compare: str | None) -> str | None:
    """The view to open over the list or over one session."""
    view = args.value_of("--view")
    if view is None:
        return None
    if view in _SESSION_VIEWS and target is None:
        raise UsageError(f"--view {view} requires the ID of one session: emtui open ID --view {view}.")
    if view in _SESSION_VIEWS and compare:
        raise UsageError(f"--view {view} and --compare cannot be combined.")
    if view not in _SESSION_VIEWS and target:
        raise UsageError(f"--view {view} cannot be combined with a session ID.")
    return view


def _parse_comparison(args: ParsedArguments, target: str | None) -> str | None:
    """The reference of the session to compare with; raises `InvalidQueryError`."""
    other = args.value_of("--compare")
    if other is None:
        return None
    if target is None:
        raise UsageError("--compare requires the ID of one session: emtui open ID --compare ID.")
    from emtui.query import (
        LAST_SUCCESS,
        LAST_SUCCESSFUL,
        find_session_ref,
    )  # start-up time: as in _parse_query

    if other in {LAST_SUCCESSFUL, LAST_SUCCESS}:
        return LAST_SUCCESSFUL
    find_session_ref(other)
    return other
