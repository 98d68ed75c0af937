"""What the terminal sends, told apart: keys, pastes, and answers that nobody typed.

A slow line tears apart what belongs together (an arrow key is `ESC`, and later `[B`) and
brings together what came one by one. Here is decided what was meant, before the framework
reads keys out of it. Times are seconds of a monotonic clock, and "now" is always an argument.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from emtui.tui import background
from emtui.tui.lumps import is_a_lump

ESC = "\x1b"
HOLD = 0.3
"""Seconds that a lone ESC is held: what follows within them is the rest of the same key."""
HOLD_IN_TMUX = 0.1
"""The same inside tmux or screen, which have put keys together themselves, with a wait of their own."""
TORN = 1.0
"""Seconds within which the rest of a key is still known as one, though its ESC was taken for the key Esc."""
UNENDING = 5.0
"""Seconds without news after which an answer or a paste that was begun is given up."""
LONGEST_ANSWER = 4096

_PASTE, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_SHOWN = re.compile(r"\x1b\[\d*n")
_CONTROL = re.compile(r"\x1b\[(?!\[\Z|M[^\x1b]{0,2}\Z)(?:\[[A-E]|M[^\x1b]{3}|[0-?]*[ -/]*[@-~])")
_SHIFTED = re.compile(r"\x1bO[A-DFHMP-Sj-y]")
_ANSWER = re.compile(r"\x1b(?:\]\d+;|P[>01!]|_G)[^\x07\x1b]*(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\[\[|\[M[^\x1b]{0,2}|O)?")
_ANSWER_BEGUN = re.compile(r"\x1b(?:\](?:\d+(?:;[^\x07\x1b]*\x1b?)?)?|P(?:[>01!][^\x07\x1b]*\x1b?)?|_G?)")
_NO_KEY = re.compile(r"\x1b\[(?:[?>=][0-?]*[ -/]*[@-tv-xz-~]|\?[0-?]*u|\d[\d;]*[nc])")
_WHOLE_ANSWER = re.compile(f"{_NO_KEY.pattern}|{_ANSWER.pattern}")
_REST_OF_A_KEY = re.compile(r"\[[0-9;]*[A-HP-SZ~]|O[A-DFHP-S]|\[\??\d[\d;]*[nc]|\]\d+;rgb")
"""And of an answer."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A text and what was meant by it: each kind is a class below, and equal only to its like."""

    text: str = ""


class Keys(Meant):
    """One key, or as many as one can tell apart: text without ESC, or one sequence."""


class Escape(Meant):
    """The key Esc."""


class Lump(Meant):
    """So much came at once that nobody has typed it: a paste that was not said to be one."""


class Pasted(Meant):
    """A paste that was said to be one."""


class Shown(Meant):
    """The terminal has shown all that it was sent up to the question."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The terminal has said, late, whether its background is light."""

    light: bool


Heard: TypeAlias = Keys | Escape | Lump | Pasted | Shown | Ground


class Inlet:
    """Takes what comes, and says what was meant; `hold` is how long a lone ESC is held."""

    def __init__(self, hold: float = HOLD) -> None:
        self._hold = hold
        self._rest = ""
        self._rest_at = 0.0
        self._pasting = False
        self._paste: list[str] = []
        self._escaped_at = -TORN

    def take(self, text: str, now: float) -> list[Heard]:
        """What is meant by this text, with what was held before."""
        told, text = self._answered(text)
        if not text:
            return told
        if not self._rest and now - self._escaped_at < TORN and _REST_OF_A_KEY.match(text):
            text = ESC + text
        self._escaped_at = -TORN
        text, self._rest, self._rest_at = self._rest + text, "", now
        return [*told, *self._told(text)]

    def _answered(self, text: str) -> tuple[list[Heard], str]:
        """Answers that come while an ESC is held do not end its being held; and the text after them."""
        told: list[Heard] = []
        while self._rest == ESC and (answer := _WHOLE_ANSWER.match(text)):
            told += _key(answer[0])
            text = text[answer.end() :]
        return told, text

    def wait(self, now: float) -> float | None:
        """Seconds until `overdue` has to be asked; None if nothing is held."""
        if not self._rest and not self._pasting:
            return None
        return max(self._rest_at + self._patience - now, 0.0)

    def overdue(self, now: float) -> list[Heard]:
        """What is meant by what is held, if nothing more belongs to it."""
        left = self.wait(now)
        if left is None or left > 0:
            return []
        rest, self._rest = self._rest, ""
        if self._pasting:
            paste = self._whole_paste() + rest
            return [Pasted(paste)] if paste else []
        if len(rest) > 2:
            return []  # an answer, or a key that never came whole
        self._escaped_at = self._rest_at + self._hold if rest == ESC else -TORN
        return [Escape(), *(Keys(character) for character in rest[1:])]

    @property
    def _patience(self) -> float:
        if self._rest == ESC and not self._pasting:
            return self._hold
        return TORN if len(self._rest) == 2 and not self._pasting else UNENDING

    def _told(self, text: str) -> Iterator[Heard]:
        at = 0
        while at < len(text):
            if self._pasting:
                at = yield from self._pasted(text, at)
            elif text[at] != ESC:
                end = text.find(ESC, at)
                run = text[at:] if end < 0 else text[at:end]
                yield Lump(run) if is_a_lump(run) else Keys(run)
                at += len(run)
            else:
                at = yield from self._sequence(text, at)

    def _pasted(self, text: str, at: int) -> Generator[Heard, None, int]:
        """Up to the end of the paste, which may itself be torn; gives where to go on."""
        end = text.find(_PASTE_ENDS, at)
        if end >= 0:
            self._paste.append(text[at:end])
            yield Pasted(self._whole_paste())
            return end + len(_PASTE_ENDS)
        torn = next((n for n in range(len(_PASTE_ENDS) - 1, 0, -1) if text.endswith(_PASTE_ENDS[:n], at)), 0)
        self._paste.append(text[at : len(text) - torn])
        self._rest = text[len(text) - torn :]
        return len(text)

    def _whole_paste(self) -> str:
        paste, self._paste, self._pasting = "".join(self._paste), [], False
        return paste

    def _sequence(self, text: str, at: int) -> Generator[Heard, None, int]:
        """What begins with this ESC; gives where to go on."""
        if text.startswith(_PASTE, at):
            self._pasting = True
            return at + len(_PASTE)
        if answer := _ANSWER.match(text, at):
            yield from _key(answer[0])
            return answer.end()
        if key := _CONTROL.match(text, at) or _SHIFTED.match(text, at):
            yield from _key(key[0])
            return key.end()
        if text.startswith("\x1b\x7f", at):
            yield Keys("\x1b\x7f")
            return at + 2
        short = len(text) - at <= LONGEST_ANSWER
        if _BEGUN.fullmatch(text, at) or (short and _ANSWER_BEGUN.fullmatch(text, at)):
            self._rest = text[at:]
            return len(text)
        yield Escape()  # no key of emtui needs Alt: what looks like it is Esc, and a key right after it
        return at + 1


def _key(sequence: str) -> Iterator[Heard]:
    if _SHOWN.fullmatch(sequence):
        yield Shown()
    elif (light := background.heard(sequence.encode()).light) is not None:
        yield Ground(light)
    elif not _WHOLE_ANSWER.fullmatch(sequence):
        yield Keys(sequence)
