"""A query at the press of a digit: 0 to 3 have theirs, 5 to 9 are the person's own."""

from __future__ import annotations

from emtui.local.queries import named
from emtui.lookup import BadQuery
from emtui.tui.screens.querying import Querying


class Digits(Querying):
    """A page with a list that a digit filters."""

    async def _ask_for(self, text: str) -> None:
        """Change the query; the next key finds its rows."""
        self.show_only(text)
        await self.sessions.wait_idle()

    async def action_show_all(self) -> None:
        """No query."""
        await self._ask_for("")

    async def action_show_failed(self) -> None:
        """Failed and warned runs."""
        await self._ask_for("state:failed,warning")

    async def action_show_running(self) -> None:
        """What is running."""
        await self._ask_for("state:running")

    async def action_show_unseen(self) -> None:
        """What is new or differs, and nobody has had before the eyes."""
        await self._ask_for("is:unseen")

    async def action_own_query(self, digit: str = "") -> None:
        """The query that the configuration has for this digit."""
        own = self.ctx.options.queries
        if digit not in own:
            self.say(_how_to_set(digit, tuple(own), not self.ctx.options.mark))
            return
        text, file = str(own[digit].value), own[digit].file
        try:
            self.read(text)
        except BadQuery as error:
            self.say(f"{digit}: {error} It stands in {named(file)}.")
        else:
            await self._ask_for(text)


def _how_to_set(digit: str, own: tuple[str, ...], configured: bool) -> str:
    """What is said of a digit without a query, or of none."""
    if not configured:
        return "5 to 9 show queries of your own; here no configuration is read."
    if digit:
        return f'{digit} is yours to set: in config.toml, under [queries], {digit} = "took:>10m"'
    return (
        f"Yours are on {', '.join(own)}." if own else "5 to 9 are free: [queries] in config.toml sets them."
    )
