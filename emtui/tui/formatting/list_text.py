"""What the list says about itself: requests under way, what stopped them, and why it is empty."""

from __future__ import annotations

from datetime import tzinfo

from emtui import text_format
from emtui.em.errors import CertificateUntrustedError, EmError, LogonRefusedError
from emtui.monitor.list_feed import CompletionProgress, ListState, RequestProgress
from emtui.query import Query
from emtui.tui.formatting.certificate_text import trust_question
from emtui.tui.formatting.session_columns import TimeContext


def progress_text(progress: RequestProgress | CompletionProgress | None, server: object, zone: tzinfo) -> str:
    """Who is asked, since when, and how much of the answer has come; empty while nobody waits for one."""
    if progress is None:
        return ""
    if isinstance(progress, CompletionProgress):
        return (
            f"asking for each run: {text_format.format_count(progress.count)}"
            f" of {text_format.format_count(progress.total)}"
        )
    text, received = (
        f"asking {server} since {text_format.format_time(progress.since, zone)}",
        progress.received,
    )
    if received is None:
        return text
    expected_text = f" of {text_format.format_size(received.expected)}" if received.expected else ""
    return (
        f"{text}, {text_format.format_size(received.received)}{expected_text},"
        f" {text_format.format_counted(received.row_count, 'row')}"
    )


def problem_text(state: ListState, clock: TimeContext) -> str:
    """The problem to show; of one that a person must decide also since when, and the key."""
    if state.polling_stop is None or not state.problem:
        return state.problem
    at, error = state.polling_stop.at, state.polling_stop.error
    when = f" {text_format.format_day_and_second(at, clock.now, clock.zone)}" if at else ""
    what = "LOGON REFUSED" if isinstance(error, LogonRefusedError) else "STOPPED"
    return f"{what}{when}, L log on: {decision_text(error)}"


def decision_text(error: EmError) -> str:
    """What a person must decide; of a certificate only why: L shows it, and its fingerprint finds no room."""
    if isinstance(error, CertificateUntrustedError):
        return trust_question(error)
    return str(error)


def empty_text(state: ListState, query: Query, progress: str) -> tuple[str, ...]:
    """Why there are no rows, and what to do."""
    snapshot = state.snapshot
    if snapshot is None:
        return (progress, "Esc stops") if progress else ("No list yet. r asks for it.",)
    if snapshot.sessions and query.is_empty:
        return ()
    if query.is_empty and snapshot.unlisted:
        unlisted_count = text_format.format_count(len(snapshot.unlisted.runs))
        return (f"The server lists no runs now; before it listed {unlisted_count}.", "! says since when")
    if query.is_empty:
        return ("The server lists no sessions of the last 30 days.",)
    if query.text == "is:unseen":
        return ("Nothing has come or changed that you have not seen.", "0 shows everything")
    return (f"Nothing matches {query.text}", "0 shows everything")


def own_queries_text(digit: str, own_digits: tuple[str, ...], *, reads_configuration: bool) -> str:
    """What is said of a digit without a query, or of none."""
    if not reads_configuration:
        return "5 to 9 show queries of your own; here no configuration is read."
    if digit:
        return f'{digit} is yours to set: in config.toml, under [queries], {digit} = "took:>10m"'
    if own_digits:
        return f"Yours are on {', '.join(own_digits)}."
    return "5 to 9 are free: [queries] in config.toml sets them."
