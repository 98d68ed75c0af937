"""Splits terminal input into tokens: keys, pastes, and replies to our own queries.

A slow connection splits a sequence (an arrow key arrives as `ESC`, and later `[B`) and merges
separate keys into one read. This filter decides what was meant before Textual's parser sees it.
Times are seconds of a monotonic clock; "now" is always an argument.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from emtui.tui.terminal import background_color
from emtui.tui.terminal.paste_detection import is_unmarked_paste

ESC = "\x1b"
CTRL_C = "\x03"
ESC_HOLD_S = 0.3
"""Seconds that a lone ESC is held: what follows within this time belongs to the same key."""
ESC_HOLD_IN_MULTIPLEXER_S = 0.1
"""The same inside tmux or screen, which reassemble keys themselves, with their own timeout."""
SPLIT_KEY_S = 1.0
"""Seconds in which the rest of a key is still recognized after its ESC was reported as the Esc key."""
UNFINISHED_S = 5.0
"""Seconds after which an unfinished sequence, reply or paste is given up."""
SAME_BURST_S = 0.1
"""Seconds in which any input may continue a sequence; later it must look like a continuation."""
MAX_REPLY_LENGTH = 4096

_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_ACK = re.compile(r"\x1b\[\d*n")
_CSI = re.compile(r"\x1b\[(?!\[\Z|M[^\x1b]{0,2}\Z)(?:\[[A-E]|M[^\x1b]{3}|[ -?]*[@-~])")
_SS3 = re.compile(r"\x1bO(?:[\d;][\d;:]*)?[A-Za-z]")
_REPLY = re.compile(r"\x1b[\]P_X^][^\x00-\x1f\x7f]*(?:\x07|\x1b\\)")
_UNFINISHED_KEY = re.compile(r"\x1b(?:\[[ -?]*|\[\[|\[M[^\x1b]{0,2}|O(?:[\d;][\d;:]*)?)?")
_UNFINISHED_REPLY = re.compile(
    r"\x1b(?:\](?:\d+(?:;[^\x00-\x1f\x7f]*\x1b?)?)?|P(?:[>01!][^\x00-\x1f\x7f]*\x1b?)?|_(?:G[^\x00-\x1f\x7f]*\x1b?)?)"
)
_INTERRUPTED = re.compile(r"\x1b(?:\[[ -?]*|O[\d;:]{9,}|(?:\]\d+;|P[>01!]|_G)[^\x00-\x1f\x7f]*)")
"""An unfinished sequence or reply that is interrupted by something else."""
_CSI_REPLY = re.compile(r"\x1b\[(?:[?>=][0-?]*[ -/]*[@-tv-xz-~]|\?[0-?]*u|\d[\d;]*[nc])")
_ANY_REPLY = re.compile(f"{_CSI_REPLY.pattern}|{_REPLY.pattern}")
_KEY_WITHOUT_ESC = re.compile(
    r"\[[\d;:]*[A-HP-SZ~]|\[\d[\d;:]*u|\[<[\d;]+[Mm]|O[A-DFHP-S]|\[\??\d[\d;]*[nc]|\]\d+;rgb"
)
"""The rest of a key or of a reply, without its ESC."""
_PLAUSIBLE_KEY = re.compile(
    r"\x1b(?:\[(?:\[[A-E]|<[\d;]+[Mm]|[\d;:]*[A-HP-SZ~]|\d[\d;:]*u|\d+[$^@]|[?>=][\d;]*(?:\$y|[cnu])"
    r"|\d+n|48;[\d;:]+t|[IO])|O(?:[\d;][\d;:]*)?[A-HMP-S])"
)
"""A sequence as terminals send it; any other ending is a new key, not the rest of this one."""
_CSI_PARAMETERS = re.compile(r"\x1b[\[O][<?>=]?[\d;:]*\$?")
_REPLY_CHARACTERS = re.compile(r"[\da-fA-Frgb:;/]+\x1b?")
_ESC_ARROW = re.compile(r"\x1b\x1b(?:[\[O][A-DFH]|\[[1-8]~)")
_ALT_EDITING_KEYS = "bfd"
"""Letters that edit a text field together with Alt."""
_PROMPT_KEYS = "/:&"


@dataclass(frozen=True, slots=True)
class InputToken:
    """A piece of input; each kind is a subclass, and equal only to its own kind."""

    text: str = ""


class KeySequence(InputToken):
    """Typed text without ESC, or one escape sequence."""


class EscapeKey(InputToken):
    """The Esc key."""


class AltKey(InputToken):
    """A character typed together with Alt."""


class EscapeOrAltKey(InputToken):
    """ESC and a key in one read: Alt with the key in a text field, elsewhere Esc and then the key."""


class UnreadableSequence(InputToken):
    """An unknown or incomplete sequence."""


class UnmarkedPaste(InputToken):
    """Too much text in one read to be typed: a paste from a terminal without bracketed paste."""


class BracketedPaste(InputToken):
    """A paste that the terminal marked as one."""


class Ack(InputToken):
    """The terminal has processed all output up to the request for this reply."""


@dataclass(frozen=True, slots=True)
class BackgroundReply:
    """A late reply that tells whether the terminal's background is light."""

    light: bool


