"""The certificate of a server that is not trusted: a person looks, and pins it or leaves.

Nothing has been sent to that server when this is shown. The word `pin` must be
typed; Enter alone leaves, and keys typed before this was painted never reach it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Event
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from emtui.em.errors import Untrusted
from emtui.tui.certificate import explained, why
from emtui.tui.commands import Place, bindings
from emtui.tui.screens.page import Page
from emtui.tui.screens.text import TextLines
from emtui.tui.widgets.entry import Entry

ACCEPT = "pin"


class WordField(Entry):
    """Where the word is typed; it has no y, so that this copies here, too."""

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether this key is typed rather than a command."""
        return key != "y" and super().check_consume_key(key, character)


class TrustScreen(Page):
    """Ends with the SHA-256 to pin, or with nothing."""

    PLACE: ClassVar[Place] = Place.TRUST
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.TRUST)
    AUTO_FOCUS = "Entry"

    def __init__(self, error: Untrusted) -> None:
        super().__init__()
        self._error = error
        self._painted: float | None = None

    def on_screen_resume(self) -> None:
        """From the first paint on, keys are meant for this page."""
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        self._painted = Event().time

    def too_early(self, event: Event) -> bool:
        """Whether the key is older than the first paint."""
        return self._painted is None or event.time < self._painted

    def body(self) -> Iterable[Widget]:
        """Why one is asked, the certificate, and where the word is typed."""
        yield Static(Content(why(self._error)), id="why", markup=False)
        yield TextLines(explained(self._error, self.emtui.zone))
        with Horizontal(id="line"):
            yield Label("Type pin to trust it, Enter alone leaves: ", markup=False)
            yield WordField()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The word accepts; nothing leaves; anything else is asked again."""
        typed = event.value.strip()
        if typed == ACCEPT:
            self.dismiss(self._error.certificate.sha256)
        elif not typed:
            self.dismiss(None)
        else:
            event.input.clear()
            self.say(f"Type {ACCEPT} to trust it, or Enter alone to leave.")

    async def action_answer(self) -> None:
        """Enter outside the field is Enter in it."""
        await self.query_one(Entry).action_submit()

    def action_more(self) -> None:
        """Further down in the certificate."""
        self.query_one(TextLines).action_half_down()

    def action_less(self) -> None:
        """Back up in it."""
        self.query_one(TextLines).action_half_up()

    def action_copy(self) -> None:
        """The fingerprint, as `--pin` takes it."""
        self.emtui.copy(self._error.certificate.sha256)

    def plain_text(self) -> Callable[[], str]:
        """Why one is asked, and the certificate."""
        return lambda: f"{why(self._error)}\n\n{explained(self._error, self.emtui.zone)}\n"

    def action_back(self) -> None:
        """Leave it untrusted."""
        self.dismiss(None)
