"""Split terminal output into text and control sequences.

Only the sequences that emtui needs are allowed: colors, cursor positions, erasing to the end of a line, and
erasing cells that are then skipped, as many as were erased.
All others are returned.
"""

from __future__ import annotations

import re
import unicodedata

_ALLOWED_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]P_^X][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?"  # OSC, DCS, APC, PM, SOS
    r"|\x1b[ -/]*[0-~]"
    r"|\x1b"
)
_EMTUI_GRAMMAR = re.compile(r"\x1b\[(?:[0-9;]*m|[1-9][0-9]{0,2};[1-9][0-9]{0,2}H|K)")
_ERASED_BLANKS = re.compile(r"\x1b\[([1-9][0-9]{0,2})X\x1b\[\1C")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def disallowed_sequences(received: bytes) -> set[str]:
    """Every control sequence other than those of a frame."""
    disallowed = set(_ALLOWED_SEQUENCE.findall(_ERASED_BLANKS.sub("", received.decode())))
    return {sequence for sequence in disallowed if not _EMTUI_GRAMMAR.fullmatch(sequence)}


_JOINED_EMOJI = re.compile("(?<=[\U0001f300-\U0001faff])\u200d(?=[\U0001f300-\U0001faff])")


def invisible_characters(received: bytes, allowed: str = "") -> set[str]:
    """Control and invisible characters outside of sequences, as code points.

    A joiner between two emoji is allowed.
    """
    text = _JOINED_EMOJI.sub("", _ALLOWED_SEQUENCE.sub("", received.decode()))
    return {
        f"U+{ord(char):04X}" for char in set(text) - {*allowed} if unicodedata.category(char) in _INVISIBLE
    }
