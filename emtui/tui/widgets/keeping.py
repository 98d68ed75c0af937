"""What becomes of the password after a logon: which keyring would keep it, and whether it is asked at all."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from emtui.local import credentials
from emtui.local.credentials import NoKeyring
from emtui.tui.logon import Remember
from emtui.tui.widgets.field import Toggle


class Keeping(Vertical):
    """Two boxes to tick, both empty at first; the second only where a keyring does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self._remember = Toggle("remember it in the keyring", id="remember")
        self._never = Toggle("never ask it", id="never")
        self._why_not = Static(id="why-not", markup=False)

    def compose(self) -> ComposeResult:
        """The boxes, and why the first cannot be ticked."""
        yield from (self._remember, self._never, self._why_not)

    def on_mount(self) -> None:
        """Nothing is wrong with the keyring yet."""
        self.no_trouble()
        self._why_not.display = False

    @property
    def wish(self) -> Remember:
        """What was ticked."""
        if self._remember.on:
            return Remember.YES
        return Remember.NEVER if self._never.on else Remember.NO

    def no_trouble(self) -> None:
        """There is no reason to switch a keyring off."""
        self._never.on = False
        self._never.display = False

    def offer_never(self, profile: str) -> None:
        """The keyring is silent: it need not be asked for this profile any more."""
        self._never.name_it(f"never ask it for {profile}")
        self._never.display = True

    @work(exclusive=True, description="name the keyring")
    async def name_keyring(self) -> None:
        """Say where a password would be kept, or why it cannot be."""
        try:
            name = await credentials.best()
        except NoKeyring as problem:
            self._remember.name_it("it cannot be remembered here", possible=False)
            self._why_not.update(Content.styled(str(problem), "dim"))
            self._why_not.display = True
        else:
            self._remember.name_it(f"remember it in {name}")
