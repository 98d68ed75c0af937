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
CTRL_C = "\x03"
HOLD = 0.3
"""Seconds that a lone ESC is held: what follows within them is the rest of the same key."""
HOLD_IN_TMUX = 0.1
"""The same inside tmux or screen, which have put keys together themselves, with a wait of their own."""
TORN = 1.0
"""Seconds within which the rest of a key is still known as one, though its ESC was taken for the key Esc."""
UNENDING = 5.0
"""Seconds after which a sequence or an answer that was begun is given up, and a paste that brings no more."""
TOGETHER = 0.1
"""Seconds within which what comes next may be any rest of a sequence; later it has to look like one."""
LONGEST_ANSWER = 4096

_PASTE, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_SHOWN = re.compile(r"\x1b\[\d*n")
_CONTROL = re.compile(r"\x1b\[(?!\[\Z|M[^\x1b]{0,2}\Z)(?:\[[A-E]|M[^\x1b]{3}|[ -?]*[@-~])")
_SHIFTED = re.compile(r"\x1bO(?:[\d;][\d;:]*)?[A-Za-z]")
_ANSWER = re.compile(r"\x1b[\]P_X^][^\x00-\x1f\x7f]*(?:\x07|\x1b\\)")
_BEGUN = re.compile(r"\x1b(?:\[[ -?]*|\[\[|\[M[^\x1b]{0,2}|O(?:[\d;][\d;:]*)?)?")
_ANSWER_BEGUN = re.compile(
    r"\x1b(?:\](?:\d+(?:;[^\x00-\x1f\x7f]*\x1b?)?)?|P(?:[>01!][^\x00-\x1f\x7f]*\x1b?)?|_(?:G[^\x00-\x1f\x7f]*\x1b?)?)"
)
_BROKEN = re.compile(r"\x1b(?:\[[ -?]*|O[\d;:]{9,}|(?:\]\d+;|P[>01!]|_G)[^\x00-\x1f\x7f]*)")
"""A sequence or an answer within which something else begins."""
_NO_KEY = re.compile(r"\x1b\[(?:[?>=][0-?]*[ -/]*[@-tv-xz-~]|\?[0-?]*u|\d[\d;]*[nc])")
_WHOLE_ANSWER = re.compile(f"{_NO_KEY.pattern}|{_ANSWER.pattern}")
_REST_OF_A_KEY = re.compile(
    r"\[[\d;:]*[A-HP-SZ~]|\[\d[\d;:]*u|\[<[\d;]+[Mm]|O[A-DFHP-S]|\[\??\d[\d;]*[nc]|\]\d+;rgb"
)
"""And of an answer."""
_LIKELY = re.compile(
    r"\x1b(?:\[(?:\[[A-E]|<[\d;]+[Mm]|[\d;:]*[A-HP-SZ~]|\d[\d;:]*u|\d+[$^@]|[?>=][\d;]*(?:\$y|[cnu])"
    r"|\d+n|48;[\d;:]+t|[IO])|O(?:[\d;][\d;:]*)?[A-HMP-S])"
)
"""A sequence as terminals send them; what ends otherwise is the next key, and not the rest of this."""
_NUMBERS = re.compile(r"\x1b[\[O][<?>=]?[\d;:]*\$?")
_LIKE_AN_ANSWER = re.compile(r"[\da-fA-Frgb:;/]+\x1b?")
_ARROW = re.compile(r"\x1b\x1b(?:[\[O][A-DFH]|\[[1-8]~)")
_IN_A_FIELD = "bfd"
"""Letters that do something with Alt in a field."""
_OPENS_A_LINE = "/:&"


@dataclass(frozen=True, slots=True)
class Meant:
    """A text and what was meant by it: each kind is a class below, and equal only to its like."""

    text: str = ""


class Keys(Meant):
    """One key, or as many as one can tell apart: text without ESC, or one sequence."""


class Escape(Meant):
    """The key Esc."""


class Alt(Meant):
    """A character that was pressed together with Alt."""


class EscapeOrAlt(Meant):
    """ESC and such a key in one piece: Alt and the key in a field, elsewhere Esc and then the key."""


class Dropped(Meant):
    """What nobody can read."""


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


Heard: TypeAlias = Keys | Escape | Alt | EscapeOrAlt | Dropped | Lump | Pasted | Shown | Ground


