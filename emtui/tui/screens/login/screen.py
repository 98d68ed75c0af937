"""Log on: the profiles at the left, server, user and password at the right.

Enter goes to the first thing that is missing, and logs on when nothing is. What
is wrong stands under the field it is about, with the next step. Nothing is sent
to a server before its certificate is trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Event, Key, Paste
from textual.widget import Widget

from emtui.em.errors import BasicNotOffered, Denied, EmError, LogonRefused, Untrusted
from emtui.em.server_address import Trust
from emtui.local import password_command
from emtui.local.connection import Connection, of_profile
from emtui.local.password_command import CommandFailed
from emtui.local.profiles import OFF, BadConfig
from emtui.local.remembered_logon import (
    FOR_THIS_RUN,
    InteractionNeededError,
    offer,
    saved_password,
)
from emtui.tui.commands import Place, bindings
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.login.login_form import LoginForm
from emtui.tui.screens.login.profile_list import ProfileList
from emtui.tui.services.logon_service import connect

NARROW = 80
"""Below this width the profiles make room for the fields."""
SILENT = (
    "The keyring has not answered for {:.0f} s; it may be locked, or be asking on another"
    " display. It is still waited for: type the password if you will not wait."
)


class LoginScreen(BaseScreen):
    """Ends by telling the app that somebody is logged on."""

    PLACE: ClassVar[Place] = Place.LOGIN
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOGIN)
    AUTO_FOCUS = ""

    def __init__(
        self, ctx: AppContext, *, at_once: bool = False, failed: InteractionNeededError | None = None
    ) -> None:
        """Start with what is known; log on `at_once` if that is everything, and go on with what `failed`.

        Nothing is offered to be remembered in a demo, or for a recording.
        """
        super().__init__(ctx)
        self.form = LoginForm(ctx.logon.connection, id="fields", keeps=not ctx.options.mark)
        self._profiles = ctx.options.profiles
        self._at_once = at_once
        self._problem = failed.problem if failed else None
        self._asked = failed.request if failed else None
        self._busy = False
        self._news = ""
        self._was_in: Widget | None = None

    def body(self) -> Iterable[Widget]:
        """Profiles, and the form."""
        with Horizontal(id="form"):
            if self._profiles:
                yield ProfileList(self._profiles, self.form.known.profile, id="profiles")
            yield self.form

    def on_mount(self) -> None:
        """Fill in what is known, and go to what is missing."""
        self._fill(self.form.known)
        if self._at_once and not self._problem and not self.form.go_to_missing():
            self.add_class("-going")
            self.action_forward()
            return
        self.form.name_keyring(self.ctx.terminal.first_paint)
        if self._problem:
            self._log_on(self.form.known, self._problem)

    def on_resize(self) -> None:
        """Less where there is less room."""
        super().on_resize()
        self.set_class(self.size.width < NARROW, "-narrow")

    def on_profile_list_chosen(self, event: ProfileList.Chosen) -> None:
        """The fields of that profile."""
        self._fill(of_profile(event.profile))

    def _fill(self, connection: Connection) -> None:
        self.form.fill(connection)
        if not self.form.go_to_missing():
            self.form.go_to_password()
        if connection.server and connection.user and not connection.password:
            self._look_for_password(connection)

    def _look_for_password(self, connection: Connection) -> None:
        """Where the profile says that it is."""
        profile = connection.profile
        if profile and connection.password_command:
            self.form.status(f"The password_command of {profile.name} is run when you log on.")
        elif profile is None or profile.keyring != OFF:
            self._recall()

    # --- the keyring --------------------------------------------------------------

    @work(exclusive=True, group="keyring", description="ask the keyring")
    async def _recall(self) -> None:
        """Hold the password that the keyring has, unless the person was quicker."""
        connection = self.form.known
        self.form.status("Asking the keyring for the password; you may type it meanwhile.")
        await self.ctx.terminal.first_paint.wait()
        from emtui.local.credentials import PATIENCE, NoKeyring  # noqa: PLC0415 - start-up time

        asked, self._asked = self._asked or asyncio.create_task(saved_password(connection)), None
        try:
            await asyncio.wait({asked}, timeout=PATIENCE)
            if not asked.done():
                self.form.status(SILENT.format(PATIENCE))
                self.form.offer_never()
            kept = await asked
        except NoKeyring as problem:
            self.form.status(str(problem))
            return
        finally:
            asked.cancel()
        self.form.status("")
        if kept.password and connection is self.form.known and not self.form.typed:
            self.form.hold(replace(connection, password=kept.password))
            self.form.status(f"The password is from {kept.backend}.")
            if self._at_once:
                self.action_forward()

    # --- logging on -------------------------------------------------------------

    def action_forward(self) -> None:
        """To what is missing; log on if nothing is."""
        if self._busy or self.form.go_to_missing(asked=True):
            return
        if connection := self.form.connection():
            self._log_on(connection)

    @work(exclusive=True, group="log on", description="log on")
    async def _log_on(self, connection: Connection, problem: EmError | None = None) -> None:
        """Log on, or go on from the problem that another has had with it."""
        self._busy = True
        try:
            connection = await self._with_password(connection)
            self.form.hold(connection)
            self.form.status(f"Logging on to {connection.server} as {connection.user} …  Esc stops")
            await self._until_trusted(connection, problem)
        except CommandFailed as failed:
            self.form.wrong("password", f"{failed} Type the password instead.")
        except EmError as error:
            if isinstance(error, LogonRefused):
                self.form.hold(replace(self.form.known, password=None))
            self.form.wrong(_field_concerned(error), str(error))
        finally:
            self._busy = False
            self.remove_class("-going")
            self.form.status("")

    async def _with_password(self, connection: Connection) -> Connection:
        """With what the profile's command prints, if nothing was typed; it has the terminal meanwhile."""
        command = connection.password_command
        if connection.password or not command:
            return connection
        password = await self.ctx.terminal.suspend_for(lambda: password_command.run(command))
        return replace(connection, password=password)

    async def _until_trusted(self, connection: Connection, problem: EmError | None = None) -> None:
        """Connect; where the certificate is not trusted, ask the person and connect again."""
        try:
            if problem:
                raise problem
            client = await connect(connection, self.ctx.clock.now, remember=self.ctx.options.remember)
        except Untrusted as error:
            pinned = await self._pinned(connection, error)
            if pinned is None:
                self.form.wrong("server", "The certificate was not accepted: nothing was sent.")
                return
            self.form.hold(pinned)
            await self._until_trusted(pinned)
        else:
            self.app.call_later(self.ctx.logon.log_on_as, client, connection, self.form.remember, self._news)

    async def _pinned(self, connection: Connection, error: Untrusted) -> Connection | None:
        """With the certificate that a person accepts, and the name to save it as, if one must be given."""
        offered, reason = None, ""
        if connection.passing and self.ctx.options.remember:
            try:
                offered = await offer(connection)
            except BadConfig as problem:
                reason = f": {problem}"
        pinned = await self.ctx.navigator.ask_to_trust(error, offered)
        if pinned is None:
            return None
        lasts = pinned.save_as is not None or (self.ctx.options.remember and not connection.passing)
        self._news = "" if lasts else f"{FOR_THIS_RUN}{reason or '.'}"
        trust = Trust(connection.trust.ca_file, pinned.sha256, error.certificate.key_sha256 or None)
        return replace(connection, trust=trust, save_as=pinned.save_as)

    def ignores_input_before_paint(self, event: Event) -> bool:
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

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Where the person is."""
        self._was_in = event.widget

    def focus_again(self) -> None:
        """Where the person was, else to what is missing."""
        if self._was_in and self._was_in.is_attached and self._was_in.focusable:
            self.set_focus(self._was_in)
        elif not self.form.go_to_missing():
            self.form.go_to_password()

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
        if self.ctx.logon.client:
            self.dismiss(None)
        elif self._profiles:
            self.set_focus(self.query_one("#profiles"))
        else:
            self.say("ctrl+c leaves emtui.")


def _field_concerned(error: EmError) -> str:
    """The field that an error is about: where Basic is not offered nobody looked at the password."""
    is_denied = isinstance(error, Denied) and not isinstance(error, BasicNotOffered)
    return "password" if is_denied else "server"
