"""The login screen: profiles on the left; server, user and password on the right.

Enter goes to the first empty field, and logs on if there is none. Errors are shown below the field that they
are about, with the next step. Nothing is sent to a server before its certificate is trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.events import DescendantFocus, Event, Key, Paste
from textual.widget import Widget

from emtui import __version__
from emtui.em.errors import (
    AccessDeniedError,
    BasicAuthNotOfferedError,
    CertificateUntrustedError,
    EmError,
    LogonRefusedError,
)
from emtui.em.server_address import Trust
from emtui.keys.tui_commands import CommandScope
from emtui.local import password_command
from emtui.local.connection import Connection, connection_from_profile
from emtui.local.password_command import PasswordCommandFailedError
from emtui.local.profiles import KEYRING_OFF, InvalidConfigError
from emtui.local.remembered_logon import (
    UNTIL_QUIT,
    InteractionNeededError,
    load_saved_password,
    offer_to_save,
)
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.login.login_form import LoginForm
from emtui.tui.screens.login.profile_list import ProfileList
from emtui.tui.services.logon_service import connect
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.top_bar import BarContent
from emtui.tui.widgets.virtual_list import StyledSpans

NARROW_WIDTH = 80
"""Width below which the profiles are hidden."""
FORM_HEIGHT = 23
"""Height of a terminal that the form fills with its messages."""
DESCRIPTION = "terminal browser and monitor for Veeam Backup Enterprise Manager"
SHORT_DESCRIPTION = "monitor for Veeam Backup Enterprise Manager"
KEYRING_NOT_RESPONDING = (
    "Keyring not responding after {:.0f} s (locked, or its unlock prompt is on another display)."
    " Wait, or type the password."
)


class LoginScreen(BaseScreen):
    """Logs on, and passes the client to the logon service."""

    SCOPE: ClassVar[CommandScope] = CommandScope.LOGIN
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.LOGIN)
    AUTO_FOCUS = ""

    def __init__(
        self,
        ctx: AppContext,
        *,
        log_on_at_once: bool = False,
        failed_logon: InteractionNeededError | None = None,
    ) -> None:
        """Fill the form from the logon service's connection.

        With `log_on_at_once` log on immediately if nothing is missing; with `failed_logon` continue from that
        problem. In demo and replay mode the password cannot be saved.
        """
        super().__init__(ctx)
        self.form = LoginForm(ctx.logon_service.connection, id="fields", can_remember=not ctx.options.mark)
        self._profiles = ctx.options.profiles
        self._log_on_at_once = log_on_at_once
        self._initial_problem = failed_logon.problem if failed_logon else None
        self._password_request = failed_logon.request if failed_logon else None
        self._is_logging_on = False
        self._pin_notice = ""
        self._last_focused: Widget | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Return the line about emtui, the profiles and the form."""
        with Container(id="form"), Vertical(id="block"):
            yield StatusLine(id="product")
            with Horizontal():
                if self._profiles:
                    yield ProfileList(self._profiles, self.form.base_connection.profile, id="profiles")
                yield self.form

    def on_mount(self) -> None:
        """Fill the form, and log on if possible."""
        self.set_class(bool(self._profiles), "-profiles")
        self._fill(self.form.base_connection)
        if self._log_on_at_once and not self._initial_problem and not self.form.focus_missing():
            self.add_class("-logging-on")
            self.action_submit()
            return
        self.form.show_keyring_name(self.ctx.terminal.first_paint)
        if self._initial_problem:
            self._log_on(self.form.base_connection, self._initial_problem)

    def on_resize(self) -> None:
        """Hide the profiles on a narrow terminal; keep the form off the top of a high one.

        Its distance depends on the height only, so that the form stays where it is when a message is shown.
        """
        super().on_resize()
        is_narrow = self.size.width < NARROW_WIDTH
        self.set_class(is_narrow, "-narrow")
        self.query_one("#form").styles.padding = (max(self.size.height - FORM_HEIGHT, 0) // 3, 0, 0, 0)
        about = SHORT_DESCRIPTION if is_narrow else DESCRIPTION
        name: StyledSpans = [(f"  emtui {__version__}", BOLD), (f"  {about}", PLAIN)]
        self.query_one("#product", StatusLine).show(name)

    def bar_content(self) -> BarContent:
        """The mode, and after a logon its server; the name of emtui stands above the form."""
        content = super().bar_content()
        return content if self.ctx.logon_service.client else content._replace(profile="", host="", user="")

    def on_profile_list_chosen(self, event: ProfileList.Chosen) -> None:
        """Fill the form from the chosen profile."""
        self._fill(connection_from_profile(event.profile))

    def _fill(self, connection: Connection) -> None:
        self.form.fill(connection)
        if not self.form.focus_missing():
            self.form.focus_password()
        if connection.server and connection.user and not connection.password:
            self._look_for_password(connection)

    def _look_for_password(self, connection: Connection) -> None:
        """Look for the password in the keyring, or point out the profile's password command."""
        profile = connection.profile
        if profile and connection.password_command:
            self.form.show_status(f"The password_command of {profile.name} runs when you log on.")
        elif profile is None or profile.keyring != KEYRING_OFF:
            self._read_keyring()

    # --- the keyring --------------------------------------------------------------

    @work(exclusive=True, group="keyring", description="read the keyring")
    async def _read_keyring(self) -> None:
        """Use the password from the keyring, unless the user has typed one."""
        connection = self.form.base_connection
        self.form.show_status("Reading the password from the keyring. You can type it instead.")
        await self.ctx.terminal.first_paint.wait()
        from emtui.local.credentials import KEYRING_TIMEOUT_S, KeyringUnavailableError  # noqa: PLC0415 - start-up time

        request, self._password_request = (
            self._password_request or asyncio.create_task(load_saved_password(connection)),
            None,
        )
        try:
            await asyncio.wait({request}, timeout=KEYRING_TIMEOUT_S)
            if not request.done():
                self.form.show_status("")
                self.form.show_keyring_problem(KEYRING_NOT_RESPONDING.format(KEYRING_TIMEOUT_S))
                self.form.offer_keyring_opt_out()
            saved = await request
        except KeyringUnavailableError as problem:
            self.form.show_status("")
            self.form.show_keyring_problem(str(problem))
            return
        finally:
            request.cancel()
        self.form.show_status("")
        self.form.show_keyring_problem("")
        if saved.password and connection is self.form.base_connection and not self.form.is_password_typed:
            self.form.set_base_connection(replace(connection, password=saved.password))
            self.form.show_status(f"Password loaded from {saved.backend}.")
            if self._log_on_at_once:
                self.action_submit()

    # --- logging on -------------------------------------------------------------

    def action_submit(self) -> None:
        """Go to the first empty field, or log on if there is none."""
        if self._is_logging_on or self.form.focus_missing(is_requested=True):
            return
        if connection := self.form.connection():
            self._log_on(connection)

    @work(exclusive=True, group="log on", description="log on")
    async def _log_on(self, connection: Connection, problem: EmError | None = None) -> None:
        """Log on, or continue from the `problem` of an earlier attempt."""
        self._is_logging_on = True
        try:
            connection = await self._with_password(connection)
            self.form.set_base_connection(connection)
            self.form.show_status(f"Logging on to {connection.server} as {connection.user} … (Esc: cancel)")
            await self._connect_until_trusted(connection, problem)
        except PasswordCommandFailedError as command_error:
            self.form.show_error("password", f"{command_error} Type the password instead.")
        except EmError as error:
            if isinstance(error, LogonRefusedError):
                self.form.set_base_connection(replace(self.form.base_connection, password=None))
            self.form.show_error(_field_for_error(error), str(error))
        finally:
            self._is_logging_on = False
            self.remove_class("-logging-on")
            self.form.show_status("")

    async def _with_password(self, connection: Connection) -> Connection:
        """Without a password, add the output of the password command, which may use the terminal."""
        command = connection.password_command
        if connection.password or not command:
            return connection
        password = await self.ctx.terminal.suspend_for(lambda: password_command.run_password_command(command))
        return replace(connection, password=password)

    async def _connect_until_trusted(self, connection: Connection, problem: EmError | None = None) -> None:
        """Connect; if the certificate is not trusted, ask the user and connect again."""
        try:
            if problem:
                raise problem
            client = await connect(connection, self.ctx.clock.now, remember=self.ctx.options.remember)
        except CertificateUntrustedError as error:
            pinned = await self._ask_to_pin(connection, error)
            if pinned is None:
                self.form.show_error("server", "Certificate not trusted: nothing was sent.")
                return
            self.form.set_base_connection(pinned)
            await self._connect_until_trusted(pinned)
        else:
            self.app.call_later(
                self.ctx.logon_service.log_on_as, client, connection, self.form.remember, self._pin_notice
            )

    async def _ask_to_pin(
        self, connection: Connection, error: CertificateUntrustedError
    ) -> Connection | None:
        """Add the certificate that the user pins, and the profile name to save it under; None if canceled."""
        profile_offer, reason = None, ""
        if connection.is_temporary and self.ctx.options.remember:
            try:
                profile_offer = await offer_to_save(connection)
            except InvalidConfigError as problem:
                reason = f": {problem}"
        pinned = await self.ctx.navigator.ask_to_trust_certificate(error, profile_offer)
        if pinned is None:
            return None
        is_permanent = pinned.save_as is not None or (
            self.ctx.options.remember and not connection.is_temporary
        )
        self._pin_notice = "" if is_permanent else f"{UNTIL_QUIT}{reason or '.'}"
        trust = Trust(connection.trust.ca_file, pinned.sha256, error.certificate.key_sha256 or None)
        return replace(connection, trust=trust, save_as=pinned.save_as)

    def ignores_input_before_paint(self, event: Event) -> bool:
        """Whether this is text typed during the logon, which is not meant for the fields."""
        return self._is_logging_on and (
            isinstance(event, Paste) or (isinstance(event, Key) and event.is_printable)
        )

    def action_stop(self) -> bool:
        """Cancel the logon; false if there is none in progress."""
        if not self._is_logging_on:
            return False
        self.workers.cancel_group(self, "log on")
        self.say("Canceled. Enter: try again.")
        return True

    # --- focus ------------------------------------------------------------------

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Remember the focused widget."""
        self._last_focused = event.widget

    def focus_default(self) -> None:
        """Focus the last focused widget, else the first empty field."""
        if self._last_focused and self._last_focused.is_attached and self._last_focused.focusable:
            self.set_focus(self._last_focused)
        elif not self.form.focus_missing():
            self.form.focus_password()

    def action_next_field(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """Go to the previous field."""
        self.focus_previous()

    def action_back(self) -> None:
        """Escape: cancel the logon, or go back to the list or the profiles. Never quits."""
        if self.action_stop():
            return
        if self.ctx.logon_service.client:
            self.dismiss(None)
        elif self._profiles:
            self.set_focus(self.query_one("#profiles"))
        else:
            self.say("Press ctrl+c twice to quit.")


def _field_for_error(error: EmError) -> str:
    """The field that an error is about: the password only if the server checked it."""
    is_denied = isinstance(error, AccessDeniedError) and not isinstance(error, BasicAuthNotOfferedError)
    return "password" if is_denied else "server"
