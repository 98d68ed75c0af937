"""Log on: the profiles at the left, server, user and password at the right.

Enter goes to the first thing that is missing, and logs on when nothing is. What
is wrong stands under the field it is about, with the next step. Nothing is sent
to a server before its certificate is trusted.
"""

from __future__ import annotations

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
from emtui.em.errors import BadAddress, Denied, EmError, Untrusted
from emtui.em.secret import Secret
from emtui.local.connection import Connection, of_profile
from emtui.local.credentials import NoKeyring
from emtui.local.profiles import Profile
from emtui.tui.commands import Place, bindings
from emtui.tui.logon import connect, recall
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

        def __init__(self, client: Client, connection: Connection, *, remember: bool) -> None:
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
                yield Static(id="status", markup=False)

    def on_mount(self) -> None:
        """Fill in what is known, and go to what is missing."""
        self._fill(self._connection)
        self._explain_user()
        if self._at_once and not self._go_to_missing():
            self.add_class("-going")
            self.action_forward()

    def on_resize(self) -> None:
        """Less where there is less room."""
        super().on_resize()
        self.set_class(self.size.width < NARROW, "-narrow")

    def _fill(self, connection: Connection) -> None:
        self._connection = connection
        self._field("server").input.value = str(connection.server or "")
        self._field("user").input.value = connection.user or ""
        self._field("password").input.value = connection.password.reveal() if connection.password else ""
        self._field("server").hint("host, host:port or URL; port 9398 unless given")
        for field in self._fields():
            field.wrong("")
        if not self._go_to_missing():
            self._field("password").input.focus()
        if connection.server and connection.user and not connection.password:
            self._recall()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _fields(self) -> tuple[Field, ...]:
        return (self._field("server"), self._field("user"), self._field("password"))

    def _go_to_missing(self) -> bool:
        missing = first(self._fields())
        if missing:
            missing.input.focus()
        return missing is not None

    def _status(self, text: str) -> None:
        if self.stands:
            self.query_one("#status", Static).update(Content(text))

    # --- filling in -------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong with a field has been changed."""
        field = next(field for field in self._fields() if field.input is event.input)
        field.wrong("")
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
        """Fill in the password that the keyring holds, unless the person was quicker."""
        connection = self._connection
        self._status("Asking the keyring for the password; you may type it meanwhile.")
        try:
            kept = await recall(connection)
        except NoKeyring as problem:
            self._status(str(problem))
            return
        self._status("")
        field = self._field("password")
        if kept.password and connection is self._connection and not field.value:
            field.input.value = kept.password.reveal()
            self._status(f"The password is from {kept.backend}.")
            if self._at_once:
                self.action_forward()

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
        return replace(
            known,
            profile=known.profile if same else None,
            server=server,
            user=self._field("user").value.strip(),
            password=Secret(self._field("password").value),
            trust=known.trust if same else Trust(known.trust.ca_file),
        )

    @work(exclusive=True, group="log on", description="log on")
    async def _log_on(self, connection: Connection) -> None:
        self._busy = True
        self._status(f"Logging on to {connection.server} as {connection.user} …  Esc stops")
        try:
            await self._until_trusted(connection)
        except EmError as error:
            self._wrong("password" if isinstance(error, Denied) else "server", str(error))
        finally:
            self._busy = False
            self.remove_class("-going")
            self._status("")

    async def _until_trusted(self, connection: Connection) -> None:
        """Connect; where the certificate is not trusted, ask the person and connect again."""
        try:
            client = await connect(connection)
        except Untrusted as error:
            pin = await self.app.push_screen_wait(TrustScreen(error))
            if pin is None:
                self._wrong("server", "The certificate was not accepted: nothing was sent.")
                return
            pinned = replace(connection, trust=Trust(connection.trust.ca_file, pin))
            self._connection = replace(pinned, password=None)
            await self._until_trusted(pinned)
        else:
            self.post_message(self.LoggedOn(client, connection, remember=self._remember()))

    def _remember(self) -> bool:
        return any(toggle.on for toggle in self.query(Toggle))

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
