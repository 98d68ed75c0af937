"""The JSON of `emtui tail`: one object per change of the list, with the session in it or flat."""

from __future__ import annotations

from emtui import text_format
from emtui.em.server_address import Server
from emtui.handover.json_records import SESSION_KEYS, session_record
from emtui.monitor.tail import TailLine

FLAT_KEYS = ("at", "change", *SESSION_KEYS, "problem", "count")
"""The keys of every flat line; none of the session's is called like another."""


def change_record(line: TailLine, server: Server, *, is_acknowledged: bool) -> dict[str, object]:
    """One change, with the session as an object of its own; `problem` and `count` only if there are any."""
    session = (
        session_record(line.session, server, line.server_time, is_acknowledged=is_acknowledged)
        if line.session
        else None
    )
    record: dict[str, object] = {
        "at": text_format.format_iso(line.at),
        "change": line.change,
        "session": session,
    }
    if line.problem is not None:
        record["problem"] = line.problem
    if line.count is not None:
        record["count"] = line.count
    return record


def flat_change_record(line: TailLine, server: Server, *, is_acknowledged: bool) -> dict[str, object]:
    """One change with the keys of its session beside it; every line has all keys, and names the server."""
    record = change_record(line, server, is_acknowledged=is_acknowledged)
    session = record.pop("session")
    values = session if isinstance(session, dict) else {"server": server.authority}
    return {key: record.get(key, values.get(key)) for key in FLAT_KEYS}
