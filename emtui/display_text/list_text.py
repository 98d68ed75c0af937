"""Status texts of the session list: place and order, progress of requests, problems, and why it is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from emtui import text_format
from emtui.display_text.certificate_text import trust_question
from emtui.display_text.session_wording import TimeContext
from emtui.em.errors import CertificateUntrustedError, EmError, LogonRefusedError
from emtui.keys.keymap import Keymap
from emtui.monitor.list_feed import CompletionProgress, ListState, RequestProgress
from emtui.query import Query, SortOrder


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The number of the selected run among those that match the query, and of all runs."""

    position: int
    match_count: int
    total: int

    @property
    def position_text(self) -> str:
        """`3 of 12 runs`."""
        return text_format.format_position(self.position, self.match_count, "run")

    @property
    def match_text(self) -> str:
        """`12 of 3,426 runs`."""
        return text_format.format_position(self.match_count, self.total, "run")

    @property
    def match_position_text(self) -> str:
        """`3 of 12 of 3,426 runs`; without a match `0 of 3,426 runs`."""
        return (
            f"{text_format.format_count(self.position)} of {self.match_text}"
            if self.position
            else self.match_text
        )


def progress_text(progress: RequestProgress | CompletionProgress | None, server: object, zone: tzinfo) -> str:
    """`loading from em01 since 02:14:30, 1.2 MB of 3.1 MB, 900 rows`; empty without a request."""
    if progress is None:
        return ""
    if isinstance(progress, CompletionProgress):
        return (
            f"loading run details: {text_format.format_count(progress.count)}"
            f" of {text_format.format_count(progress.total)}"
        )
    text, received = (
        f"loading from {server} since {text_format.format_time(progress.since, zone)}",
        progress.received,
    )
    if received is None:
        return text
    expected_text = f" of {text_format.format_size(received.expected)}" if received.expected else ""
    return (
        f"{text}, {text_format.format_size(received.received)}{expected_text},"
        f" {text_format.format_counted(received.row_count, 'row')}"
    )


def problem_text(state: ListState, clock: TimeContext, keymap: Keymap) -> str:
    """The problem to show; if it stopped polling, also since when and the key to log on again."""
    if state.polling_stop is None or not state.problem:
        return state.problem
    at, error = state.polling_stop.at, state.polling_stop.error
    when = f" {text_format.format_day_and_second(at, clock.now, clock.zone)}" if at else ""
    what = "LOGON REFUSED" if isinstance(error, LogonRefusedError) else "STOPPED"
    return f"{what}{when} ({keymap.hint('log_on', 'log on again')}): {stop_reason(error)}"


def stop_reason(error: EmError) -> str:
    """Why polling stopped; the details of a certificate are on the login, as there is no room here."""
    if isinstance(error, CertificateUntrustedError):
        return trust_question(error)
    return str(error)


def empty_text(state: ListState, query: Query, progress: str, keymap: Keymap) -> tuple[str, ...]:
    """Why there are no rows, and what to do; empty if there are rows."""
    snapshot = state.snapshot
    if snapshot is None:
        return (
            (progress, "Esc: cancel")
            if progress
            else (f"No session list yet. {keymap.hint('refresh', 'refresh')}.",)
        )
    if snapshot.sessions and query.is_empty:
        return ()
    if query.is_empty and snapshot.unlisted:
        unlisted_count = text_format.format_count(len(snapshot.unlisted.runs))
        return (
            f"The server no longer lists any runs; it listed {unlisted_count} before.",
            keymap.hint("statistics", "connection statistics"),
        )
    if query.is_empty:
        return ("The server lists no sessions from the last 30 days.",)
    if query.text == "is:unseen":
        return ("No new or changed runs.", keymap.hint("show_all", "show all"))
    return (f"No runs match {query.text}", keymap.hint("show_all", "show all"))


_ORDER_TEXTS = {
    ("started", True): "newest first",
    ("started", False): "oldest first",
    ("duration_s", True): "longest first",
    ("duration_s", False): "shortest first",
}


def order_text(order: SortOrder, *, is_grouped: bool) -> str:
    """`newest first, successes grouped`, `by type`, `by message, descending`."""
    name = order.field.removesuffix("_s").replace("_", " ")
    text = _ORDER_TEXTS.get(
        (order.field, order.is_descending), f"by {name}{', descending' if order.is_descending else ''}"
    )
    return f"{text}, successes grouped" if is_grouped else text


def saved_queries_text(digit: str, assigned_digits: tuple[str, ...], *, reads_configuration: bool) -> str:
    """Message for a digit without a saved query; without a digit, which ones have a query."""
    if not reads_configuration:
        return "Keys 5–9 run saved queries; not available in demo and replay mode."
    if digit:
        return f'Key {digit} is unassigned. Define it in config.toml under [queries]: {digit} = "took:>10m"'
    if assigned_digits:
        return f"Saved queries: {', '.join(assigned_digits)}."
    return "Keys 5–9 are unassigned; define them under [queries] in config.toml."
