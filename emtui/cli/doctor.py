"""`emtui doctor`: checks of configuration and connection, one line each, without secrets."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

from emtui.cli import exit_codes, output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import format_server_choices, resolve_connection, run_until_terminated
from emtui.cli.password_sources import PAGE_COMMAND, find_password_unattended
from emtui.doctor import local_checks, server_checks
from emtui.doctor.check_result import CheckResult, failed, passed, warning
from emtui.em.errors import InvalidSettingError
from emtui.em.secret import Secret
from emtui.handover.json_records import JsonRecord
from emtui.local.connection import Connection
from emtui.local.logfile import redact


def run(args: ParsedArguments) -> int:
    """Run all checks and print the results; the exit code is that of the first failure."""
    if args.has("--report"):
        from emtui.cli.doctor_report import print_shape_report  # noqa: PLC0415 - start-up time: only for --report

        return print_shape_report(args)
    checks = asyncio.run(run_until_terminated(_collect_checks(args)))
    if args.value_of("--output") == "json":
        stdio.print_output(output.format_json([_check_record(check) for check in checks]))
    else:
        stdio.print_output("".join(_format_check(check) for check in checks))
    return next((exit_codes.exit_code_for(check.error) for check in checks if check.error), 0)


async def _collect_checks(args: ParsedArguments) -> list[CheckResult]:
    return [check async for check in _run_checks(args)]


async def _run_checks(args: ParsedArguments) -> AsyncIterator[CheckResult]:
    for check in local_checks.check_versions():
        yield check
    connection = Connection()
    try:
        connection = resolve_connection(args)
        yield _check_connection(connection)
    except InvalidSettingError as problem:
        yield failed("configuration", problem)
    for check in local_checks.check_files(connection.profile):
        yield check
    at_terminal = stdio.is_terminal(sys.stdin) and stdio.is_terminal(sys.stderr)
    for check in local_checks.check_terminal(os.environ, is_terminal=at_terminal):
        yield check
    async for check in local_checks.check_keyrings(connection.profile):
        yield check
    password_check, password = await _check_password(connection)
    if password_check:
        yield password_check
    async for check in server_checks.check_server(replace(connection, password=password)):
        yield replace(check, message=redact(check.message), next_step=redact(check.next_step))


async def _check_password(connection: Connection) -> tuple[CheckResult | None, Secret | None]:
    """Whether a password is available without a prompt, and the password."""
    if connection.server is None or connection.user is None:
        return None, connection.password
    problems: list[str] = []
    password = await find_password_unattended(connection, problems.append)
    if password:
        return passed("password", "available without a prompt"), password
    reason = " ".join(problems) or "not available without a prompt"
    return warning(
        "password",
        reason,
        f"save it with emtui login --remember; for unattended use set password_command (see {PAGE_COMMAND})",
    ), None


def _check_connection(connection: Connection) -> CheckResult:
    parts = (
        ("server", connection.server),
        ("user", connection.user),
        ("profile", connection.profile and connection.profile.name),
    )
    present = [f"{name} {value}" for name, value in parts if value]
    missing = [name for name, value in parts if not value]
    if missing:
        *names, last_name = missing
        choices = f"{', '.join(names)} or {last_name}" if names else last_name
        present.append(f"no {choices} configured")
    summary = f"{', '.join(present)}; emtui config show lists where each value comes from"
    if connection.server is None:
        return warning("connection", summary, format_server_choices())
    if connection.user is None:
        return warning("connection", summary, "use --user or EMTUI_USER")
    return passed("connection", summary)


def _format_check(check: CheckResult) -> str:
    """The check on one line, and the next step on a second one."""
    duration_text = f"{check.seconds:.2f}s" if check.seconds is not None else ""
    line = f"{check.status.value:<4}  {check.name:<16}  {duration_text:>6}  {check.message}\n"
    return line + (f"{'':30}{check.next_step}\n" if check.next_step else "")


def _check_record(check: CheckResult) -> JsonRecord:
    return {
        "check": check.name,
        "verdict": check.status.value,
        "found": check.message,
        "seconds": None if check.seconds is None else round(check.seconds, 3),
        "next": check.next_step or None,
    }