Token: TypeAlias = InputToken | BackgroundReply


class InputFilter:
    """Turns raw input into tokens; `hold` is the time in seconds that a lone ESC is held."""

    def __init__(self, hold: float = ESC_HOLD_S) -> None:
        self._esc_hold = hold
        self._pending = ""
        self._pending_at = 0.0
        self._last_input_at = 0.0
        self._is_lone_esc = False
        """Whether the ESC that begins the pending text arrived alone, before what follows it."""
        self._in_paste = False
        self._paste_parts: list[str] = []
        self._esc_given_up_at = -SPLIT_KEY_S

    def feed(self, text: str, now: float) -> list[Token]:
        """Return the tokens of this text and of what was pending before it."""
        tokens, text = self._take_replies(text)
        if not text:
            return tokens
        if self._in_paste:
            return [*tokens, *self._continue_paste(text, now)]
        if self._pending and not self._continues_pending(text, now):
            tokens += self._give_up_pending()
        elif not self._pending and now - self._esc_given_up_at < SPLIT_KEY_S and _KEY_WITHOUT_ESC.match(text):
            text = ESC + text
        self._esc_given_up_at = -SPLIT_KEY_S
        pending, began, self._pending = self._pending, self._pending_at, ""
        self._is_lone_esc = pending == ESC or (self._is_lone_esc and bool(pending))
        self._last_input_at = self._pending_at = now
        tokens += self._tokenize(pending + text)
        if len(pending) > 1 and self._pending.startswith(pending):
            self._pending_at = began
        return tokens

    def _continues_pending(self, text: str, now: float) -> bool:
        """Whether this text may continue what is pending; else it begins a new key."""
        if self._pending == ESC or now - self._last_input_at <= SAME_BURST_S:
            return True
        joined = self._pending + text
        if self._pending[1] in "[O":
            return (_PLAUSIBLE_KEY.match(joined) or _CSI_PARAMETERS.fullmatch(joined)) is not None
        return (_REPLY.match(joined) or _REPLY_CHARACTERS.fullmatch(text)) is not None

    def _continue_paste(self, text: str, now: float) -> list[Token]:
        """Read on within a paste; a paste whose end marker was lost ends after a timeout or ctrl+c."""
        if text == CTRL_C:
            paste, self._pending = self._end_paste() + self._pending, ""
            return [*([BracketedPaste(paste)] if paste else []), KeySequence(text)]
        is_one_key = len(text) == 1 or (_CSI.fullmatch(text) and text != _PASTE_END)
        if not is_one_key or now - self._last_input_at <= SAME_BURST_S:
            self._pending_at = now
        self._last_input_at = now
        text, self._pending, self._is_lone_esc = self._pending + text, "", False
        tokens = list(self._tokenize(text))
        if not self._in_paste:
            self._last_input_at = self._pending_at = now
        return tokens

    def _take_replies(self, text: str) -> tuple[list[Token], str]:
        """Split off leading replies while an ESC is pending: they do not end the wait for its key."""
        tokens: list[Token] = []
        while self._pending == ESC and (reply := _ANY_REPLY.match(text)):
            tokens += _tokens_of_sequence(reply[0])
            text = text[reply.end() :]
        return tokens, text

    def time_left(self, now: float) -> float | None:
        """Seconds until `flush_overdue` must be called; None if nothing is pending."""
        if not self._pending and not self._in_paste:
            return None
        return max(self._pending_at + self._timeout - now, 0.0)

    def flush_overdue(self, now: float) -> list[Token]:
        """Return the tokens of pending input whose time is up."""
        left = self.time_left(now)
        if left is None or left > 0:
            return []
        if self._in_paste:
            paste, self._pending = self._end_paste() + self._pending, ""
            return [BracketedPaste(paste)] if paste else []
        return self._give_up_pending()

    def _give_up_pending(self) -> list[Token]:
        """Return the tokens of pending input that nothing continued."""
        rest, self._pending = self._pending, ""
        if rest == ESC:
            self._esc_given_up_at = self._pending_at + self._esc_hold
            return [EscapeKey()]
        if len(rest) > 2:
            return [UnreadableSequence(rest)]  # a reply or a key that was never completed
        return [EscapeKey(), KeySequence(rest[1])] if self._is_lone_esc else [AltKey(rest[1])]

    @property
    def _timeout(self) -> float:
        if self._in_paste:
            return UNFINISHED_S
        if self._pending == ESC:
            return self._esc_hold
        is_short = len(self._pending) == 2 or self._pending.startswith(("\x1bO", "\x1b[M"))
        return SPLIT_KEY_S if is_short else UNFINISHED_S

    def _tokenize(self, text: str) -> Iterator[Token]:
        at = 0
        while at < len(text):
            if self._in_paste:
                at = yield from self._read_paste(text, at)
            elif text[at] != ESC:
                end = text.find(ESC, at)
                run = text[at:] if end < 0 else text[at:end]
                yield UnmarkedPaste(run) if is_unmarked_paste(run) else KeySequence(run)
                at += len(run)
            else:
                at = yield from self._read_sequence(text, at)

    def _read_paste(self, text: str, at: int) -> Generator[Token, None, int]:
        """Read up to the end marker, which may itself be split; return where to continue."""
        end = text.find(_PASTE_END, at)
        if end >= 0:
            self._paste_parts.append(text[at:end])
            yield BracketedPaste(self._end_paste())
            return end + len(_PASTE_END)
        partial_length = next(
            (n for n in range(len(_PASTE_END) - 1, 0, -1) if text.endswith(_PASTE_END[:n], at)), 0
        )
        self._paste_parts.append(text[at : len(text) - partial_length])
        self._pending = text[len(text) - partial_length :]
        return len(text)

    def _end_paste(self) -> str:
        paste, self._paste_parts, self._in_paste = "".join(self._paste_parts), [], False
        return paste

    def _read_sequence(self, text: str, at: int) -> Generator[Token, None, int]:
        """Read what begins with this ESC; return where to continue."""
        if text.startswith(_PASTE_START, at):
            self._in_paste = True
            return at + len(_PASTE_START)
        if reply := _REPLY.match(text, at):
            yield from _tokens_of_sequence(reply[0])
            return reply.end()
        if key := _CSI.match(text, at) or _SS3.match(text, at):
            yield from _tokens_of_sequence(key[0])
            return key.end()
        is_short = len(text) - at <= MAX_REPLY_LENGTH
        if is_short and (_UNFINISHED_KEY.fullmatch(text, at) or _UNFINISHED_REPLY.fullmatch(text, at)):
            self._pending, self._is_lone_esc = text[at:], self._is_lone_esc and at == 0
            return len(text)
        if (interrupted := _INTERRUPTED.match(text, at)) and interrupted.end() - at > 2:
            yield UnreadableSequence(interrupted[0])
            return interrupted.end()
        if self._is_lone_esc and at == 0:
            yield EscapeKey()
            return at + 1
        return (yield from self._read_esc_with_text(text, at))

    def _read_esc_with_text(self, text: str, at: int) -> Generator[Token, None, int]:
        """Read ESC and text from one read: Alt and a key, unless only Esc and then text make sense."""
        if text.startswith("\x1b\x7f", at):
            yield KeySequence("\x1b\x7f")
            return at + 2
        if arrow := _ESC_ARROW.match(text, at):
            yield EscapeOrAltKey(arrow[0][1:])
            return arrow.end()
        end = text.find(ESC, at + 1)
        run = text[at + 1 :] if end < 0 else text[at + 1 : end]
        if not run or run[0] == CTRL_C or _is_separate_text(run):
            yield EscapeKey()
            return at + 1
        if not run[0].isprintable():
            yield EscapeOrAltKey(run[0])
            return at + 2
        yield AltKey(run[0])
        if not is_unmarked_paste(run):
            return at + 2
        yield UnmarkedPaste(run[1:])
        return at + 1 + len(run)


def _is_separate_text(run: str) -> bool:
    """Whether text that arrived with an ESC stands alone: a paste, or a line for a prompt."""
    if run[0] in _PROMPT_KEYS:
        return len(run) > 1
    return is_unmarked_paste(run) and (run[0] not in _ALT_EDITING_KEYS or len(run.splitlines()) > 1)


def _tokens_of_sequence(sequence: str) -> Iterator[Token]:
    if _ACK.fullmatch(sequence):
        yield Ack()
    elif (light := background_color.parse_replies(sequence.encode()).is_light) is not None:
        yield BackgroundReply(light)
    elif not _ANY_REPLY.fullmatch(sequence):
        yield KeySequence(sequence)
