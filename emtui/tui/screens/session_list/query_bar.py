"""The query bar: the title of the list with its query and position, and the line to edit the query.

Typing has completion and error marking. It owns the current query and the query history. It calls its host
directly rather than by message, because the key after Enter must already see the rows of the new query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import ClassVar, Protocol, cast

from rich.highlighter import Highlighter
from rich.text import Text
from textual import work
from textual.binding import BindingType
from textual.events import Key
from textual.strip import Strip

from emtui import text_format
from emtui.display_text.list_text import ListPlace
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session, type_names
from emtui.keys.tui_commands import CommandScope
from emtui.local.query_history import load_recent_queries, save_recent_query
from emtui.query import (
    CompletionCandidates,
    InvalidQueryError,
    Query,
    QueryContext,
    completable_words,
    parse,
    searchable_type_names,
    without_incomplete_key,
)
from emtui.query.absolute_times import with_absolute_clock_times
from emtui.tui.screens.session_list.query_completion import CompletionCycle, completion_spans
from emtui.tui.screens.session_list.query_recall import NO_EARLIER_QUERY, NO_SAVED_QUERY, RecalledQueries
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, FAINT, INVALID_STYLE, PLAIN
from emtui.tui.widgets.prompt import CountedPrompt, PromptInput
from emtui.tui.widgets.status_line import cut_spans, spans_width
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.title_rule import EDGE_CELLS, TitleRule, rule_spans
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip


@dataclass(frozen=True, slots=True)
class QueryInputs:
    """What the meaning of a query depends on: the server's time, the zone and the session list."""

    now: datetime
    zone: tzinfo
    context: QueryContext
    sessions: tuple[Session, ...]


class QueryHost(Protocol):
    """The screen that contains the query bar."""

    def query_inputs(self) -> QueryInputs:
        """Current inputs for parsing a query."""

    def handle_query(self) -> None:
        """Called when the query or its typed text changed."""

    async def leave_query(self) -> None:
        """Called when the query bar was closed; returns when the matching rows are complete."""

    def say(self, text: str) -> None:
        """Show a message until the next key."""

    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow."""


class ErrorUnderline(Highlighter):
    """Underlines the invalid part of a query."""

    def __init__(self) -> None:
        self.span: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Underline the invalid part, if there is one."""
        if self.span:
            text.stylize(INVALID_STYLE, *self.span)


