"""A text that never shows itself: passwords, tokens, logon ids."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Final, final
from weakref import WeakSet

SHOWN: Final = "***"
"""What stands wherever a secret would."""
_TELLING: Final = 4


@final
class Secret:
    """Holds a text whose `repr` and `str` are `***`; only `reveal` gives it out.

    It is not compared, hashed, pickled or formatted by accident: two secrets are
    equal only if they are the same object.
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        self._text: Final = text
        with _lock:
            _alive.add(self)

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return SHOWN

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")


_LINE_END: Final = "\r\n|[\n\v\f\r\x85\u2028\u2029]"
"""As files, editors, mail and other systems end a line; VT is a line break of Word."""
_LAST: Final = re.compile(rf"(?:{_LINE_END})\Z")
_ANY: Final = re.compile(_LINE_END)


def without_line_end(password: str) -> str:
    """The password without the one line end that it may come with; blanks and tabs are part of it."""
    return _LAST.sub("", password, count=1)


def is_one_line(password: str) -> bool:
    """Whether there is no line end in it; else it is something else than a password."""
    return not _ANY.search(password)


_lock = threading.RLock()  # a collection of garbage may make or drop secrets while it is held
_alive: WeakSet[Secret] = WeakSet()


def without_secrets(text: str) -> str:
    """`text` with `***` in place of every secret that this process holds.

    A very short one stays: it may stand in any word, and would be told by its absence.
    """
    for secret in sorted(_held(), key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    return text


def matching_secrets(forms: Callable[[str], Iterable[str]]) -> set[str]:
    """Every way in which a secret of this process may be written, for whoever takes them out of texts."""
    return {form for secret in _held() for form in forms(secret)}


def _held() -> set[str]:
    with _lock:
        secrets = {secret.reveal() for secret in _alive}
    return {secret for secret in secrets if len(secret) >= _TELLING}
