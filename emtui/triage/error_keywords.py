"""Keywords that suggest an error. A heuristic: the server's events have no severity."""

from __future__ import annotations

import re

_ERROR_KEYWORDS = re.compile(
    r"""\b(?:
        fail(?:s|ed|ure|ures|ing)? | errors? | exceptions? | fatal | warnings?
        | can(?:no|')t | could\ not | couldn't | unable | (?:is|was|were|are)\ not | not\ found
        | refused | denied | rejected | forbidden | unauthori[sz]ed | invalid | expired | corrupt(?:ed)?
        | timed?[\ -]?out | timeouts? | unreachable | unavailable | closed\ the\ connection | disconnected
        | lost | aborted | canceled | cancelled | terminated | skipped | missing | slowly
        | no\ right | (?:second|third|fourth|next|another)\ attempt | retry(?:ing)? | retries
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HARMLESS_PHRASES = re.compile(
    r"""\b(?:
        (?:no|without(?:\ any)?|zero|0)\ (?:errors?|warnings?|failures?|exceptions?|failed|skipped|missing)
        | (?:errors?|warnings?|failures?|failed|skipped|missing)\s?[:=]\s?0(?!\d)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FAILURE_KEYWORDS = re.compile(
    r"""\b(?: fail(?:s|ed|ure)? | errors? | exception | fatal | can(?:no|')t | could\ not | unable | refused
        | denied | rejected | unreachable | timed?[\ -]?out | closed\ the\ connection | lost | aborted )\b""",
    re.IGNORECASE | re.VERBOSE,
)

MAX_SCANNED_LENGTH = 4_000
"""Maximum number of characters of a message that are scanned."""


def find_error_keyword(message: str | None) -> str | None:
    """The first keyword in the message that suggests an error."""
    match = (
        _ERROR_KEYWORDS.search(_HARMLESS_PHRASES.sub("", message[:MAX_SCANNED_LENGTH])) if message else None
    )
    return match.group() if match else None


def has_failure_keyword(message: str | None) -> bool:
    """Whether the message contains a keyword for a failure, not only a warning."""
    return bool(message and _FAILURE_KEYWORDS.search(_HARMLESS_PHRASES.sub("", message[:MAX_SCANNED_LENGTH])))
