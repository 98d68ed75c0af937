"""Password sources, in order: stdin, environment, command, keyring, prompt.

There is no option for the password itself, since all users of a computer can see arguments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from emtui.cli import prompts, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.exit_codes import NoPasswordError
from emtui.em.secret import Secret, is_one_line, strip_line_end
from emtui.local import password_command, process_hardening
from emtui.local.connection import Connection
from emtui.local.profiles import KEYRING_OFF

PASSWORD_VARIABLE = "EMTUI_PASSWORD"  # noqa: S105 - a name
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
        line = sys.stdin.readline() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise NoPasswordError(f"The password on standard input {_NOT_UTF8}") from None
    password = _parse_password(line, "on standard input")
    if password is None:
        raise UsageError("--password-stdin: no password on standard input.")
    return password


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
    """The same without a prompt, even on a terminal."""
    found = given_or_command_password(connection) or _read_from_keyring(connection)
    if found is None:
        account = f"{connection.user} at {connection.server}"
        raise NoPasswordError(f"No password for {account}. Set {PASSWORD_VARIABLE} or use --password-stdin.")
    return found


def ask_password(connection: Connection) -> Secret:
    """The password from a prompt; raises `NoPasswordError` if it is empty."""
    account = f"{connection.user} at {connection.server}"
    password = prompts.ask_secret(f"Password of {account}: ")
    if not password:
        raise NoPasswordError(f"No password for {account}. Nothing was sent.")
    return password


def given_or_command_password(connection: Connection) -> Secret | None:
    """The password from stdin, the environment or the profile's command."""
    command = connection.password_command
    return connection.password or (_run_password_command(command) if command else None)


async def find_password_unattended(connection: Connection, report: Callable[[str], object]) -> Secret | None:
    """The password if it is available without a prompt; `say` gets the reason if a source fails."""
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
    try:
        keyring = profile.keyring if profile else None
        return (await credentials.load_password(connection.server, connection.user, keyring=keyring)).password
    except credentials.KeyringUnavailableError as problem:
        report(str(problem))
        return None


def _run_password_command(command: tuple[str, ...]) -> Secret | None:
    """The output of the command; a failure is reported, and the next source is used."""
    try:
        return password_command.run_password_command(command, is_attended=prompts.can_ask_user())
    except password_command.PasswordCommandFailedError as error:
        stdio.print_message(str(error))
        return None


def _read_from_keyring(connection: Connection) -> Secret | None:
    """The password in the keyring; one that does not respond is reported, and the prompt is used."""
    keyring = connection.profile.keyring if connection.profile else None
    if connection.server is None or connection.user is None or keyring == KEYRING_OFF:
        return None
    import asyncio  # start-up time: as in silent_password

    from emtui.local import credentials

    try:
        saved = asyncio.run(credentials.load_password(connection.server, connection.user, keyring=keyring))
    except credentials.KeyringUnavailableError as problem:
        if keyring or isinstance(problem, credentials.KeyringTimeoutError):
            stdio.print_message(str(problem))
        return None
    return saved.password
