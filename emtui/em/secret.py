"""Texts that are never shown: passwords, tokens, logon IDs."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Final, final
from weakref import WeakSet

MASK: Final = "***"
"""The text shown instead of a secret."""
_MIN_LENGTH: Final = 4


@final
class Secret:
    """Holds a text whose `repr` and `str` are `***`; only `reveal` returns it.

    It cannot be compared, hashed by content, pickled or formatted by accident: two secrets are equal only
    if they are the same object.
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        self._text: Final = text
        with _lock:
            _live_secrets.add(self)

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")


_LINE_END: Final = "\r\n|[\n\v\f\r\x85\u2028\u2029]"
"""Line ends of files, editors, mail and other systems; VT is a line break of Word."""
_FINAL_LINE_END: Final = re.compile(rf"(?:{_LINE_END})\Z")
_ANY_LINE_END: Final = re.compile(_LINE_END)


def strip_line_end(password: str) -> str:
    """The password without one final line end; blanks and tabs are part of it."""
    return _FINAL_LINE_END.sub("", password, count=1)


def is_one_line(password: str) -> bool:
    """Whether the password contains no line end."""
    return not _ANY_LINE_END.search(password)


_lock = threading.RLock()  # a garbage collection may create or drop secrets while it is locked
_live_secrets: WeakSet[Secret] = WeakSet()


def mask_secrets(text: str) -> str:
    """`text` with every secret of this process replaced by `***`.

    A very short one is not replaced: it may be part of any word, and the gap would reveal it.
    """
    for secret in sorted(_secret_texts(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def spell_secrets(forms: Callable[[str], Iterable[str]]) -> set[str]:
    """Every spelling of the secrets of this process, as produced by `forms`."""
    return {form for secret in _secret_texts() for form in forms(secret)}


def _secret_texts() -> set[str]:
    with _lock:
        secrets = {secret.reveal() for secret in _live_secrets}
    return {secret for secret in secrets if len(secret) >= _MIN_LENGTH}
