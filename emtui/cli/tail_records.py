"""The JSON of `emtui tail`: one object per change of the list."""

from __future__ import annotations

from emtui import text_format
from emtui.em.server_address import Server
from emtui.handover.json_records import session_record
from emtui.monitor.tail import TailLine


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
