"""Password sources, in order: stdin, environment, command, keyring, prompt.

There is no option for the password itself, since all users of a computer can see arguments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from emtui.cli import prompts, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.exit_codes import NoPassword
from emtui.em.secret import Secret, is_one_line, without_line_end
from emtui.local import password_command, process_hardening
from emtui.local.connection import Connection
from emtui.local.profiles import OFF

VARIABLE = "EMTUI_PASSWORD"
_NOT_UTF8 = "is not UTF-8. Nothing was sent."


def given_password(given: Given) -> Secret | None:
    """The password from standard input or the environment; the variable is removed when it is read."""
    from_environment = os.environ.pop(VARIABLE, None)
    if from_environment:
        process_hardening.close_to_others()  # it is still in the initial environment of the process
    if given.has("--password-stdin"):
        return _from_stdin()
    return _one_line(from_environment, f"in {VARIABLE}") if from_environment else None


def _from_stdin() -> Secret:
    try:
        line = sys.stdin.readline() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise NoPassword(f"The password on standard input {_NOT_UTF8}") from None
    password = _one_line(line, "on standard input")
    if password is None:
        raise BadUsage("--password-stdin: no password on standard input.")
    return password


def _one_line(text: str, where: str) -> Secret | None:
    """The password without a final line end, `None` if it is empty.

    Text that is not UTF-8 would be sent as another password and count as a failed logon.
    """
    password = without_line_end(text.removeprefix("\ufeff"))
    if not is_one_line(password):
        raise NoPassword(f"The password {where} has more than one line. Nothing was sent.")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise NoPassword(f"The password {where} {_NOT_UTF8}") from None
    return Secret(password) if password else None


def password_for(connection: Connection) -> Secret:
    """The password for this server and user; raises `NoPassword` without one."""
    if not prompts.somebody_there():
        return unasked_password(connection)
    return known_password(connection) or _from_keyring(connection) or asked_password(connection)


def unasked_password(connection: Connection) -> Secret:
    """The same without a prompt, even on a terminal."""
    found = known_password(connection) or _from_keyring(connection)
    if found is None:
        whose = f"{connection.user} at {connection.server}"
        raise NoPassword(f"No password for {whose}. Set {VARIABLE} or use --password-stdin.")
    return found


def asked_password(connection: Connection) -> Secret:
    """The password from a prompt; raises `NoPassword` if it is empty."""
    whose = f"{connection.user} at {connection.server}"
    password = prompts.ask_secret(f"Password of {whose}: ")
    if not password:
        raise NoPassword(f"No password for {whose}. Nothing was sent.")
    return password


def known_password(connection: Connection) -> Secret | None:
    """The password from stdin, the environment or the profile's command."""
    command = connection.password_command
    return connection.password or (_from_command(command) if command else None)


async def silent_password(connection: Connection, say: Callable[[str], object]) -> Secret | None:
    """The password if it is available without a prompt; `say` gets the reason if a source fails."""
    from emtui.em.background_thread import beside  # start-up time: loads asyncio and keyring
    from emtui.local import credentials

    profile = connection.profile
    if connection.password or connection.server is None or connection.user is None:
        return connection.password
    command = connection.password_command
    if profile and command and profile.unattended:
        try:
            return await beside(lambda: password_command.run(command, attended=False))
        except password_command.CommandFailed as failed:
            say(str(failed))
    try:
        keyring = profile.keyring if profile else None
        return (await credentials.recall(connection.server, connection.user, keyring=keyring)).password
    except credentials.NoKeyring as problem:
        say(str(problem))
        return None


def _from_command(command: tuple[str, ...]) -> Secret | None:
    """The output of the command; a failure is reported, and the next source is used."""
    try:
        return password_command.run(command, attended=prompts.somebody_there())
    except password_command.CommandFailed as failed:
        stdio.narrate(str(failed))
        return None


def _from_keyring(connection: Connection) -> Secret | None:
    """The password in the keyring; one that does not respond is reported, and the prompt is used."""
    keyring = connection.profile.keyring if connection.profile else None
    if connection.server is None or connection.user is None or keyring == OFF:
        return None
    import asyncio  # start-up time: as in silent_password

    from emtui.local import credentials

    try:
        kept = asyncio.run(credentials.recall(connection.server, connection.user, keyring=keyring))
    except credentials.NoKeyring as problem:
        if keyring or isinstance(problem, credentials.KeyringSilent):
            stdio.narrate(str(problem))
        return None
    return kept.password
