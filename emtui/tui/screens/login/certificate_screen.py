"""The certificate of an untrusted server: the user checks it and pins it, or cancels.

Nothing has been sent to the server when this is shown. The word `pin` must be typed, and keys typed before
the first paint are ignored. If the pin would be lost on exit, a profile name to save it under is asked next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Event
from textual.widget import Widget
from textual.widgets import Input, Label

from emtui.display_text.certificate_text import (
    TRUST_WARNING,
    certificate_as_text,
    certificate_details,
    trust_question,
)
from emtui.em.errors import CertificateUntrustedError
from emtui.keys.keymap import key_label
from emtui.keys.tui_commands import CommandScope
from emtui.local.remembered_logon import PinnedCertificate, SaveProfileOffer
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.login.fingerprint_view import FingerprintView
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, ERROR_STYLE, PLAIN, RULE_STYLE
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans

ACCEPT_WORD = "pin"
_WORD_PROMPT = "Type pin to trust it (Esc: cancel): "
_NAME_PROMPT = "Save as profile: "
_SAVE_TITLE = "Save the certificate in a profile"
_MAX_QUESTION_LINES = 8
_SAVE_HINTS = (("enter", "save"), ("pagedown", "more"), ("escape", "until quit"))
"""Footer hints while the profile name is typed."""


class ConfirmationInput(TextInput):
    """The field for `pin`, where `y` still copies the fingerprint, and then for the profile name."""

    is_name_input = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether this key is typed into the field rather than run as a command."""
        return (self.is_name_input or key != "y") and super().check_consume_key(key, character)


class CertificateScreen(BaseScreen):
    """Returns a `PinnedCertificate`, or None if the user cancels."""

    SCOPE: ClassVar[CommandScope] = CommandScope.CERTIFICATE
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.CERTIFICATE)
    AUTO_FOCUS = "TextInput"

    def __init__(
        self, ctx: AppContext, error: CertificateUntrustedError, offer: SaveProfileOffer | None = None
    ) -> None:
        """With an `offer` a profile name is asked for after `pin`."""
        super().__init__(ctx)
        self._error = error
        self._offer = offer
        self._is_accepted = False
        self._painted_at: float | None = None

    def on_screen_resume(self) -> None:
        """Accept keys from the first paint on."""
        self.call_after_refresh(self._record_paint)

    def _record_paint(self) -> None:
        self._painted_at = Event().time

    def ignores_input_before_paint(self, event: Event) -> bool:
        """Whether the key is older than the first paint."""
        return self._painted_at is None or event.time < self._painted_at

    def compose_body(self) -> Iterable[Widget]:
        """Return the warning, the fingerprint, the input line below it, and the certificate."""
        yield TitleRule(id="title", rule_style=ERROR_STYLE)
        why = Paragraph(_MAX_QUESTION_LINES, id="why")
        why.show(trust_question(self._error), ERROR_STYLE)
        yield why
        yield FingerprintView(self._error)
        with Horizontal(id="pin-line"):
            yield Label(_WORD_PROMPT, markup=False)
            yield ConfirmationInput()
        yield TitleRule(id="preview-title")
        details = TextView(certificate_details(self._error, self.zone))
        details.add_class("-below-rule")
        yield details

    def show_body(self) -> None:
        """Show the titles."""
        title: StyledSpans = [(_SAVE_TITLE, BOLD)] if self._is_accepted else [(TRUST_WARNING, ERROR_STYLE)]
        self.query_one("#title", TitleRule).show(title)
        position: StyledSpans = [(text, PLAIN) for text in (self.query_one(TextView).position,) if text]
        self.query_one("#preview-title", TitleRule).show([("Certificate", BOLD)], position)

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the position in the certificate."""
        self.show_body()

    def active_field(self) -> Input | None:
        """The field for the word or name."""
        return next(iter(self.query(TextInput)), None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Accept on `pin`, then save under the typed name; ask again on anything else."""
        typed = event.value.strip()
        if self._is_accepted:
            self._save_as(typed)
        elif typed == ACCEPT_WORD:
            self._accept()
        elif typed:
            event.input.clear()
            self.say(f"Type {ACCEPT_WORD} to trust it, or press Esc to cancel.")
        else:
            self.say(f"Nothing typed. Type {ACCEPT_WORD} to trust it, or press Esc to cancel.")

    def _accept(self) -> None:
        """Pin the certificate, after asking for a profile name if there is an offer to save it."""
        if self._offer is None:
            self._pin()
            return
        self._is_accepted, self._painted_at = True, None
        self.query_one("#title", TitleRule).rule_style = RULE_STYLE
        self.show_body()
        self.query_one("#why", Paragraph).show(self._offer.description, BOLD)
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
            self.say("Type a profile name, or press Esc to pin it only until emtui quits.")
        elif refusal:
            self.say(refusal)
        else:
            self._pin(name)

    def _pin(self, save_as: str | None = None) -> None:
        self.dismiss(PinnedCertificate(self._error.certificate.sha256, save_as))

    def hints(self) -> list[tuple[str, str]]:
        """Keys and labels of the footer; others while the profile name is typed."""
        return [(key_label(key), word) for key, word in _SAVE_HINTS] if self._is_accepted else super().hints()

    async def action_submit(self) -> None:
        """Submit the field, also while it does not have the focus."""
        await self.query_one(TextInput).action_submit()

    def action_more(self) -> None:
        """Scroll down in the certificate."""
        self.query_one(TextView).action_half_down()

    def action_less(self) -> None:
        """Scroll up in the certificate."""
        self.query_one(TextView).action_half_up()

    def action_copy(self) -> None:
        """Copy the fingerprint, as `--pin` accepts it."""
        self.ctx.exporter.copy(self._error.certificate.sha256)

    def plain_text(self) -> Callable[[], str]:
        """The question and the certificate."""
        return lambda: certificate_as_text(self._error, self.zone)

    def action_back(self) -> None:
        """Cancel; after `pin`, trust the certificate only until emtui quits."""
        if self._is_accepted:
            self._pin()
        else:
            self.dismiss(None)
