"""A text that never shows itself: passwords, tokens, logon ids."""

from __future__ import annotations

import threading
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


_lock = threading.RLock()  # a collection of garbage may make or drop secrets while it is held
_alive: WeakSet[Secret] = WeakSet()


def without_secrets(text: str) -> str:
    """`text` with `***` in place of every secret that this process holds.

    A very short one stays: it may stand in any word, and would be told by its absence.
    """
    with _lock:
        secrets = {secret.reveal() for secret in _alive}
    for secret in sorted((one for one in secrets if len(one) >= _TELLING), key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    return text
