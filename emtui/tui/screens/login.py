"""Log on: the profiles at the left, server, user and password at the right.

Enter goes to the first thing that is missing, and logs on when nothing is. What
is wrong stands under the field it is about, with the next step. Nothing is sent
to a server before its certificate is trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from emtui.em.address import Trust, parse_server
from emtui.em.errors import BadAddress, Denied, EmError, LogonRefused, Untrusted
from emtui.em.secret import Secret
from emtui.local import credentials, password_command
from emtui.local.connection import Connection, of_profile
from emtui.local.credentials import PATIENCE, NoKeyring
from emtui.local.password_command import CommandFailed
from emtui.local.profiles import OFF, Profile
from emtui.tui.commands import Place, bindings
from emtui.tui.logon import Remember, connect, recall
from emtui.tui.screens.page import Page
from emtui.tui.screens.trust import TrustScreen
from emtui.tui.widgets.field import Field, Toggle, first
from emtui.tui.widgets.profile_list import ProfileList

if TYPE_CHECKING:
    from emtui.em.client import Client

NARROW = 80
"""Below this width the profiles make room for the fields."""


class LoginScreen(Page):
    """Ends by telling the app that somebody is logged on."""

    PLACE: ClassVar[Place] = Place.LOGIN
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOGIN)
    AUTO_FOCUS = ""

    class LoggedOn(Message):
        """There is a client now; `connection` is how it came to be."""

        def __init__(self, client: Client, connection: Connection, remember: Remember) -> None:
            super().__init__()
            self.client = client
            self.connection = connection
            self.remember = remember

    def __init__(
        self, connection: Connection, profiles: tuple[Profile, ...] = (), *, at_once: bool = False
    ) -> None:
        """Start with what is known; log on `at_once` if that is everything."""
        super().__init__()
        self._connection = connection
        self._profiles = profiles
        self._at_once = at_once
        self._busy = False
        self._said_aside = ""

    def body(self) -> Iterable[Widget]:
        """Profiles, and the form."""
        with Horizontal(id="form"):
            if self._profiles:
                yield ProfileList(self._profiles, id="profiles")
            with Vertical(id="fields"):
                yield Field("Server", id="server")
                yield Field("User", id="user")
                yield Field("Password", id="password", password=True)
                if not self.emtui.mark:
                    yield Toggle("remember it in the keyring", id="remember")
                    yield Toggle("never ask it", id="never")
                yield Static(id="status", markup=False)

    def on_mount(self) -> None:
        """Fill in what is known, and go to what is missing."""
        for never in self.query("#never"):
            never.display = False
        self._fill(self._connection)
        self._explain_user()
        if self._at_once and not self._go_to_missing():
            self.add_class("-going")
            self.action_forward()
        elif not self.emtui.mark:
            self._name_keyring()

    def on_resize(self) -> None:
        """Less where there is less room."""
        super().on_resize()
        self.set_class(self.size.width < NARROW, "-narrow")

    def _fill(self, connection: Connection) -> None:
        self._field("server").input.value = str(connection.server or "")
        self._field("user").input.value = connection.user or ""
        self._field("server").hint("host, host:port or URL; port 9398 unless given")
        self._hold(connection)
        for field in self._fields():
            field.wrong("")
        if not self._go_to_missing():
            self._field("password").input.focus()
        if connection.server and connection.user and not connection.password:
            self._look_for_password(connection)

    def _hold(self, connection: Connection) -> None:
        """What is known; a password stays a secret, and dots stand for it."""
        self._connection = connection
        field = self._field("password")
        field.input.value = ""
        field.holds(kept=bool(connection.password))

    def _look_for_password(self, connection: Connection) -> None:
        """Where the profile says that it is."""
        profile = connection.profile
        if profile and connection.password_command:
            self._status(f"The password_command of {profile.name} is run when you log on.")
        elif profile is None or profile.keyring != OFF:
            self._recall()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _fields(self) -> tuple[Field, ...]:
        return (self._field("server"), self._field("user"), self._field("password"))

    def _go_to_missing(self) -> bool:
        """To the first field that holds nothing and must; false if there is none."""
        missing = first(
            field for field in self._fields() if field.id != "password" or not self._password_known
        )
        if missing:
            missing.input.focus()
        return missing is not None

    @property
    def _password_known(self) -> bool:
        """Whether a password need not be typed: it is there, or a command prints it."""
        known = self._connection
        return self._is_meant and bool(known.password or known.password_command)

    @property
    def _is_meant(self) -> bool:
        """Whether what is known is for the server and user in the fields.

        A password that was given before any server or user was is meant for whoever is named now.
        """
        known = self._connection
        pairs = ((known.server, self._field("server")), (known.user, self._field("user")))
        return all(one is None or str(one) == field.value.strip() for one, field in pairs)

    def _status(self, text: str) -> None:
        self._said_aside = text
        if self.stands:
            self.query_one("#status", Static).update(Content(text))

    # --- filling in -------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong with a field has been changed."""
        field = next(field for field in self._fields() if field.input is event.input)
        field.wrong("")
        self._field("password").holds(kept=self._is_meant and bool(self._connection.password))
        if field.id == "user":
            self._explain_user()

    def _explain_user(self) -> None:
        user = self._field("user").value.strip()
        named = f"logs on as {user}" if user else r"DOMAIN\user, user@domain or user"
        self._field("user").hint(named)

    def on_profile_list_chosen(self, event: ProfileList.Chosen) -> None:
        """The fields of that profile."""
        self._fill(of_profile(event.profile))

    @work(exclusive=True, group="keyring", description="ask the keyring")
    async def _recall(self) -> None:
        """Hold the password that the keyring has, unless the person was quicker."""
        connection = self._connection
        self._status("Asking the keyring for the password; you may type it meanwhile.")
        asked = asyncio.create_task(recall(connection))
        try:
            await asyncio.wait({asked}, timeout=PATIENCE)
            if not asked.done():
                self._keyring_is_silent(connection)
            kept = await asked
        except NoKeyring as problem:
            self._status(str(problem))
            return
        finally:
            asked.cancel()
        self._status("")
        if kept.password and connection is self._connection and not self._field("password").value:
            self._hold(replace(connection, password=kept.password))
            self._status(f"The password is from {kept.backend}.")
            if self._at_once:
                self.action_forward()

    def _keyring_is_silent(self, connection: Connection) -> None:
        """It may be locked, or ask on another display: the person may wait, or not."""
        self._status(
            f"The keyring has not answered for {PATIENCE:g} s; it may be locked, or be asking on another"
            " display. It is still waited for: type the password if you will not wait."
        )
        if connection.profile:
            for never in self.query("#never").results(Toggle):
                never.name_it(f"never ask it for {connection.profile.name}")
                never.display = True

    @work(exclusive=True, group="name keyring", description="name the keyring")
    async def _name_keyring(self) -> None:
        """Say where a password would be kept, or why it cannot be."""
        toggle = self.query_one("#remember", Toggle)
        try:
            name = await credentials.best()
        except NoKeyring as problem:
            toggle.name_it("it cannot be remembered here", possible=False)
            if not self._said_aside:
                self._status(str(problem))
        else:
            toggle.name_it(f"remember it in {name}")

    # --- logging on -------------------------------------------------------------

    def on_input_submitted(self) -> None:
        """Enter in a field."""
        self.action_forward()

    def action_forward(self) -> None:
        """To what is missing; log on if nothing is."""
        if self._busy or self._go_to_missing():
            return
        if connection := self._wish():
            self._log_on(connection)

    def _wish(self) -> Connection | None:
        """The fields as a connection; what is wrong with them is said under them."""
        known = self._connection
        try:
            server = parse_server(self._field("server").value, allow_http=known.allow_http)
        except BadAddress as error:
            self._wrong("server", str(error))
            return None
        same = server == known.server
        typed = self._field("password").value
        return replace(
            known,
            profile=known.profile if same else None,
            server=server,
            user=self._field("user").value.strip(),
            password=Secret(typed) if typed else known.password if self._is_meant else None,
            trust=known.trust if same else Trust(known.trust.ca_file),
        )

    @work(exclusive=True, group="log on", description="log on")
    async def _log_on(self, connection: Connection) -> None:
        self._busy = True
        try:
            connection = await self._with_password(connection)
            self._hold(connection)
            self._status(f"Logging on to {connection.server} as {connection.user} …  Esc stops")
            await self._until_trusted(connection)
        except CommandFailed as failed:
            self._wrong("password", f"{failed} Type the password instead.")
        except LogonRefused as error:
            self._hold(replace(self._connection, password=None))
            self._wrong("password", str(error))
        except Denied as error:
            self._wrong("password", str(error))
        except EmError as error:
            self._wrong("server", str(error))
        finally:
            self._busy = False
            self.remove_class("-going")
            self._status("")

    async def _with_password(self, connection: Connection) -> Connection:
        """With what the profile's command prints, if nothing was typed; it has the terminal meanwhile."""
        command = connection.password_command
        if connection.password or not command:
            return connection
        password = await self.emtui.lend(lambda: password_command.run(command))
        return replace(connection, password=password)

    async def _until_trusted(self, connection: Connection) -> None:
        """Connect; where the certificate is not trusted, ask the person and connect again."""
        try:
            client = await connect(connection, remember=self.emtui.remembers)
        except Untrusted as error:
            pin = await self.app.push_screen_wait(TrustScreen(error))
            if pin is None:
                self._wrong("server", "The certificate was not accepted: nothing was sent.")
                return
            key = error.certificate.key_sha256 or None
            pinned = replace(connection, trust=Trust(connection.trust.ca_file, pin, key))
            self._hold(pinned)
            await self._until_trusted(pinned)
        else:
            self.post_message(self.LoggedOn(client, connection, self._remember()))

    def _remember(self) -> Remember:
        on = {toggle.id for toggle in self.query(Toggle) if toggle.on}
        if "remember" in on:
            return Remember.YES
        return Remember.NEVER if "never" in on else Remember.NO

    def _wrong(self, name: str, sentence: str) -> None:
        field = self._field(name)
        field.wrong(sentence)
        field.input.focus()

    def too_early(self, event: Event) -> bool:
        """Whether this is typed while the logon is under way: it is meant for what comes after it."""
        return self._busy and (isinstance(event, Paste) or (isinstance(event, Key) and event.is_printable))

    def action_stop(self) -> bool:
        """Stop logging on; false if nobody was being logged on."""
        if not self._busy:
            return False
        self.workers.cancel_group(self, "log on")
        self.say("Stopped. Enter tries again.")
        return True

    # --- moving about -----------------------------------------------------------

    def action_next_field(self) -> None:
        """The next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """The field before."""
        self.focus_previous()

    def action_back(self) -> None:
        """Stop; else the list one came from, or the profiles; never leave."""
        if self.action_stop():
            return
        if self.emtui.client:
            self.dismiss(None)
        elif self._profiles:
            self.query_one(ProfileList).focus()
        else:
            self.say("ctrl+c leaves emtui.")
