"""Read an `Error` document, XML or JSON: its message and status, independent of the status line.

Source: the schema's ErrorType; em_rest/http_response_codes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from emtui.em.charset import Transcoder, parse_charset
from emtui.em.text_sanitizer import shorten
from emtui.em.xml_document import DocumentParser
from emtui.em.xml_prolog import Prolog, UnreadableDocumentError
from emtui.em.xml_sanitizer import XmlSanitizer

MAX_ERROR_BYTES = 64 * 1024
"""Maximum number of bytes read of an error body."""
_MAX_MESSAGE_LENGTH = 300
_JSON = b"{"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The content of an error body: a message on one line, and the status in an `Error` document.

    `is_document` is false for JSON of another service, which has only a message.
    """

    message: str = ""
    status: int | None = None
    is_document: bool = False


class ErrorDetector:
    """Detects an `Error` document by the first bytes of a body.

    `rejection` is the error if the body is certain to be unreadable.
    """

    def __init__(self, charset: str = "") -> None:
        self.rejection: UnreadableDocumentError | None = None
        self._sanitizer = XmlSanitizer(charset)
        self._prolog = Prolog()

    def feed(self, piece: bytes) -> bool | None:
        """Whether it may be one; `None` if more bytes are needed."""
        try:
            name = self._prolog.feed(self._sanitizer.feed(piece))
        except UnreadableDocumentError as problem:
            self.rejection = problem
            return self._prolog.head.startswith(_JSON)
        return None if name is None else name == "Error"


def read_error_body(body: bytes, content_type: str = "") -> ErrorBody:
    """The error in the first 64 KiB of a body; empty if there is none. Never raises."""
    body, charset = body[:MAX_ERROR_BYTES], parse_charset(content_type)
    transcoder, decoded = Transcoder(charset), b""
    with suppress(UnreadableDocumentError):
        decoded = transcoder.feed(body, final=True).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not decoded.startswith(_JSON):
        return _parse_xml(body, charset)
    error = _parse_json(decoded)
    return error if error.is_document or "html" not in content_type.casefold() else ErrorBody()


def _parse_json(body: bytes) -> ErrorBody:
    try:
        content = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ErrorBody()
    values = (
        {str(key).casefold(): value for key, value in content.items()} if isinstance(content, dict) else {}
    )
    message = values.get("message")
    shortened = shorten(message, _MAX_MESSAGE_LENGTH) if isinstance(message, str) else ""
    is_document = "statuscode" in values and "message" in values
    return ErrorBody(
        shortened, _parse_status(str(values.get("statuscode"))) if is_document else None, is_document
    )


def _parse_xml(body: bytes, charset: str) -> ErrorBody:
    document = DocumentParser(1, lambda _: None, "Error", charset=charset)
    with suppress(
        UnreadableDocumentError
    ):  # a long stack trace may be cut off, but the message comes before it
        document.feed(body)
    attributes: Mapping[str, str] = document.target.attributes
    if not document.has_begun:
        return ErrorBody()
    shortened = shorten(attributes.get("Message", ""), _MAX_MESSAGE_LENGTH)
    return ErrorBody(shortened, _parse_status(attributes.get("StatusCode", "")), is_document=True)


def _parse_status(text: str) -> int | None:
    """An HTTP error status (4xx or 5xx), or `None`."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 and text[0] in "45" else None
