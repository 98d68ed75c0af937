"""What the list says about itself: requests under way, what stopped them, and why it is empty."""

from __future__ import annotations

from datetime import tzinfo

from emtui import text_format
from emtui.em.errors import EmError, LogonRefused, Untrusted
from emtui.monitor.list_feed import CompletionProgress, ListState, RequestProgress
from emtui.query import Query
from emtui.tui.formatting.certificate_text import why
from emtui.tui.formatting.session_columns import Clock


def progress_text(progress: RequestProgress | CompletionProgress | None, server: object, zone: tzinfo) -> str:
    """Who is asked, since when, and how much of the answer has come; empty while nobody waits for one."""
    if progress is None:
        return ""
    if isinstance(progress, CompletionProgress):
        return (
            f"asking for each run: {text_format.count(progress.count)} of {text_format.count(progress.total)}"
        )
    text, received = f"asking {server} since {text_format.clock(progress.since, zone)}", progress.received
    if received is None:
        return text
    whole = f" of {text_format.size(received.expected)}" if received.expected else ""
    return (
        f"{text}, {text_format.size(received.received)}{whole}, {text_format.counted(received.rows, 'row')}"
    )


def problem_text(state: ListState, clock: Clock) -> str:
    """The problem to show; of one that a person must decide also since when, and the key."""
    if state.stopped is None or not state.problem:
        return state.problem
    at, error = state.stopped.at, state.stopped.error
    when = f" {text_format.day_and_clock(at, clock.now, clock.zone)}" if at else ""
    what = "LOGON REFUSED" if isinstance(error, LogonRefused) else "STOPPED"
    return f"{what}{when}, L log on: {decision_text(error)}"


def decision_text(error: EmError) -> str:
    """What a person must decide; of a certificate only why: L shows it, and its fingerprint finds no room."""
    if isinstance(error, Untrusted):
        return why(error)
    return str(error)


def empty_text(state: ListState, query: Query, progress: str) -> tuple[str, ...]:
    """Why there are no rows, and what to do."""
    snapshot = state.snapshot
    if snapshot is None:
        return (progress, "Esc stops") if progress else ("No list yet. r asks for it.",)
    if snapshot.sessions and query.empty:
        return ()
    if query.empty and snapshot.unlisted:
        lacking = text_format.count(len(snapshot.unlisted.runs))
        return (f"The server lists no runs now; before it listed {lacking}.", "! says since when")
    if query.empty:
        return ("The server lists no sessions of the last 30 days.",)
    if query.text == "is:unseen":
        return ("Nothing has come or changed that you have not seen.", "0 shows everything")
    return (f"Nothing matches {query.text}", "0 shows everything")


def own_queries_text(digit: str, own: tuple[str, ...], *, reads_configuration: bool) -> str:
    """What is said of a digit without a query, or of none."""
    if not reads_configuration:
        return "5 to 9 show queries of your own; here no configuration is read."
    if digit:
        return f'{digit} is yours to set: in config.toml, under [queries], {digit} = "took:>10m"'
    if own:
        return f"Yours are on {', '.join(own)}."
    return "5 to 9 are free: [queries] in config.toml sets them."
