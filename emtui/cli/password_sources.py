"""Password sources, in order: stdin, environment, command, keyring, prompt.

There is no option for the password itself, since all users of a computer can see arguments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from emtui.cli import prompts, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.exit_codes import NoPasswordError
from emtui.em.secret import Secret, is_one_line, strip_line_end
from emtui.local import password_command, process_hardening
from emtui.local.connection import Connection
from emtui.local.profiles import KEYRING_OFF

if TYPE_CHECKING:
    from emtui.local.credentials import KeyringEntry

PASSWORD_VARIABLE = "EMTUI_PASSWORD"  # noqa: S105 - a name
PAGE_COMMAND = "emtui docs unattended"
"""The command that prints the page about passwords without a prompt."""
_NOT_UTF8 = "is not UTF-8. Nothing was sent."


def password_from_arguments(args: ParsedArguments) -> Secret | None:
    """The password from standard input or the environment; the variable is removed when it is read."""
    from_environment = os.environ.pop(PASSWORD_VARIABLE, None)
    if from_environment:
        process_hardening.disable_dumping()  # it is still in the initial environment of the process
    if args.has("--password-stdin"):
        return _read_from_stdin()
    return _parse_password(from_environment, f"in {PASSWORD_VARIABLE}") if from_environment else None


def _read_from_stdin() -> Secret:
    try:
        line = _read_line(sys.stdin) if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise NoPasswordError(f"The password on standard input {_NOT_UTF8}") from None
    password = _parse_password(line, "on standard input")
    if password is None:
        raise UsageError("--password-stdin: no password on standard input.")
    return password


def _read_line(stdin: TextIO) -> str:
    """Read one line, byte by byte: the lines after it may be commands of line mode."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(stdin.fileno(), 1)):
        line += byte
    return line.decode(stdin.encoding, stdin.errors or "strict")


def _parse_password(text: str, source: str) -> Secret | None:
    """The password without a final line end, `None` if it is empty.

    Text that is not UTF-8 would be sent as another password and count as a failed logon.
    """
    password = strip_line_end(text.removeprefix("\ufeff"))
    if not is_one_line(password):
        raise NoPasswordError(f"The password {source} has more than one line. Nothing was sent.")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise NoPasswordError(f"The password {source} {_NOT_UTF8}") from None
    return Secret(password) if password else None


def find_or_ask_password(connection: Connection) -> Secret:
    """The password for this server and user; raises `NoPasswordError` without one."""
    if not prompts.can_ask_user():
        return find_password(connection)
    return given_or_command_password(connection) or _read_from_keyring(connection) or ask_password(connection)


def find_password(connection: Connection) -> Secret:
    """The same without a prompt, even on a terminal; the error says what each source answered."""
    problems: list[str] = []
    found = given_or_command_password(connection, problems.append)
    if found is None and _uses_keyring(connection):
        found = _read_from_keyring_unattended(connection, problems.append)
    if found is None:
        next_step = (
            f"See {PAGE_COMMAND}."
            if connection.password_command
            else f"Set password_command in the profile (see {PAGE_COMMAND}), or {PASSWORD_VARIABLE}."
        )
        account = f"{connection.user} at {connection.server}"
        raise NoPasswordError(" ".join((f"No password for {account}.", *problems, next_step)))
    return found


def ask_password(connection: Connection) -> Secret:
    """The password from a prompt; raises `NoPasswordError` if it is empty."""
    account = f"{connection.user} at {connection.server}"
    password = prompts.ask_secret(f"Password of {account}: ")
    if not password:
        raise NoPasswordError(f"No password for {account}. Nothing was sent.")
    return password


def given_or_command_password(
    connection: Connection, report: Callable[[str], object] = stdio.print_message
) -> Secret | None:
    """The password from stdin, the environment or the profile's command; `report` gets why that failed."""
    command = connection.password_command
    return connection.password or (_run_password_command(command, report) if command else None)


async def find_password_unattended(connection: Connection, report: Callable[[str], object]) -> Secret | None:
    """The password if it is available without a prompt; `report` gets the reason if a source fails."""
    from emtui.em.background_thread import run_in_thread  # start-up time: loads asyncio and keyring
    from emtui.local import credentials

    profile = connection.profile
    if connection.password or connection.server is None or connection.user is None:
        return connection.password
    command = connection.password_command
    if profile and command and profile.unattended:
        try:
            return await run_in_thread(
                lambda: password_command.run_password_command(command, is_attended=False)
            )
        except password_command.PasswordCommandFailedError as error:
            report(str(error))
    elif command:
        report("password_command was not run: without unattended = true in the profile it may prompt.")
    try:
        entry = await credentials.load_password(
            connection.server, connection.user, keyring=profile.keyring if profile else None
        )
    except credentials.KeyringUnavailableError as problem:
        report(str(problem))
        return None
    if entry.password is None:
        report(credentials.format_missing_password(entry.backend))
    return entry.password


def _run_password_command(command: tuple[str, ...], report: Callable[[str], object]) -> Secret | None:
    """The output of the command; a failure is reported, and the next source is used."""
    try:
        return password_command.run_password_command(command, is_attended=prompts.can_ask_user())
    except password_command.PasswordCommandFailedError as error:
        report(str(error))
        return None


def _uses_keyring(connection: Connection) -> bool:
    keyring = connection.profile.keyring if connection.profile else None
    return connection.server is not None and connection.user is not None and keyring != KEYRING_OFF


def _read_from_keyring(connection: Connection) -> Secret | None:
    """The password in the keyring; one that does not respond is reported, and the prompt is used."""
    from emtui.local import credentials  # start-up time: as in find_password_unattended

    if not _uses_keyring(connection):
        return None
    try:
        return _load_keyring_entry(connection).password
    except credentials.KeyringUnavailableError as problem:
        is_named = connection.profile is not None and connection.profile.keyring is not None
        if is_named or isinstance(problem, credentials.KeyringTimeoutError):
            stdio.print_message(str(problem))
        return None


def _read_from_keyring_unattended(connection: Connection, report: Callable[[str], object]) -> Secret | None:
    """The password in the keyring; `report` gets why there is none."""
    from emtui.local import credentials  # start-up time: as in find_password_unattended

    try:
        entry = _load_keyring_entry(connection)
    except credentials.KeyringUnavailableError as problem:
        report(problem.reason)
        return None
    if entry.password is None:
        report(credentials.format_missing_password(entry.backend))
    return entry.password


def _load_keyring_entry(connection: Connection) -> KeyringEntry:
    import asyncio  # start-up time: as in find_password_unattended

    from emtui.local import credentials

    if connection.server is None or connection.user is None:
        raise TypeError("connection has no server or user")
    keyring = connection.profile.keyring if connection.profile else None
    return asyncio.run(credentials.load_password(connection.server, connection.user, keyring=keyring))
