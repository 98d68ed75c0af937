"""The certificate of a server that is not trusted: a person looks, and pins it or leaves.

Nothing has been sent to that server when this is shown. The word `pin` must be
typed, and keys typed before this was painted never reach it. Where the pin would be
forgotten at the end, the name of a profile to save it as is asked for next.
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
from emtui.local.remembered_logon import Offer, Pinned
from emtui.tui.commands import Place, bindings, shown
from emtui.tui.context import AppContext
from emtui.tui.formatting.certificate_text import explained, why
from emtui.tui.screens.base import BaseScreen
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.text_view import TextView

ACCEPT = "pin"
_WORD = "Type pin to trust it, Esc leaves: "
_NAME = "Save as profile: "
_SAVING = (("enter", "save"), ("pagedown", "more"), ("escape", "this run only"))
"""What the footer names while the name of a profile is asked for."""


class WordField(TextInput):
    """Where the word is typed; it has no y, so that this copies here, too. A name has one."""

    takes_name = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether this key is typed rather than a command."""
        return (self.takes_name or key != "y") and super().check_consume_key(key, character)


class CertificateScreen(BaseScreen):
    """Ends with what is `Pinned`, or with nothing."""

    PLACE: ClassVar[Place] = Place.TRUST
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.TRUST)
    AUTO_FOCUS = "TextInput"

    def __init__(self, ctx: AppContext, error: Untrusted, offer: Offer | None = None) -> None:
        """With an `offer` the name of a profile is asked for after the word."""
        super().__init__(ctx)
        self._error = error
        self._offer = offer
        self._accepted = False
        self._painted: float | None = None

    def on_screen_resume(self) -> None:
        """From the first paint on, keys are meant for this page."""
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        self._painted = Event().time

    def ignores_input_before_paint(self, event: Event) -> bool:
        """Whether the key is older than the first paint."""
        return self._painted is None or event.time < self._painted

    def body(self) -> Iterable[Widget]:
        """Why one is asked, the certificate, and where the word is typed."""
        yield Static(Content(why(self._error)), id="why", markup=False)
        yield TextView(explained(self._error, self.zone))
        with Horizontal(id="line"):
            yield Label(_WORD, markup=False)
            yield WordField()

    def open_field(self) -> Input | None:
        """Where the word is typed."""
        return next(iter(self.query(TextInput)), None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The word accepts, then a name saves; nothing and anything else is asked again."""
        typed = event.value.strip()
        if self._accepted:
            self._save_as(typed)
        elif typed == ACCEPT:
            self._accept()
        elif typed:
            event.input.clear()
            self.say(f"Type {ACCEPT} to trust it, or press Esc to leave.")
        else:
            self.say(f"Nothing was typed: type {ACCEPT} to trust it, or press Esc to leave.")

    def _accept(self) -> None:
        """Trusted; where that would be forgotten, ask for a name to save it as."""
        if self._offer is None:
            self._pin()
            return
        self._accepted, self._painted = True, None
        self.query_one("#why", Static).update(Content(self._offer.sentence))
        self.query_one(Label).update(Content(_NAME))
        field = self.query_one(WordField)
        field.takes_name = True
        field.value = self._offer.name
        field.action_end()
        self.show_foot()
        self.call_after_refresh(self._seen)

    def _save_as(self, name: str) -> None:
        refused = self._offer.refused(name) if self._offer and name else ""
        if not name:
            self.say("No name was typed: type one for the profile, or press Esc to pin it for this run only.")
        elif refused:
            self.say(refused)
        else:
            self._pin(name)

    def _pin(self, save_as: str | None = None) -> None:
        self.dismiss(Pinned(self._error.certificate.sha256, save_as))

    def hints(self) -> list[tuple[str, str]]:
        """Key and word; others while a name is asked for."""
        return [(shown(key), word) for key, word in _SAVING] if self._accepted else super().hints()

    async def action_answer(self) -> None:
        """Enter outside the field is Enter in it."""
        await self.query_one(TextInput).action_submit()

    def action_more(self) -> None:
        """Further down in the certificate."""
        self.query_one(TextView).action_half_down()

    def action_less(self) -> None:
        """Back up in it."""
        self.query_one(TextView).action_half_up()

    def action_copy(self) -> None:
        """The fingerprint, as `--pin` takes it."""
        self.ctx.exporter.copy(self._error.certificate.sha256)

    def plain_text(self) -> Callable[[], str]:
        """Why one is asked, and the certificate."""
        return lambda: f"{why(self._error)}\n\n{explained(self._error, self.zone)}\n"

    def action_back(self) -> None:
        """Leave it untrusted; once it is trusted, save nothing."""
        if self._accepted:
            self._pin()
        else:
            self.dismiss(None)
