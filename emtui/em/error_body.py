"""Read an `Error` document, XML or JSON: its message and status, independent of the status line.

Source: the schema's ErrorType; em_rest/http_response_codes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from emtui.em.charset import Transcoder, charset_in
from emtui.em.text_sanitizer import brief
from emtui.em.xml_document import Document
from emtui.em.xml_prolog import Prolog, Unreadable
from emtui.em.xml_sanitizer import Repair

MOST = 64 * 1024
"""Maximum number of bytes read of an error body."""
_MESSAGE_MOST = 300
_JSON = b"{"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The content of an error body: a message on one line, and the status in an `Error` document.

    `is_document` is false for JSON of another service, which has only a message.
    """

    message: str = ""
    status: int | None = None
    is_document: bool = False


class Beginning:
    """Detects an `Error` document by the first bytes of a body.

    `refused` is the error if the body is certain to be unreadable.
    """

    def __init__(self, charset: str = "") -> None:
        self.refused: Unreadable | None = None
        self._repair = Repair(charset)
        self._prolog = Prolog()

    def feed(self, piece: bytes) -> bool | None:
        """Whether it may be one; `None` if more bytes are needed."""
        try:
            name = self._prolog.feed(self._repair.feed(piece))
        except Unreadable as problem:
            self.refused = problem
            return self._prolog.head.startswith(_JSON)
        return None if name is None else name == "Error"


def read_error_body(body: bytes, content_type: str = "") -> ErrorBody:
    """The error in the first 64 KiB of a body; empty if there is none. Never raises."""
    body, charset = body[:MOST], charset_in(content_type)
    transcoder, start = Transcoder(charset), b""
    with suppress(Unreadable):
        start = transcoder.feed(body, final=True).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(_JSON):
        return _xml(body, charset)
    found = _json(start)
    return found if found.is_document or "html" not in content_type.casefold() else ErrorBody()


def _json(body: bytes) -> ErrorBody:
    try:
        told = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ErrorBody()
    found = {str(key).casefold(): value for key, value in told.items()} if isinstance(told, dict) else {}
    message = found.get("message")
    words = brief(message, _MESSAGE_MOST) if isinstance(message, str) else ""
    is_document = "statuscode" in found and "message" in found
    return ErrorBody(words, _status(str(found.get("statuscode"))) if is_document else None, is_document)


def _xml(body: bytes, charset: str) -> ErrorBody:
    document = Document(1, lambda _: None, "Error", charset=charset)
    with suppress(Unreadable):  # a long stack trace may be cut off, but the message comes before it
        document.feed(body)
    attributes: Mapping[str, str] = document.target.attributes
    if not document.has_begun:
        return ErrorBody()
    words = brief(attributes.get("Message", ""), _MESSAGE_MOST)
    return ErrorBody(words, _status(attributes.get("StatusCode", "")), is_document=True)


def _status(text: str) -> int | None:
    """An HTTP error status (4xx or 5xx), or `None`."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 and text[0] in "45" else None
