"""A list that one walks through: to the next failed, warned, slow or unseen run, or the next of a type."""

from __future__ import annotations

from collections.abc import Callable

from emtui.em.model import Outcome, Session
from emtui.tui.formatting.search_matches import continued
from emtui.tui.screens.folding import Folded


class Walking(Folded):
    """A page with such a list."""

    async def action_next_failed(self) -> None:
        """The next failed run."""
        await self._hop(_came_to(Outcome.FAILED), 1, "failed run")

    async def action_previous_failed(self) -> None:
        """The previous failed run."""
        await self._hop(_came_to(Outcome.FAILED), -1, "failed run")

    async def action_next_warned(self) -> None:
        """The next run with a warning."""
        await self._hop(_came_to(Outcome.WARNING), 1, "run with a warning")

    async def action_previous_warned(self) -> None:
        """The previous run with a warning."""
        await self._hop(_came_to(Outcome.WARNING), -1, "run with a warning")

    async def action_next_slow(self) -> None:
        """The next run that took, or takes, unusually long."""
        await self._hop(self.sessions.is_unusual, 1, "unusually long run")

    async def action_previous_slow(self) -> None:
        """The previous run that took, or takes, unusually long."""
        await self._hop(self.sessions.is_unusual, -1, "unusually long run")

    async def action_next_unseen(self) -> None:
        """The next run that is new or differs."""
        await self._hop(self.sessions.is_marked, 1, "new or changed run")

    async def action_previous_unseen(self) -> None:
        """The previous run that is new or differs."""
        await self._hop(self.sessions.is_marked, -1, "new or changed run")

    def action_next_match(self) -> None:
        """All rows that are shown match: a hand that is used to vim goes on, round the end."""
        self._row(1)

    def action_previous_match(self) -> None:
        """The same, up."""
        self._row(-1)

    def _row(self, step: int) -> None:
        rows = self.sessions
        rows.apply_pending()
        row = rows.cursor + step
        if rows.count > 1 and not 0 <= row < rows.count:
            row = row % rows.count
            self.say(f"No row {'below' if step > 0 else 'above'} this one. {continued(step)}")
        elif rows.count <= 1:
            self.say("There is no other row." if rows.count else "There is no row.")
        rows.move_to(row)

    async def _hop(self, wanted: Callable[[Session], bool], step: int, what: str) -> None:
        if await self.sessions.select_next(wanted, step):
            return
        again = await self.sessions.select_next_wrapped(wanted, step)
        side = "below" if step > 0 else "above"
        self.say(
            f"No {what} {side} this one. {continued(step)}" if again else f"No other {what} in this list."
        )

    def neighbour(self, session: Session, way: str) -> Session | None:
        """The run before or after of the same type, or the next or previous row."""
        if way in {"older", "newer"}:
            return self.snapshot.run_of_type(session, newer=way == "newer") if self.snapshot else None
        return self.sessions.neighbour(session.uid, 1 if way == "next_row" else -1)

    def action_older(self) -> None:
        """The run of the same type before this one."""
        self._run_of_type(newer=False)

    def action_newer(self) -> None:
        """The run of the same type after this one."""
        self._run_of_type(newer=True)

    def _run_of_type(self, *, newer: bool) -> None:
        selected = self.sessions.selected
        if not selected or not self.snapshot:
            return
        run = self.snapshot.run_of_type(selected, newer=newer)
        if not run:
            self.say(f"There is no {'newer' if newer else 'older'} {selected.type} in the list.")
        elif not self.sessions.select(run.uid):
            self.say("That run does not match the query; 0 shows everything.")


def _came_to(outcome: Outcome) -> Callable[[Session], bool]:
    return lambda session: session.complete and session.outcome is outcome
