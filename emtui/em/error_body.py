"""What the body of an error says for itself: the message in it, XML or JSON, whatever the status was."""

from __future__ import annotations

import json
from contextlib import suppress

from emtui.em.document import Document
from emtui.em.prolog import Unreadable
from emtui.em.text import brief

_MOST = 64 * 1024
_MESSAGE_MOST = 300


def read_error(body: bytes, content_type: str) -> str | None:
    """The message of an `Error` body, XML or JSON, on one line; `None` for anything else. Never raises.

    Only the first 64 KiB are looked at.
    """
    if "html" in content_type.casefold():
        return None
    start = body[:_MOST].removeprefix(b"\xef\xbb\xbf").lstrip()
    message = _json_message(start) if start.startswith(b"{") else _xml_message(start)
    return brief(message, _MESSAGE_MOST) or None


def _json_message(body: bytes) -> str:
    try:
        told = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ""
    found = {str(key).casefold(): value for key, value in told.items()} if isinstance(told, dict) else {}
    message = found.get("message")
    return message if isinstance(message, str) else ""


def _xml_message(body: bytes) -> str:
    document = Document(1, lambda _: None, "Error")
    with suppress(Unreadable):  # a long stack trace may be cut off: the message stands before it
        document.feed(body)
    return document.target.attributes.get("Message", "")