class QueryInput(PromptInput):
    """The input field of the query bar."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.QUERY_INPUT)

    @property
    def _prompt(self) -> QueryBar:
        return cast("QueryBar", self.parent)

    def on_key(self, event: Key) -> None:
        """Accept the current completion on any key other than Tab."""
        if event.key not in {"tab", "shift+tab"}:
            self._prompt.completion_cycle.reset()

    def action_complete(self) -> None:
        """Insert the next completion."""
        self._prompt.complete(1)

    def action_complete_previous(self) -> None:
        """Insert the previous completion."""
        self._prompt.complete(-1)

    def action_previous_query(self) -> None:
        """Recall the previous query of the history."""
        self._prompt.recall(self._prompt.history.previous_query(self.value))

    def action_next_query(self) -> None:
        """Recall the next query of the history, or the draft after the newest."""
        self._prompt.recall(self._prompt.history.next_query(), "No later query.")


class ListTitle(TitleRule):
    """The rule above the list; if space is short, its faint parts are left out and its query is cut."""

    def render_line(self, _: int) -> Strip:
        """Draw the title, and the position at the right."""
        width = self.size.width
        room = width - spans_width(self._right) - 3 * EDGE_CELLS
        title = self._left
        if spans_width(title) > room:
            title = cut_spans([span for span in title if span[1] != FAINT], max(room, 0))
        return render_strip(rule_spans(title, self._right, width), width)


class QueryBar(CountedPrompt):
    """A prompt for queries; the history is saved under the profile's name, if there is one."""

    INPUT_CLASS = QueryInput
    CLOSED_LINE_CLASS = ListTitle
    SCOPE = CommandScope.QUERY_INPUT

    def __init__(
        self,
        query: Query,
        host: QueryHost,
        get_profile_name: Callable[[], str | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(
            self._on_typed, self._on_closed, host.is_low_bandwidth, closed_line_id="query", id=id
        )
        self.current_query = query
        """The query that the rows match."""
        self.history = RecalledQueries()
        self.completion_cycle = CompletionCycle()
        self._host = host
        self._get_profile_name = get_profile_name
        self._error: InvalidQueryError | None = None
        self._underline = ErrorUnderline()
        self._cached_offers: tuple[tuple[Session, ...], CompletionCandidates] = ((), CompletionCandidates())

    def on_mount(self) -> None:
        """Underline invalid parts of the typed text."""
        self._field.highlighter = self._underline

    @property
    def _field(self) -> TextInput:
        return self.query_one(TextInput)

    # --- parsing --------------------------------------------------------------------------

    def parse(self, text: str) -> Query:
        """Parse `text`; raises `InvalidQueryError`.

        Relative times are resolved now, by the server's clock: `since:24h` becomes a fixed time.
        """
        inputs = self._host.query_inputs()
        return parse(text, now=inputs.now, zone=inputs.zone, context=inputs.context)

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query with a key, such as `id:` or `message:`."""
        try:
            return any(term.key for term in self.parse(text).terms)
        except InvalidQueryError:
            return False

    def apply_text(self, text: str) -> None:
        """Apply this query; if it is invalid, show the error and keep the current one."""
        try:
            self._set_current(self.parse(text))
        except InvalidQueryError as error:
            self._host.say(str(error))
        else:
            self._host.say("")

    def reparse(self) -> None:
        """Parse the query again once the server's clock is available; it may be invalid then."""
        self._replace(lambda: self.parse(self.current_query.text))

    def update_context(self) -> None:
        """Update the query after the baselines, marks, acknowledgements or the list changed.

        A state or type that the first list does not contain makes the query invalid.
        """
        self._replace(lambda: self.current_query.with_context(self._host.query_inputs().context))

    def fix_times(self) -> None:
        """Make clock times such as `since:02:10` absolute before the time zone changes."""
        self._set_current(with_absolute_clock_times(self.current_query))

    def _replace(self, parse_query: Callable[[], Query]) -> None:
        try:
            self._set_current(parse_query())
        except InvalidQueryError as error:
            self._set_current(Query())
            if self.is_open:
                self._show_error(error)
                self._host.handle_query()
            else:
                self._host.say(str(error))

    def _set_current(self, query: Query) -> None:
        if query != self.current_query:
            self.current_query = query
            self._host.handle_query()

    # --- display ----------------------------------------------------------------------------

    def show_query(self, order: str, place: ListPlace | None, new_above: int) -> None:
        """Show the query, the order, the place in the list, and how many new runs are above the window."""
        if self.is_open:
            self.show_count(place.match_text if place else "")
            return
        text = self.current_query.text
        title: StyledSpans = [("Runs", BOLD)]
        if text:
            title.append((f"  /{text}", BOLD))
        if order:
            title.append((f"  {order}", FAINT))
        note: StyledSpans = (
            [(f"{text_format.format_counted(new_above, 'new run')} above  ", BOLD)] if new_above else []
        )
        if place:
            note.append((place.match_position_text if text else place.position_text, PLAIN))
        self.closed_line.show(title, note)

    def hint(self, width: int) -> StyledSpans:
        """While a query is typed: its error, or the completions that Tab offers."""
        if not self.is_open:
            return []
        if self._error:
            return [("! ", BOLD), (str(self._error), BOLD)]
        return completion_spans(*self._completion_choices, width)

    def _show_error(self, error: InvalidQueryError | None) -> None:
        self._error = error
        span = error.span if error else None
        if span != self._underline.span:
            self._underline.span = span
            self._field.refresh()

    # --- editing ----------------------------------------------------------------------------

    def edit(self, text: str) -> None:
        """Open the query bar with this text; Esc restores the current query."""
        self._show_error(None)
        self.completion_cycle.reset()
        self.history.reset()
        self.open(text, text_to_restore=self.current_query.text)
        self._host.handle_query()
        self._load_history()

    def _on_typed(self, text: str) -> None:
        """Show what matches; no error is shown for a word that is still being typed."""
        self._show_error(None)
        try:
            self.current_query = self.parse(without_incomplete_key(text, self._field.cursor_position))
        except InvalidQueryError as error:
            self._show_error(None if self._is_incomplete(error) else error)
        self._host.handle_query()

    def _is_incomplete(self, error: InvalidQueryError) -> bool:
        """Whether the invalid part is the word at the cursor and can still become valid."""
        end = self._field.cursor_position
        if error.span is None or not error.span[0] <= end <= error.span[1]:
            return False
        return bool(self._completion_choices[0]) or self._field.value[:end].endswith(":")

    async def _on_closed(self, text: str, *, accepted: bool) -> None:
        """Apply the query on Enter if it is valid, or restore the previous one on Esc."""
        try:
            self.current_query = self.parse(text)
        except InvalidQueryError as error:
            if accepted:
                self._show_error(error)
                self._host.handle_query()
                return
        if accepted:
            self._add_to_history(self.current_query.text)
        self.close()
        await self._host.leave_query()

    # --- completion and history ---------------------------------------------------------------

    @property
    def _completion_choices(self) -> tuple[tuple[str, ...], int]:
        """The completions at the cursor, and the index of the next one."""
        return self.completion_cycle.choices(
            self._field.value, self._field.cursor_position, self._find_offers()
        )

    def _find_offers(self) -> CompletionCandidates:
        """Types and states of the list that can be completed; cached for each list."""
        inputs = self._host.query_inputs()
        if inputs.sessions is not self._cached_offers[0]:
            names = searchable_type_names(type_names(inputs.sessions))
            self._cached_offers = (
                inputs.sessions,
                CompletionCandidates(tuple(names), completable_words(inputs.context.states or ())),
            )
        return self._cached_offers[1]

    def complete(self, step: int) -> None:
        """Insert the next (or previous) completion at the cursor."""
        field = self._field
        completed = self.completion_cycle.step(field.value, field.cursor_position, self._find_offers(), step)
        if completed:
            field.value, field.cursor_position = completed
        else:
            self._host.say("No completion.")

    def recall(self, query: str | None, fallback_message: str = NO_EARLIER_QUERY) -> None:
        """Replace the typed text by a query of the history, or show a message if there is none."""
        if query is None:
            self._host.say(fallback_message if self.history.queries else NO_SAVED_QUERY)
        else:
            self._field.value = query
            self._field.cursor_position = len(query)

    def _add_to_history(self, query: str) -> None:
        self.history.add(query)
        if query and (profile := self._get_profile_name()):
            self._save_query(profile, query)

    @work(group="recent", description="save the query")
    async def _save_query(self, profile: str, query: str) -> None:
        await run_in_thread(partial(save_recent_query, profile, query))

    @work(group="recall", exclusive=True, description="load the query history")
    async def _load_history(self) -> None:
        """Load the history again, since another emtui may have added queries."""
        if profile := self._get_profile_name():
            self.history.merge(await run_in_thread(partial(load_recent_queries, profile)))
