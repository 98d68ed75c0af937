"""Server, user and password as they are typed, and what is known beneath them.

A password that is known is never in its field: it stays a secret, and dots stand for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from emtui.em.errors import InvalidAddressError
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.local.connection import Connection
from emtui.local.remembered_logon import RememberChoice
from emtui.tui.screens.login.labeled_input import LabeledInput
from emtui.tui.screens.login.remember_password import RememberPassword

MISSING_MESSAGES = {
    "server": "The server is missing: type a host, host:port or URL.",
    "user": r"The user is missing: type DOMAIN\user, user@domain or user.",
    "password": "The password is missing: type it; nothing is sent without one.",
}
"""What is said under a field that holds nothing, by its name."""


class LoginForm(Vertical):
    """The fields; `known` is the connection that they began with."""

    def __init__(self, connection: Connection, *, id: str, can_remember: bool) -> None:
        """Without `keeps` nothing is offered to be remembered."""
        super().__init__(id=id)
        self.known_connection = connection
        self._server = LabeledInput("Server", id="server")
        self._user = LabeledInput("User", id="user")
        self._password = LabeledInput("Password", id="password", password=True)
        self._fields = (self._server, self._user, self._password)
        self._remember_password = RememberPassword() if can_remember else None
        self._status = Static(id="status", markup=False)

    def compose(self) -> ComposeResult:
        """Three fields, the boxes, a line of status."""
        yield from self._fields
        if self._remember_password:
            yield self._remember_password
        yield self._status

    # --- what is known ------------------------------------------------------------

    def fill(self, connection: Connection) -> None:
        """Begin with this."""
        for field, text in (
            (self._server, str(connection.server or "")),
            (self._user, connection.user or ""),
        ):
            with field.input.prevent(Input.Changed):  # nobody has typed this
                field.input.value = text
        self._server.show_hint("host, host:port or URL; port 9398 unless given")
        self._explain_user()
        self.set_known_connection(connection)
        if self._remember_password:
            self._remember_password.hide_never_ask()
        for field in self._fields:
            field.show_error("")

    def set_known_connection(self, connection: Connection) -> None:
        """Know this from now on; nothing is typed as a password."""
        self.known_connection = connection
        field = self._password
        field.input.value = ""
        field.show_saved_marker(is_saved=bool(connection.password))

    @property
    def is_password_typed(self) -> bool:
        """Whether somebody has begun to type a password."""
        return bool(self._password.value)

    @property
    def _is_known_for_fields(self) -> bool:
        """Whether what is known is for the server and user in the fields.

        A password that was given before any server or user was is meant for whoever is named now.
        """
        pairs = ((self.known_connection.server, self._server), (self.known_connection.user, self._user))
        return all(
            known_value is None or str(known_value) == field.value.strip() for known_value, field in pairs
        )

    @property
    def _has_password(self) -> bool:
        """Whether a password need not be typed: it is there, or a command prints it."""
        return self._is_known_for_fields and bool(
            self.known_connection.password or self.known_connection.password_command
        )

    def connection(self) -> Connection | None:
        """The fields as a connection; what is wrong with them is said under them."""
        known = self.known_connection
        try:
            server = parse_server(self._server.value, allow_http=known.allow_http)
        except InvalidAddressError as error:
            self.show_error("server", str(error))
            return None
        is_same_server = server == known.server
        password_text = self._password.value
        return replace(
            known,
            profile=known.profile if is_same_server else None,
            server=server,
            user=self._user.value.strip(),
            password=Secret(password_text)
            if password_text
            else known.password
            if self._is_known_for_fields
            else None,
            trust=known.trust if is_same_server else Trust(known.trust.ca_file),
            save_as=known.save_as if is_same_server else None,
        )

    @property
    def remember(self) -> RememberChoice:
        """What is to become of the password."""
        return self._remember_password.choice if self._remember_password else RememberChoice.NO

    # --- what is said -------------------------------------------------------------

    def focus_missing(self, *, is_requested: bool = False) -> bool:
        """To the first field that holds nothing and must; false if there is none.

        It says so there, if it is `asked` to go on from that very field.
        """
        required = self._fields[:2] if self._has_password else self._fields
        missing = next((field for field in required if not field.value.strip()), None)
        if missing:
            if is_requested and missing.input.has_focus:
                missing.show_error(MISSING_MESSAGES[missing.id or ""])
            self.screen.set_focus(missing.input)
        return missing is not None

    def focus_password(self) -> None:
        """Nothing else is to be typed."""
        self.screen.set_focus(self._password.input)

    def show_status(self, text: str) -> None:
        """What is being done, or was."""
        self._status.update(Content(text))

    def show_error(self, name: str, sentence: str) -> None:
        """What is wrong with the field of this name, and to it."""
        field = next(field for field in self._fields if field.id == name)
        field.show_error(sentence)
        self.screen.set_focus(field.input)

    def show_keyring_name(self, first_paint: asyncio.Event) -> None:
        """Say where a password would be kept, once the first picture is `shown`."""
        if self._remember_password:
            self._remember_password.show_keyring_name(first_paint)

    def offer_never(self) -> None:
        """The keyring of this profile is silent."""
        if self._remember_password and self.known_connection.profile:
            self._remember_password.offer_never(self.known_connection.profile.name)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong with a field has been changed."""
        field = next(field for field in self._fields if field.input is event.input)
        field.show_error("")
        self._password.show_saved_marker(
            is_saved=self._is_known_for_fields and bool(self.known_connection.password)
        )
        if field.id == "user":
            self._explain_user()

    def _explain_user(self) -> None:
        user = self._user.value.strip()
        hint = f"logs on as {user}" if user else r"DOMAIN\user, user@domain or user"
        self._user.show_hint(hint)
