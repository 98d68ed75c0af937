"""A step from a place in a list to the next one that is wanted: how it went, and what is said of it."""

from __future__ import annotations

from enum import Enum


class Hop(Enum):
    """Whether it led on, over the end and round, back to where it began, or nowhere as nothing is wanted."""

    ON = "on"
    ROUND = "round"
    SAME = "same"
    NONE = "none"

    def __bool__(self) -> bool:
        return self is not Hop.NONE

    @classmethod
    def between(cls, here: int, there: int, step: int) -> Hop:
        """From one place to the other, forwards or (with a `step` of -1) backwards."""
        if here == there:
            return cls.SAME
        return cls.ON if (there - here) * step > 0 else cls.ROUND


def told(hop: Hop, step: int, sought: str) -> str:
    """What is said of a step to a line that holds what is sought; nothing if it led on."""
    if hop is Hop.ON:
        return ""
    if hop is Hop.ROUND:
        return continued(step)
    return f"No {'line' if hop is Hop.NONE else 'other line'} holds “{sought}”."


def continued(step: int) -> str:
    """What is said of a step over the end."""
    return "Continued from the top." if step > 0 else "Continued from the bottom."
