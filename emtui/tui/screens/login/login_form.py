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

from emtui.em.errors import BadAddress
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.local.connection import Connection
from emtui.local.remembered_logon import Remember
from emtui.tui.screens.login.labeled_input import LabeledInput
from emtui.tui.screens.login.remember_password import RememberPassword

MISSING = {
    "server": "The server is missing: type a host, host:port or URL.",
    "user": r"The user is missing: type DOMAIN\user, user@domain or user.",
    "password": "The password is missing: type it; nothing is sent without one.",
}
"""What is said under a field that holds nothing, by its name."""


class LoginForm(Vertical):
    """The fields; `known` is the connection that they began with."""

    def __init__(self, known: Connection, *, id: str, keeps: bool) -> None:
        """Without `keeps` nothing is offered to be remembered."""
        super().__init__(id=id)
        self.known = known
        self._server = LabeledInput("Server", id="server")
        self._user = LabeledInput("User", id="user")
        self._password = LabeledInput("Password", id="password", password=True)
        self._fields = (self._server, self._user, self._password)
        self._keeping = RememberPassword() if keeps else None
        self._status = Static(id="status", markup=False)

    def compose(self) -> ComposeResult:
        """Three fields, the boxes, a line of status."""
        yield from self._fields
        if self._keeping:
            yield self._keeping
        yield self._status

    # --- what is known ------------------------------------------------------------

    def fill(self, known: Connection) -> None:
        """Begin with this."""
        for field, text in ((self._server, str(known.server or "")), (self._user, known.user or "")):
            with field.input.prevent(Input.Changed):  # nobody has typed this
                field.input.value = text
        self._server.hint("host, host:port or URL; port 9398 unless given")
        self._explain_user()
        self.hold(known)
        if self._keeping:
            self._keeping.no_trouble()
        for field in self._fields:
            field.wrong("")

    def hold(self, known: Connection) -> None:
        """Know this from now on; nothing is typed as a password."""
        self.known = known
        field = self._password
        field.input.value = ""
        field.holds(kept=bool(known.password))

    @property
    def typed(self) -> bool:
        """Whether somebody has begun to type a password."""
        return bool(self._password.value)

    @property
    def _is_meant(self) -> bool:
        """Whether what is known is for the server and user in the fields.

        A password that was given before any server or user was is meant for whoever is named now.
        """
        pairs = ((self.known.server, self._server), (self.known.user, self._user))
        return all(one is None or str(one) == field.value.strip() for one, field in pairs)

    @property
    def _password_known(self) -> bool:
        """Whether a password need not be typed: it is there, or a command prints it."""
        return self._is_meant and bool(self.known.password or self.known.password_command)

    def connection(self) -> Connection | None:
        """The fields as a connection; what is wrong with them is said under them."""
        known = self.known
        try:
            server = parse_server(self._server.value, allow_http=known.allow_http)
        except BadAddress as error:
            self.wrong("server", str(error))
            return None
        same = server == known.server
        typed = self._password.value
        return replace(
            known,
            profile=known.profile if same else None,
            server=server,
            user=self._user.value.strip(),
            password=Secret(typed) if typed else known.password if self._is_meant else None,
            trust=known.trust if same else Trust(known.trust.ca_file),
            save_as=known.save_as if same else None,
        )

    @property
    def remember(self) -> Remember:
        """What is to become of the password."""
        return self._keeping.wish if self._keeping else Remember.NO

    # --- what is said -------------------------------------------------------------

    def go_to_missing(self, *, asked: bool = False) -> bool:
        """To the first field that holds nothing and must; false if there is none.

        It says so there, if it is `asked` to go on from that very field.
        """
        needed = self._fields[:2] if self._password_known else self._fields
        missing = next((field for field in needed if not field.value.strip()), None)
        if missing:
            if asked and missing.input.has_focus:
                missing.wrong(MISSING[missing.id or ""])
            self.screen.set_focus(missing.input)
        return missing is not None

    def go_to_password(self) -> None:
        """Nothing else is to be typed."""
        self.screen.set_focus(self._password.input)

    def status(self, text: str) -> None:
        """What is being done, or was."""
        self._status.update(Content(text))

    def wrong(self, name: str, sentence: str) -> None:
        """What is wrong with the field of this name, and to it."""
        field = next(field for field in self._fields if field.id == name)
        field.wrong(sentence)
        self.screen.set_focus(field.input)

    def name_keyring(self, shown: asyncio.Event) -> None:
        """Say where a password would be kept, once the first picture is `shown`."""
        if self._keeping:
            self._keeping.name_keyring(shown)

    def offer_never(self) -> None:
        """The keyring of this profile is silent."""
        if self._keeping and self.known.profile:
            self._keeping.offer_never(self.known.profile.name)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong with a field has been changed."""
        field = next(field for field in self._fields if field.input is event.input)
        field.wrong("")
        self._password.holds(kept=self._is_meant and bool(self.known.password))
        if field.id == "user":
            self._explain_user()

    def _explain_user(self) -> None:
        user = self._user.value.strip()
        named = f"logs on as {user}" if user else r"DOMAIN\user, user@domain or user"
        self._user.hint(named)
