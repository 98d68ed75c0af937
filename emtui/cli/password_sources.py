"""Where a password comes from; the first that answers: stdin, environment, command, keyring, the person.

There is no option for the password itself: arguments are seen by everybody on the computer.
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
_NOT_UTF8 = "is not UTF-8: nothing was sent."


def given_password(given: Given) -> Secret | None:
    """What standard input or the environment says; the variable is gone once it was read."""
    from_environment = os.environ.pop(VARIABLE, None)
    if from_environment:
        process_hardening.close_to_others()  # it still stands in what the process began with
    if given.has("--password-stdin"):
        return _from_stdin()
    return _one_line(from_environment, f"in {VARIABLE}") if from_environment else None


def _from_stdin() -> Secret:
    try:
        line = sys.stdin.readline() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise NoPassword(f"the password on standard input {_NOT_UTF8}") from None
    password = _one_line(line, "on standard input")
    if password is None:
        raise BadUsage("--password-stdin: no password came on standard input.")
    return password


def _one_line(text: str, where: str) -> Secret | None:
    """A password that can be sent, without the line end of a file; none if it is empty.

    What is not UTF-8 would be sent as something else, and be counted.
    """
    password = without_line_end(text.removeprefix("\ufeff"))
    if not is_one_line(password):
        raise NoPassword(f"the password {where} is more than one line: nothing was sent.")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise NoPassword(f"the password {where} {_NOT_UTF8}") from None
    return Secret(password) if password else None


def password_for(connection: Connection) -> Secret:
    """The password for this server and user; raises `NoPassword` if nobody has it."""
    if not prompts.somebody_there():
        return unasked_password(connection)
    return known_password(connection) or _from_keyring(connection) or asked_password(connection)


def unasked_password(connection: Connection) -> Secret:
    """The same, and nobody is asked even if somebody is there."""
    found = known_password(connection) or _from_keyring(connection)
    if found is None:
        whose = f"{connection.user} at {connection.server}"
        raise NoPassword(f"no password for {whose}: set {VARIABLE}, or give it on --password-stdin.")
    return found


def asked_password(connection: Connection) -> Secret:
    """What a person types; raises `NoPassword` for nothing."""
    whose = f"{connection.user} at {connection.server}"
    password = prompts.ask_secret(f"Password of {whose}: ")
    if not password:
        raise NoPassword(f"no password for {whose}: nothing was sent.")
    return password


def known_password(connection: Connection) -> Secret | None:
    """The password that was given, or that the profile's command prints."""
    command = connection.password_command
    return connection.password or (_from_command(command) if command else None)


async def silent_password(connection: Connection, say: Callable[[str], object]) -> Secret | None:
    """The password, if it is known without asking anybody; why a source does not answer is said."""
    from emtui.em.background_thread import beside  # start-up time: loads asyncio, and what runs a keyring
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
    """What it prints; one that fails is said, and the next source asked instead."""
    try:
        return password_command.run(command, attended=prompts.somebody_there())
    except password_command.CommandFailed as failed:
        stdio.narrate(str(failed))
        return None


def _from_keyring(connection: Connection) -> Secret | None:
    """What the keyring holds; one that does not answer is said, and the person asked instead."""
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
