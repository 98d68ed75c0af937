"""`emtui doctor`: checks of configuration and connection, one line each, without secrets."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

from emtui.cli import exit_codes, output, stdio
from emtui.cli.arguments import Given
from emtui.cli.client_session import choices, resolve, until_terminated
from emtui.cli.password_sources import silent_password
from emtui.doctor import local_checks, server_checks
from emtui.doctor.check_result import Check, fail, ok, warn
from emtui.em.errors import BadSetting
from emtui.em.secret import Secret
from emtui.handover.json_schema import Record
from emtui.local.connection import Connection
from emtui.local.logfile import redacted


def run(given: Given) -> int:
    """Run all checks and print the results; the exit code is that of the first failure."""
    if given.has("--report"):
        from emtui.cli.doctor_report import report  # noqa: PLC0415 - start-up time: only for --report

        return report(given)
    found = asyncio.run(until_terminated(_all(given)))
    if given.one("--output") == "json":
        stdio.say(output.as_json([_record(check) for check in found]))
    else:
        stdio.say("".join(_lines(check) for check in found))
    return next((exit_codes.code_of(check.problem) for check in found if check.problem), 0)


async def _all(given: Given) -> list[Check]:
    return [check async for check in _checks(given)]


async def _checks(given: Given) -> AsyncIterator[Check]:
    for check in local_checks.versions():
        yield check
    connection = Connection()
    try:
        connection = resolve(given)
        yield _configured(connection)
    except BadSetting as problem:
        yield fail("configuration", problem)
    for check in local_checks.files(connection.profile):
        yield check
    at_terminal = stdio.is_terminal(sys.stdin) and stdio.is_terminal(sys.stderr)
    for check in local_checks.terminal(os.environ, is_terminal=at_terminal):
        yield check
    async for check in local_checks.keyrings():
        yield check
    source, password = await _password(connection)
    if source:
        yield source
    async for check in server_checks.checks(replace(connection, password=password)):
        yield replace(check, found=redacted(check.found), next=redacted(check.next))


async def _password(connection: Connection) -> tuple[Check | None, Secret | None]:
    """Whether a password is available without a prompt, and the password."""
    if connection.server is None or connection.user is None:
        return None, connection.password
    said: list[str] = []
    password = await silent_password(connection, said.append)
    if password:
        return ok("password", "available without a prompt"), password
    why = " ".join(said) or "not available without a prompt"
    return warn(
        "password", why, "save it with emtui login --remember, or use EMTUI_PASSWORD or --password-stdin"
    ), None


def _configured(connection: Connection) -> Check:
    parts = (
        ("server", connection.server),
        ("user", connection.user),
        ("profile", connection.profile and connection.profile.name),
    )
    present = [f"{name} {value}" for name, value in parts if value]
    missing = [f"no {name}" for name, value in parts if not value]
    found = f"{', '.join(present + missing)}; emtui config show lists where each value comes from"
    if connection.server is None:
        return warn("connection", found, choices())
    if connection.user is None:
        return warn("connection", found, "use --user or EMTUI_USER")
    return ok("connection", found)


def _lines(check: Check) -> str:
    """The check on one line, and the next step on a second one."""
    took = f"{check.seconds:.2f}s" if check.seconds is not None else ""
    line = f"{check.verdict.value:<4}  {check.name:<16}  {took:>6}  {check.found}\n"
    return line + (f"{'':30}{check.next}\n" if check.next else "")


def _record(check: Check) -> Record:
    return {
        "check": check.name,
        "verdict": check.verdict.value,
        "found": check.found,
        "seconds": None if check.seconds is None else round(check.seconds, 3),
        "next": check.next or None,
    }
