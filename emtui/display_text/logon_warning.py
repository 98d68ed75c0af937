"""The warning after a logon: the server's certificate expires soon, or its clock is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.server_clock import clock_offset, utc_now
from emtui.em.session_source import SessionSource
from emtui.monitor.feed_health import LARGE_SKEW


def logon_warning(source: SessionSource, now: datetime, details: str, *, is_demo: bool) -> str:
    """Format the more important of both; empty if there is neither.

    `now` is this computer's clock, or that of the demo, whose certificate is made with this computer's
    clock and whose clock is not meant to be right. `details` says how to see more.
    """
    now, skew = (utc_now(), timedelta()) if is_demo else (now, clock_offset(source.skew))
    expiry_text = source.certificate.expiry_text(now) if source.certificate else None
    if expiry_text:
        return f"The certificate of {source.server} {expiry_text}."
    if abs(skew) < LARGE_SKEW:
        return ""
    difference = text_format.format_duration(abs(skew))
    direction = "ahead of" if skew > timedelta() else "behind"
    return f"The server's clock is {difference} {direction} this computer's. {details}."
