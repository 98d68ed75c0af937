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

from emtui.em.errors import CertificateUntrustedError
from emtui.local.remembered_logon import PinnedCertificate, SaveProfileOffer
from emtui.tui.commands import CommandScope, bindings_for, key_label
from emtui.tui.context import AppContext
from emtui.tui.formatting.certificate_text import certificate_details, trust_question
from emtui.tui.screens.base import BaseScreen
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.text_view import TextView

ACCEPT_WORD = "pin"
_WORD_PROMPT = "Type pin to trust it, Esc leaves: "
_NAME_PROMPT = "Save as profile: "
_SAVE_HINTS = (("enter", "save"), ("pagedown", "more"), ("escape", "this run only"))
"""What the footer names while the name of a profile is asked for."""


class ConfirmationInput(TextInput):
    """Where the word is typed; it has no y, so that this copies here, too. A name has one."""

    is_name_input = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether this key is typed rather than a command."""
        return (self.is_name_input or key != "y") and super().check_consume_key(key, character)


class CertificateScreen(BaseScreen):
    """Ends with what is `PinnedCertificate`, or with nothing."""

    SCOPE: ClassVar[CommandScope] = CommandScope.CERTIFICATE
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.CERTIFICATE)
    AUTO_FOCUS = "TextInput"

    def __init__(
        self, ctx: AppContext, error: CertificateUntrustedError, offer: SaveProfileOffer | None = None
    ) -> None:
        """With an `offer` the name of a profile is asked for after the word."""
        super().__init__(ctx)
        self._error = error
        self._offer = offer
        self._is_accepted = False
        self._painted_at: float | None = None

    def on_screen_resume(self) -> None:
        """From the first paint on, keys are meant for this page."""
        self.call_after_refresh(self._record_paint)

    def _record_paint(self) -> None:
        self._painted_at = Event().time

    def ignores_input_before_paint(self, event: Event) -> bool:
        """Whether the key is older than the first paint."""
        return self._painted_at is None or event.time < self._painted_at

    def compose_body(self) -> Iterable[Widget]:
        """Why one is asked, the certificate, and where the word is typed."""
        yield Static(Content(trust_question(self._error)), id="why", markup=False)
        yield TextView(certificate_details(self._error, self.zone))
        with Horizontal(id="line"):
            yield Label(_WORD_PROMPT, markup=False)
            yield ConfirmationInput()

    def active_field(self) -> Input | None:
        """Where the word is typed."""
        return next(iter(self.query(TextInput)), None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The word accepts, then a name saves; nothing and anything else is asked again."""
        typed = event.value.strip()
        if self._is_accepted:
            self._save_as(typed)
        elif typed == ACCEPT_WORD:
            self._accept()
        elif typed:
            event.input.clear()
            self.say(f"Type {ACCEPT_WORD} to trust it, or press Esc to leave.")
        else:
            self.say(f"Nothing was typed: type {ACCEPT_WORD} to trust it, or press Esc to leave.")

    def _accept(self) -> None:
        """Trusted; where that would be forgotten, ask for a name to save it as."""
        if self._offer is None:
            self._pin()
            return
        self._is_accepted, self._painted_at = True, None
        self.query_one("#why", Static).update(Content(self._offer.description))
        self.query_one(Label).update(Content(_NAME_PROMPT))
        field = self.query_one(ConfirmationInput)
        field.is_name_input = True
        field.value = self._offer.name
        field.action_end()
        self.show_footer()
        self.call_after_refresh(self._record_paint)

    def _save_as(self, name: str) -> None:
        refusal = self._offer.check_name(name) if self._offer and name else ""
        if not name:
            self.say("No name was typed: type one for the profile, or press Esc to pin it for this run only.")
        elif refusal:
            self.say(refusal)
        else:
            self._pin(name)

    def _pin(self, save_as: str | None = None) -> None:
        self.dismiss(PinnedCertificate(self._error.certificate.sha256, save_as))

    def hints(self) -> list[tuple[str, str]]:
        """Key and word; others while a name is asked for."""
        return [(key_label(key), word) for key, word in _SAVE_HINTS] if self._is_accepted else super().hints()

    async def action_submit(self) -> None:
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
        return lambda: f"{trust_question(self._error)}\n\n{certificate_details(self._error, self.zone)}\n"

    def action_back(self) -> None:
        """Leave it untrusted; once it is trusted, save nothing."""
        if self._is_accepted:
            self._pin()
        else:
            self.dismiss(None)
