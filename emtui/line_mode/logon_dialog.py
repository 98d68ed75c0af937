"""Logging on by questions: server, user, password, and whether to trust a certificate.

Nothing is sent to a server before its certificate is trusted. Without a terminal nothing is asked: any
problem is raised.
"""

from __future__ import annotations

from dataclasses import replace

from emtui.display_text.certificate_text import certificate_as_text
from emtui.em.background_thread import run_in_thread
from emtui.em.client import Client
from emtui.em.errors import (
    CertificateUntrustedError,
    EmError,
    InvalidAddressError,
    LogonRefusedError,
)
from emtui.em.logon import ALLOW_ALL
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.line_mode.console import Console
from emtui.local import credentials, password_command
from emtui.local.client_logon import log_on
from emtui.local.connection import Connection, connection_from_profile
from emtui.local.credentials import KeyringTimeoutError, KeyringUnavailableError
from emtui.local.lockout_guard import LockoutGuard
from emtui.local.profiles import KEYRING_OFF, InvalidConfigError, check_user
from emtui.local.remembered_logon import (
    UNTIL_QUIT,
    RememberChoice,
    offer_to_save,
    save_logon,
    with_pinned_key,
)
from emtui.monitor.browser_options import BrowserOptions

ACCEPT_WORD = "pin"
MISSING_SERVER = "Server required: type a host, host:port or URL."
MISSING_USER = r"User required: type DOMAIN\user, user@domain or user."
MISSING_PASSWORD = "Password required."  # noqa: S105 - a sentence
NOT_TRUSTED = "Certificate not trusted: nothing was sent."


