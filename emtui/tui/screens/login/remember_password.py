"""Checkboxes of the login form: save the password in the keyring, or do not use the keyring."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from emtui.local.remembered_logon import RememberChoice
from emtui.tui.screens.login.labeled_input import Toggle


class RememberPassword(Vertical):
    """Two checkboxes, off at first; the second is shown only if the keyring does not respond."""

    def __init__(self) -> None:
        super().__init__()
        self._remember = Toggle("Save password in the keyring", id="remember")
        self._keyring_opt_out = Toggle("Do not use the keyring", id="never")

    def compose(self) -> ComposeResult:
        """Return the first checkbox; the other one is mounted when needed."""
        yield self._remember

    @property
    def choice(self) -> RememberChoice:
        """The user's choice."""
        if self._remember.is_on:
            return RememberChoice.YES
        return RememberChoice.NEVER if self._keyring_opt_out.is_on else RememberChoice.NO

    def hide_keyring_opt_out(self) -> None:
        """Hide the second checkbox and turn it off."""
        self._keyring_opt_out.is_on = False
        self._keyring_opt_out.display = False

    def offer_keyring_opt_out(self, profile: str) -> None:
        """Show the second checkbox: the keyring does not respond."""
        self._keyring_opt_out.set_text(f"Do not use the keyring for {profile}")
        self._keyring_opt_out.display = True
        if not self._keyring_opt_out.is_attached:
            self.mount(self._keyring_opt_out, after=self._remember)

    @work(exclusive=True, description="name the keyring")
    async def show_keyring_name(self, first_paint: asyncio.Event) -> None:
        """Show where a password would be saved, or why it cannot be; looked up after the first paint."""
        await first_paint.wait()
        from emtui.local import credentials  # noqa: PLC0415 - start-up time: after the first paint

        try:
            name = await credentials.preferred_keyring()
        except credentials.KeyringUnavailableError as problem:
            self._remember.set_text("No keyring available", is_possible=False)
            await self.mount(Static(Content.styled(str(problem), "dim"), id="why-not", markup=False))
        else:
            self._remember.set_text(f"Save password in {credentials.format_retention(name)}")
