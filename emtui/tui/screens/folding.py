"""A list whose good runs are folded, so that a day fits one page: how folds are opened and closed."""

from __future__ import annotations

from emtui.tui.screens.judging import Judging


class Folded(Judging):
    """A page with such a list."""

    async def action_fold(self) -> None:
        """Open the fold under the cursor, or close the one that the run under it is of."""
        if unfolded := self._why_unfolded():
            self.say(unfolded)
        elif not self.sessions.is_grouped:
            self.say("Every run has a row of its own now; Z folds the good ones again.")
        elif not await self.sessions.toggle_group():
            self.say("Nothing folds here: only good runs in a row do.")

    async def action_fold_all(self) -> None:
        """A row for every run, or good ones folded."""
        if unfolded := self._why_unfolded():
            self.say(unfolded)
            return
        await self.sessions.set_grouped(not self.sessions.is_grouped)
        self.say(
            "Good runs of a type in a row are one row."
            if self.sessions.is_grouped
            else "Every run has a row of its own; Z folds the good ones again."
        )

    def _why_unfolded(self) -> str:
        """Why nothing of what is shown could be folded."""
        if self.snapshot is None:
            return "There is no list to fold yet."
        if not self.query_now.empty:
            return "What a query finds is never folded; 0 shows everything."
        return (
            "" if self.sessions.can_group else "Only the order newest first is folded; o changes the order."
        )
