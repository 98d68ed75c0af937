"""Checkboxes of the login form: save the password in the keyring, or do not use the keyring."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical

from emtui.local.remembered_logon import RememberChoice
from emtui.tui.screens.login.labeled_input import MAX_MESSAGE_LINES, Toggle
from emtui.tui.theme import FAINT
from emtui.tui.widgets.paragraph import Paragraph


class RememberPassword(Vertical):
    """Two checkboxes, off at first; the second is shown only if the keyring does not respond.

    Below them is the only sentence about what is wrong with the keyring.
    """

    def __init__(self) -> None:
        super().__init__()
        self._remember = Toggle("Save password in the keyring", id="remember")
        self._keyring_opt_out = Toggle("Do not use the keyring", id="never")
        self._problem_line = Paragraph(MAX_MESSAGE_LINES, id="why-not")
        self._saving_problem = ""
        self._reading_problem = ""

    def compose(self) -> ComposeResult:
        """Return the first checkbox and the problem; the other one is mounted when needed."""
        yield self._remember
        yield self._problem_line

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

    def show_reading_problem(self, sentence: str) -> None:
        """Show why the password was not read; an empty sentence clears it."""
        self._reading_problem = sentence
        self._show_problem()

    def show_keyring(self, name: str, problem: str = "") -> None:
        """Offer to save the password in this keyring, or show why it cannot be saved."""
        self._saving_problem = problem
        self._remember.set_text(f"Save password in {name}", is_possible=not problem)
        self._remember.display = not problem
        self._show_problem()

    def _show_problem(self) -> None:
        """Show one problem: without a usable keyring, reading and saving fail for the same reason."""
        self._problem_line.show(self._reading_problem or self._saving_problem, FAINT)

    @work(exclusive=True, description="name the keyring")
    async def show_keyring_name(self, first_paint: asyncio.Event) -> None:
        """Show where a password would be saved, or why it cannot be; looked up after the first paint."""
        await first_paint.wait()
        from emtui.local import credentials  # noqa: PLC0415 - start-up time: after the first paint

        try:
            name = await credentials.preferred_keyring()
        except credentials.KeyringUnavailableError as problem:
            self.show_keyring("the keyring", str(problem))
        else:
            self.show_keyring(credentials.format_retention(name))
