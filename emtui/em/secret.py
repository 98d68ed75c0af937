"""A text that never shows itself: passwords, tokens, logon ids."""

from __future__ import annotations

from typing import Final, final


@final
class Secret:
    """Holds a text whose `repr` and `str` are `***`; only `reveal` gives it out.

    It is not compared, hashed, pickled or formatted by accident: two secrets are
    equal only if they are the same object.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text: Final = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")
