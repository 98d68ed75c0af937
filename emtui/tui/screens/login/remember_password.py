"""What becomes of the password after a logon: which keyring would keep it, and whether it is asked at all."""

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
    """Two boxes to tick, both empty at first; the second only where a keyring does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self._remember = Toggle("remember it in the keyring", id="remember")
        self._never_ask = Toggle("never ask it", id="never")

    def compose(self) -> ComposeResult:
        """The first box; the other, and why it cannot be ticked, are made for those who see them."""
        yield self._remember

    @property
    def choice(self) -> RememberChoice:
        """What was ticked."""
        if self._remember.is_on:
            return RememberChoice.YES
        return RememberChoice.NEVER if self._never_ask.is_on else RememberChoice.NO

    def hide_never_ask(self) -> None:
        """There is no reason to switch a keyring off."""
        self._never_ask.is_on = False
        self._never_ask.display = False

    def offer_never(self, profile: str) -> None:
        """The keyring is silent: it need not be asked for this profile any more."""
        self._never_ask.set_text(f"never ask it for {profile}")
        self._never_ask.display = True
        if not self._never_ask.is_attached:
            self.mount(self._never_ask, after=self._remember)

    @work(exclusive=True, description="name the keyring")
    async def show_keyring_name(self, first_paint: asyncio.Event) -> None:
        """Say where a password would be kept, or why it cannot be; asked once a picture is `shown`."""
        await first_paint.wait()
        from emtui.local import credentials  # noqa: PLC0415 - start-up time: after the first paint

        try:
            name = await credentials.preferred_keyring()
        except credentials.KeyringUnavailableError as problem:
            self._remember.set_text("it cannot be remembered here", is_possible=False)
            await self.mount(Static(Content.styled(str(problem), "dim"), id="why-not", markup=False))
        else:
            self._remember.set_text(f"remember it in {credentials.format_retention(name)}")
