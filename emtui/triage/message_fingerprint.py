"""Masking of variable parts of messages, and fingerprints to recognize the same failure again.

Numbers, GUIDs, times, sizes, durations and paths become `#`. Host names and IP addresses are kept, as the
server matters to the user, and so are error codes: 401 and 503 are different failures.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

from emtui.em.model import Outcome, Session

MASK = "#"
HARSH_MASK = "*"
"""Mask of the fallback for texts that no number of passes leaves stable."""
MAX_MESSAGE_LENGTH = 4000
"""Maximum number of characters; the rest is dropped."""
MAX_PASSES = 6
"""Maximum number of passes; one is enough for most texts."""

MAX_WORD_LENGTH = 200
"""Longer words are not masked."""

_DIGIT = re.compile(r"\d")
_CHANGEABLE = re.compile(r"[\d#\\/-]+")
"""Characters without which no pass changes a text."""
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SEGMENTS = r"(?>[^\s\\/:*?\"'<>|]++(?: [^\s\\/:*?\"'<>|]++)*+[\\/])*+[^\s\\/:*?\"'<>|,;]*+"
_WINDOWS_PATH = re.compile(rf"(?<![A-Za-z])[A-Za-z]:[\\/]{_SEGMENTS}")
_NETWORK_SHARE = re.compile(rf"(\\\\[^\s\\/:*?\"'<>|]++)\\(?=[^\s\\/:*?\"'<>|,;]){_SEGMENTS}")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#]++)/[^\s\"'<>]++")
_UNIX_PATH = re.compile(r"(?<![\w/:\\.)])/[\w.@%+~-]++(?:/[\w.@%+~-]*+)+")

_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"
_UNITS = r"(?:ms|s|secs?|m|mins?|h|hrs?|d|[kKMGTP]?i?B|[kKMGT]b|x|%)"
_SPACED_UNITS = re.compile(
    r"# ?(?:bytes?|[kKMGTP]?i?B|milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|hours?|h|days?)\b"
)
_TIMES_OF_DAY = re.compile(r"#(?:[ T]#)+(?: ?[AaPp]\.?[Mm]\b\.?)?|# [AP]M\b")
_CORE = re.compile(r"[\w\\].*[\w%\\]|[\w\\]", re.DOTALL)
_NEVER_MASKED = re.compile(
    rf"0[xX][0-9a-fA-F]+|{_ADDRESS}(?:/\d{{1,2}})?|(?=.*::?.*:)[0-9a-fA-F:]*[a-fA-F][0-9a-fA-F:]*"
)
_NUMBER = re.compile(rf"\d[\d.,:/T+-]*Z?{_UNITS}?|(?:\d+(?:\.\d+)?{_UNITS})+|\d+(?:st|nd|rd|th)")
_LONG_HEX = re.compile(r"(?=\w*\d)[0-9a-fA-F]{16,}")
_ADDRESS_AND_PORT = re.compile(rf"({_ADDRESS}):\d{{1,5}}")
_PORT = re.compile(r"(.*[A-Za-z\]\d]):\d{1,5}")
_NAME_AND_VALUE = re.compile(r"(.*?[A-Za-z_])([=:#(\[/]+)(.*\d.*)", re.DOTALL)
_DATE_INSIDE = re.compile(r"\d{4}-\d\d-\d\d(?:[T_]?\d[\d:.]*)?|\d{8}T?\d{6}")
_CODE_LABEL = re.compile(
    r"(?:errors?|codes?|status|http(?:/\d(?:\.\d)?)?|hresult|errno|kb)[:=#]?", re.IGNORECASE
)


def mask_message(text: str) -> str:
    """Mask everything in `text` that may differ between two runs; idempotent.

    The neighbors of a mask may match in the next pass: `0#s` becomes `0#`, and that `##`. So passes are
    repeated until nothing changes; a text that still changes after `MAX_PASSES` is masked so that no pattern
    can match again. No pass makes a text longer.
    """
    before = text[:MAX_MESSAGE_LENGTH]
    for _ in range(MAX_PASSES):
        after = _mask_once(before)
        if after == before:
            return after
        before = after
    return _CHANGEABLE.sub(HARSH_MASK, before)


def _mask_once(text: str) -> str:
    """The text after one pass."""
    if text.count("-") > 3:
        text = _GUID.sub(MASK, text)
    if "\\" in text or "/" in text:
        text = _mask_paths(text)
    if not _DIGIT.search(text) and MASK not in text:
        return text
    return _mask_units(" ".join(_mask_words(text)))


def _mask_paths(text: str) -> str:
    text = _URL.sub(rf"\1/{MASK}", text)
    text = _NETWORK_SHARE.sub(rf"\1\\{MASK}", text)
    return _UNIX_PATH.sub(MASK, _WINDOWS_PATH.sub(MASK, text))


def _mask_words(text: str) -> list[str]:
    words: list[str] = []
    previous = ""
    for word in text.split(" "):
        is_code = previous and word[:1].isdigit() and _CODE_LABEL.fullmatch(previous)
        words.append(word if is_code else _mask_word(word))
        previous = word
    return words


def _mask_units(text: str) -> str:
    if MASK not in text:
        return text
    return _TIMES_OF_DAY.sub(MASK, _SPACED_UNITS.sub(MASK, text))


@lru_cache(maxsize=4096)
def _mask_word(word: str) -> str:
    """Mask one word; surrounding characters such as brackets and full stops are kept."""
    core = _CORE.search(word) if _DIGIT.search(word) and len(word) <= MAX_WORD_LENGTH else None
    if core is None:
        return word
    return word[: core.start()] + _mask_core(core.group()) + word[core.end() :]


def _mask_core(core: str) -> str:
    if not _DIGIT.search(core) or _NEVER_MASKED.fullmatch(core):
        return core
    if address := _ADDRESS_AND_PORT.fullmatch(core):
        return f"{address[1]}:{MASK}"
    if _NUMBER.fullmatch(core) or _LONG_HEX.fullmatch(core):
        return MASK
    if port := _PORT.fullmatch(core):
        return f"{port[1]}:{MASK}"
    if pair := _NAME_AND_VALUE.fullmatch(core):
        if _CODE_LABEL.fullmatch(pair[1]):
            return core
        return _mask_core(pair[1]) + pair[2] + _mask_word(pair[3])
    return _DATE_INSIDE.sub(MASK, core)


def fingerprint(session: Session) -> str:
    """The fingerprint of a run: equal for the same type, outcome and masked message."""
    return compute_fingerprint(session.type, session.outcome, session.message)


@lru_cache(maxsize=4096)
def compute_fingerprint(session_type: str | None, outcome: Outcome, message: str | None) -> str:
    """The fingerprint of these parts; cached, as most rows of a list repeat messages."""
    parts = (session_type or "", str(outcome), mask_message(message or ""))
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
