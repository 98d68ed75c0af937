"""Where a password comes from; the first that answers: stdin, environment, command, keyring, the person.

There is no option for the password itself: arguments are seen by everybody on the computer.
"""

from __future__ import annotations

import os
import subprocess
import sys

from emtui.cli import prompts, streams
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.exits import NoPassword
from emtui.em.secret import Secret
from emtui.local.connection import Connection

VARIABLE = "EMTUI_PASSWORD"


def given_password(given: Given) -> Secret | None:
    """What standard input or the environment says; the variable is gone once it was read."""
    from_environment = os.environ.pop(VARIABLE, None)
    if given.has("--password-stdin"):
        return _from_stdin()
    return Secret(from_environment) if from_environment else None


def _from_stdin() -> Secret:
    line = sys.stdin.readline() if sys.stdin is not None else ""
    password = line.removesuffix("\n").removesuffix("\r")
    if not password:
        raise BadUsage("--password-stdin: no password came on standard input.")
    return Secret(password)


def password_for(connection: Connection) -> Secret:
    """The password for this server and user; raises `NoPassword` if nobody has it."""
    found = known_password(connection) or _from_keyring(connection)
    if found:
        return found
    whose = f"{connection.user} at {connection.server}"
    if not prompts.somebody_there():
        raise NoPassword(f"no password for {whose}: set {VARIABLE}, or give it on --password-stdin.")
    password = prompts.ask_secret(f"Password of {whose}: ")
    if not password:
        raise NoPassword(f"no password for {whose}: nothing was sent.")
    return password


def known_password(connection: Connection) -> Secret | None:
    """The password that was given, or that the profile's command prints."""
    command = connection.profile.password_command if connection.profile else ()
    return connection.password or (_from_command(command) if command else None)


def _from_command(command: tuple[str, ...]) -> Secret | None:
    """The first line that it prints; run without a shell, and with nothing of emtui in its environment."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EMTUI_")}
    try:
        done = subprocess.run(  # noqa: S603 - the person's own command, from a file nobody else can write
            command, stdout=subprocess.PIPE, env=environ, text=True, check=False
        )
    except (OSError, ValueError) as problem:
        streams.narrate(f"password_command cannot be run: {getattr(problem, 'strerror', None) or problem}")
        return None
    if done.returncode != 0:
        streams.narrate(f"password_command ended with {done.returncode}")
        return None
    line = done.stdout.partition("\n")[0].removesuffix("\r")
    return Secret(line) if line else None


def _from_keyring(connection: Connection) -> Secret | None:
    """What the keyring holds; one that does not answer is said, and the person asked instead."""
    if connection.server is None or connection.user is None:
        return None
    import asyncio

    from emtui.local import credentials

    try:
        return asyncio.run(credentials.recall(connection.server, connection.user)).password
    except credentials.KeyringSilent as silent:
        streams.narrate(str(silent))
    except credentials.NoKeyring:
        pass
    return None
