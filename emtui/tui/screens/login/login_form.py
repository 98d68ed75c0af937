"""The login form: server, user and password, and the connection that the fields were filled from.

A saved password is never put into its field: it stays a `Secret`, and dots are shown instead.
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
    "server": "Server required: type a host, host:port or URL.",
    "user": r"User required: type DOMAIN\user, user@domain or user.",
    "password": "Password required.",
}
"""Error of an empty field, by its name."""


class LoginForm(Vertical):
    """The fields; `base_connection` is the connection that they were filled from."""

    def __init__(self, connection: Connection, *, id: str, can_remember: bool) -> None:
        """Offer to save the password only if `can_remember`."""
        super().__init__(id=id)
        self.base_connection = connection
        self._server = LabeledInput("Server", id="server")
        self._user = LabeledInput("User", id="user")
        self._password = LabeledInput("Password", id="password", password=True)
        self._fields = (self._server, self._user, self._password)
        self._remember_password = RememberPassword() if can_remember else None
        self._status = Static(id="status", markup=False)

    def compose(self) -> ComposeResult:
        """Return the fields, the checkboxes and the status line."""
        yield from self._fields
        if self._remember_password:
            yield self._remember_password
        yield self._status

    # --- the connection -----------------------------------------------------------

    def fill(self, connection: Connection) -> None:
        """Fill the fields from this connection."""
        for field, text in (
            (self._server, str(connection.server or "")),
            (self._user, connection.user or ""),
        ):
            with field.input.prevent(Input.Changed):  # not typed by the user
                field.input.value = text
        self._server.show_hint("host, host:port or URL (default port 9398)")
        self._explain_user()
        self.set_base_connection(connection)
        if self._remember_password:
            self._remember_password.hide_keyring_opt_out()
            self._remember_password.show_reading_problem("")
        for field in self._fields:
            field.show_error("")

    def set_base_connection(self, connection: Connection) -> None:
        """Use this connection as the base, and clear the typed password."""
        self.base_connection = connection
        field = self._password
        field.input.value = ""
        field.show_saved_marker(is_saved=bool(connection.password))

    @property
    def is_password_typed(self) -> bool:
        """Whether a password has been typed."""
        return bool(self._password.value)

    @property
    def _base_matches_fields(self) -> bool:
        """Whether the base connection has the server and user of the fields.

        A password that was given without a server or user is for whatever the fields contain.
        """
        pairs = ((self.base_connection.server, self._server), (self.base_connection.user, self._user))
        return all(
            base_value is None or str(base_value) == field.value.strip() for base_value, field in pairs
        )

    @property
    def _has_password(self) -> bool:
        """Whether the base connection has a password or a password command for these fields."""
        return self._base_matches_fields and bool(
            self.base_connection.password or self.base_connection.password_command
        )

    def connection(self) -> Connection | None:
        """The fields as a connection; None, with an error below the field, if the server is invalid."""
        base = self.base_connection
        try:
            server = parse_server(self._server.value, allow_http=base.allow_http)
        except InvalidAddressError as error:
            self.show_error("server", str(error))
            return None
        is_same_server = server == base.server
        password_text = self._password.value
        return replace(
            base,
            profile=base.profile if is_same_server else None,
            server=server,
            user=self._user.value.strip(),
            password=Secret(password_text)
            if password_text
            else base.password
            if self._base_matches_fields
            else None,
            trust=base.trust if is_same_server else Trust(base.trust.ca_file),
            save_as=base.save_as if is_same_server else None,
        )

    @property
    def remember(self) -> RememberChoice:
        """Whether to save the password in the keyring."""
        return self._remember_password.choice if self._remember_password else RememberChoice.NO

    # --- focus and messages -------------------------------------------------------

    def focus_missing(self, *, is_requested: bool = False) -> bool:
        """Focus the first required field that is empty; false if there is none.

        An error is shown if it `is_requested` by the user and the field already has the focus.
        """
        required = self._fields[:2] if self._has_password else self._fields
        missing = next((field for field in required if not field.value.strip()), None)
        if missing:
            if is_requested and missing.input.has_focus:
                missing.show_error(MISSING_MESSAGES[missing.id or ""])
            self.screen.set_focus(missing.input)
        return missing is not None

    def focus_password(self) -> None:
        """Focus the password field."""
        self.screen.set_focus(self._password.input)

    def show_status(self, text: str) -> None:
        """Show what is being done."""
        self._status.update(Content(text))

    def show_error(self, name: str, sentence: str) -> None:
        """Show an error below the field with this name, and focus it."""
        field = next(field for field in self._fields if field.id == name)
        field.show_error(sentence)
        self.screen.set_focus(field.input)

    def show_keyring_name(self, first_paint: asyncio.Event) -> None:
        """Show the keyring in which a password would be saved, after the first paint."""
        if self._remember_password:
            self._remember_password.show_keyring_name(first_paint)

    def show_keyring_problem(self, sentence: str) -> None:
        """Show why the password was not read from the keyring; an empty sentence clears it."""
        if self._remember_password:
            self._remember_password.show_reading_problem(sentence)
        else:
            self.show_status(sentence)

    def offer_keyring_opt_out(self) -> None:
        """Offer not to use the keyring for this profile, since it does not respond."""
        if self._remember_password and self.base_connection.profile:
            self._remember_password.offer_keyring_opt_out(self.base_connection.profile.name)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Clear the error of the changed field."""
        field = next(field for field in self._fields if field.input is event.input)
        field.show_error("")
        self._password.show_saved_marker(
            is_saved=self._base_matches_fields and bool(self.base_connection.password)
        )
        if field.id == "user":
            self._explain_user()

    def _explain_user(self) -> None:
        user = self._user.value.strip()
        hint = f"logs on as {user}" if user else r"DOMAIN\user, user@domain or user"
        self._user.show_hint(hint)
