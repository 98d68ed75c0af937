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

    def compose(self) -> ComposeResult:
        """The boxes, and why the first cannot be ticked."""
        yield Toggle("remember it in the keyring", id="remember")
        yield Toggle("never ask it", id="never")
        yield Static(id="why-not", markup=False)

    def on_mount(self) -> None:
        """Nothing is wrong with the keyring yet."""
        self.no_trouble()
        self.query_one("#why-not").display = False

    @property
    def wish(self) -> Remember:
        """What was ticked."""
        if self._box("remember").on:
            return Remember.YES
        return Remember.NEVER if self._box("never").on else Remember.NO

    def no_trouble(self) -> None:
        """There is no reason to switch a keyring off."""
        self._box("never").on = False
        self._box("never").display = False

    def offer_never(self, profile: str) -> None:
        """The keyring is silent: it need not be asked for this profile any more."""
        self._box("never").name_it(f"never ask it for {profile}")
        self._box("never").display = True

    @work(exclusive=True, description="name the keyring")
    async def name_keyring(self) -> None:
        """Say where a password would be kept, or why it cannot be."""
        try:
            name = await credentials.best()
        except NoKeyring as problem:
            self._box("remember").name_it("it cannot be remembered here", possible=False)
            why = self.query_one("#why-not", Static)
            why.update(Content.styled(str(problem), "dim"))
            why.display = True
        else:
            self._box("remember").name_it(f"remember it in {name}")

    def _box(self, name: str) -> Toggle:
        return self.query_one(f"#{name}", Toggle)