class Inlet:
    """Takes what comes, and says what was meant; `hold` is how long a lone ESC is held."""

    def __init__(self, hold: float = HOLD) -> None:
        self._hold = hold
        self._rest = ""
        self._rest_at = 0.0
        self._heard_at = 0.0
        self._apart = False
        """Whether the ESC with which the rest begins came alone, before what follows it."""
        self._pasting = False
        self._paste: list[str] = []
        self._escaped_at = -TORN

    def take(self, text: str, now: float) -> list[Heard]:
        """What is meant by this text, with what was held before."""
        told, text = self._answered(text)
        if not text:
            return told
        if self._pasting:
            return [*told, *self._more_of_the_paste(text, now)]
        if self._rest and not self._goes_on(text, now):
            told += self._given_up()
        elif not self._rest and now - self._escaped_at < TORN and _REST_OF_A_KEY.match(text):
            text = ESC + text
        self._escaped_at = -TORN
        before, began, self._rest = self._rest, self._rest_at, ""
        self._apart = before == ESC or (self._apart and bool(before))
        self._heard_at = self._rest_at = now
        told += self._told(before + text)
        if len(before) > 1 and self._rest.startswith(before):
            self._rest_at = began
        return told

    def _goes_on(self, text: str, now: float) -> bool:
        """Whether this may be the rest of what is held; else it is the next key."""
        if self._rest == ESC or now - self._heard_at <= TOGETHER:
            return True
        joined = self._rest + text
        if self._rest[1] in "[O":
            return (_LIKELY.match(joined) or _NUMBERS.fullmatch(joined)) is not None
        return (_ANSWER.match(joined) or _LIKE_AN_ANSWER.fullmatch(text)) is not None

    def _more_of_the_paste(self, text: str, now: float) -> list[Heard]:
        """What comes while the end of a paste is still to come; one whose end is lost ends soon, too."""
        if text == CTRL_C:
            paste, self._rest = self._whole_paste() + self._rest, ""
            return [*([Pasted(paste)] if paste else []), Keys(text)]
        alone = len(text) == 1 or (_CONTROL.fullmatch(text) and text != _PASTE_ENDS)
        if not alone or now - self._heard_at <= TOGETHER:
            self._rest_at = now
        self._heard_at = now
        text, self._rest, self._apart = self._rest + text, "", False
        told = list(self._told(text))
        if not self._pasting:
            self._heard_at = self._rest_at = now
        return told

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
        if self._pasting:
            paste, self._rest = self._whole_paste() + self._rest, ""
            return [Pasted(paste)] if paste else []
        return self._given_up()

    def _given_up(self) -> list[Heard]:
        """What is held stands for itself."""
        rest, self._rest = self._rest, ""
        if rest == ESC:
            self._escaped_at = self._rest_at + self._hold
            return [Escape()]
        if len(rest) > 2:
            return [Dropped(rest)]  # an answer, or a key that never came whole
        return [Escape(), Keys(rest[1])] if self._apart else [Alt(rest[1])]

    @property
    def _patience(self) -> float:
        if self._pasting:
            return UNENDING
        if self._rest == ESC:
            return self._hold
        return TORN if len(self._rest) == 2 or self._rest.startswith(("\x1bO", "\x1b[M")) else UNENDING

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
        short = len(text) - at <= LONGEST_ANSWER
        if short and (_BEGUN.fullmatch(text, at) or _ANSWER_BEGUN.fullmatch(text, at)):
            self._rest, self._apart = text[at:], self._apart and at == 0
            return len(text)
        if (broken := _BROKEN.match(text, at)) and broken.end() - at > 2:
            yield Dropped(broken[0])
            return broken.end()
        if self._apart and at == 0:
            yield Escape()
            return at + 1
        return (yield from self._in_one_piece(text, at))

    def _in_one_piece(self, text: str, at: int) -> Generator[Heard, None, int]:
        """ESC and what came together with it: Alt and a key, unless only Esc and a text can be meant."""
        if text.startswith("\x1b\x7f", at):
            yield Keys("\x1b\x7f")
            return at + 2
        if arrow := _ARROW.match(text, at):
            yield EscapeOrAlt(arrow[0][1:])
            return arrow.end()
        end = text.find(ESC, at + 1)
        run = text[at + 1 :] if end < 0 else text[at + 1 : end]
        if not run or run[0] == CTRL_C or _is_text(run):
            yield Escape()
            return at + 1
        if not run[0].isprintable():
            yield EscapeOrAlt(run[0])
            return at + 2
        yield Alt(run[0])
        if not is_a_lump(run):
            return at + 2
        yield Lump(run[1:])
        return at + 1 + len(run)


def _is_text(run: str) -> bool:
    """Whether what came with an ESC is a text of its own: a paste, or a line that is typed into a prompt."""
    if run[0] in _OPENS_A_LINE:
        return len(run) > 1
    return is_a_lump(run) and (run[0] not in _IN_A_FIELD or len(run.splitlines()) > 1)


def _key(sequence: str) -> Iterator[Heard]:
    if _SHOWN.fullmatch(sequence):
        yield Shown()
    elif (light := background.heard(sequence.encode()).light) is not None:
        yield Ground(light)
    elif not _WHOLE_ANSWER.fullmatch(sequence):
        yield Keys(sequence)