class LogonDialog:
    """Owns the connection while it is being completed."""

    def __init__(self, console: Console, options: BrowserOptions, connection: Connection) -> None:
        self._console = console
        self._options = options
        self.connection = connection
        self._is_password_typed = False

    async def log_on(self) -> Client:
        """Ask for what is missing until the server accepts the logon. Raises `InputEndedError`.

        Without a terminal a problem is raised as `EmError`.
        """
        if not self._options.log_on_at_once:
            self._console.say(f"Server: {self.connection.server}", f"User: {self.connection.user}")
            await self._console.ask("Press Enter to log on")
        while True:
            await self._complete()
            try:
                self._console.say(f"Logging on to {self.connection.server} as {self.connection.user}.")
                client = await self._connect()
            except CertificateUntrustedError as error:
                if not await self._ask_to_trust(error):
                    self._console.say(NOT_TRUSTED)
                    self.connection = replace(self.connection, server=None)
            except EmError as error:
                if not self._console.is_interactive:
                    raise
                self._console.say(str(error))
                await self._change_after(error)
            else:
                self.connection = with_pinned_key(self.connection, client.certificate)
                await self._save()
                return client

    async def _connect(self) -> Client:
        guard = (
            LockoutGuard(is_attended=True, warn=self._console.say) if self._options.remember else ALLOW_ALL
        )
        return await log_on(self.connection, guard, self._options.now)

    async def _change_after(self, error: EmError) -> None:
        """Ask what to change after a failed logon; Enter keeps what there is."""
        connection = self.connection
        if isinstance(error, LogonRefusedError):
            user = await self._console.ask(f"User, or Enter for {connection.user}")
            self.connection = replace(connection, user=user or connection.user, password=None)
            self._is_password_typed = True
        else:
            server = await self._console.ask(f"Server, or Enter to try {connection.server} again")
            if server:
                self.connection = self._with_server(server) or connection

    # --- what is missing --------------------------------------------------------------

    async def _complete(self) -> None:
        """Ask for what is missing: first the server, then the user, then the password."""
        if self.connection.server is None:
            self._say_profiles()
        while self.connection.server is None:
            await self._ask_for_server()
        while not self.connection.user:
            await self._ask_for_user()
        if not self.connection.password and not self._is_password_typed:
            await self._find_password()
        while not self.connection.password:
            await self._ask_for_password()

    async def _ask_for_server(self) -> None:
        answer = await self._console.ask("Server")
        if not answer:
            self._console.say(MISSING_SERVER)
        elif connection := self._with_server(answer):
            self.connection = connection

    async def _ask_for_user(self) -> None:
        answer = await self._console.ask(r"User, such as DOMAIN\user")
        try:
            user = check_user(answer or None)
        except InvalidConfigError as problem:
            self._console.say(str(problem))
            return
        self.connection = replace(self.connection, user=user)
        if not user:
            self._console.say(MISSING_USER)

    async def _ask_for_password(self) -> None:
        account = f"{self.connection.user} at {self.connection.server}"
        password = await self._console.ask_secret(f"Password of {account}")
        self._is_password_typed = True
        self.connection = replace(self.connection, password=password or None)
        if not password:
            self._console.say(MISSING_PASSWORD)

    def _say_profiles(self) -> None:
        for number, profile in enumerate(self._options.profiles, 1):
            self._console.say(
                f"{number}. profile {profile.name}: {profile.server}, {profile.user or 'no user'}"
            )
        if self._options.profiles:
            self._console.say("Type the number of a profile, or a server.")

    def _with_server(self, answer: str) -> Connection | None:
        """The connection to this server, or of the profile with this number; says what is wrong."""
        profiles = self._options.profiles
        if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(profiles):
            return connection_from_profile(profiles[int(answer) - 1])
        try:
            server = parse_server(answer, allow_http=self.connection.allow_http)
        except InvalidAddressError as problem:
            self._console.say(str(problem))
            return None
        if server == self.connection.server:
            return self.connection
        return replace(
            self.connection, profile=None, server=server, trust=Trust(self.connection.trust.ca_file)
        )

    async def _find_password(self) -> None:
        """Take the password from the profile's command or the keyring, if one of them has it."""
        connection = self.connection
        profile = connection.profile
        try:
            if command := connection.password_command:
                password = await run_in_thread(lambda: password_command.run_password_command(command))
                self.connection = replace(connection, password=password)
            elif self._options.remember and (profile is None or profile.keyring != KEYRING_OFF):
                self.connection = replace(connection, password=await self._read_keyring())
        except password_command.PasswordCommandFailedError as problem:
            self._console.say(f"{problem} Type the password instead.")

    async def _read_keyring(self) -> Secret | None:
        """The saved password; a keyring that does not respond in time is reported."""
        connection = self.connection
        if connection.server is None or connection.user is None:
            return None
        keyring = connection.profile.keyring if connection.profile else None
        try:
            entry = await credentials.load_password(connection.server, connection.user, keyring=keyring)
        except KeyringUnavailableError as problem:
            if keyring or isinstance(problem, KeyringTimeoutError):
                self._console.say(str(problem))
            return None
        return entry.password

    # --- the certificate ----------------------------------------------------------------

    async def _ask_to_trust(self, error: CertificateUntrustedError) -> bool:
        """Show the certificate, and pin it if the user types the word; raises it without a terminal."""
        if not self._console.is_interactive:
            raise error
        text = certificate_as_text(error, self._options.zone or self.connection.display_time_zone)
        self._console.say(*(line.strip() for line in text.splitlines() if line.strip()))
        answer = await self._console.ask_deliberately(f"Type {ACCEPT_WORD} to trust it, or Enter to cancel")
        if answer != ACCEPT_WORD:
            return False
        certificate = error.certificate
        trust = Trust(self.connection.trust.ca_file, certificate.sha256, certificate.key_sha256 or None)
        self.connection = replace(self.connection, trust=trust)
        if self.connection.is_temporary and self._options.remember:
            await self._ask_for_profile_name()
        return True

    async def _ask_for_profile_name(self) -> None:
        """Offer to save server, user and pin, so that the certificate stays pinned."""
        try:
            offer = await offer_to_save(self.connection)
        except InvalidConfigError as problem:
            self._console.say(f"{UNTIL_QUIT}: {problem}")
            return
        while True:
            name = await self._console.ask(
                f"Name of a profile to save server, user and pin in, such as {offer.name},"
                " or Enter to trust it only until emtui quits"
            )
            if not name:
                self._console.say(f"{UNTIL_QUIT}.")
                return
            if refusal := offer.check_name(name):
                self._console.say(refusal)
            else:
                self.connection = replace(self.connection, save_as=name)
                return

    # --- saving ---------------------------------------------------------------------------

    async def _save(self) -> None:
        """Save the profile as the login screen does, and the password if the user wants that."""
        if not self._options.remember or not self._console.is_interactive:
            return
        remember = RememberChoice.NO
        if self._is_password_typed and await self._wants_password_saved():
            remember = RememberChoice.YES
        self.connection, message = await save_logon(self.connection, remember)
        if message:
            self._console.say(message)

    async def _wants_password_saved(self) -> bool:
        profile = self.connection.profile
        if profile and profile.keyring == KEYRING_OFF:
            return False
        try:
            keyring = await credentials.preferred_keyring()
        except KeyringUnavailableError:
            return False
        place = credentials.format_retention(keyring)
        answer = await self._console.ask(f"Save the password in {place}? Type yes, or Enter for no")
        return answer.casefold() in {"y", "yes"}
