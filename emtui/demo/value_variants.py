"""Value variants selected by switches: other words, truncated times, hostile texts.

Tests compare what the client reads with these values (cleaned).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from emtui.demo.demo_options import Plays
from emtui.em.model import Event, Log, Result, Session

HOSTILE = (
    "\x1b[31;1m\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x9b2J"
    " \u202egnp.exe\u202c\u200b\x08\x7f\x00 \ufeff\u2066end"
)
"""Colors, a window title, the clipboard, a C1 control, bidi marks, zero-width blanks, NUL."""

_DOCUMENTED = {
    "CompletedSuccessfully": "Success",
    "CompletedWarning": "Warning",
    "Failed": "Failed",
    "None": "None",
}
_LONG = 1_000_000


class Guise:
    """Applies the switches that alter values; without any, sessions are returned unchanged."""

    def __init__(self, plays: Plays) -> None:
        self._words = plays.value("result-words") == "documented"
        self._no_word = plays.value("running-result") in {"null", "absent"}
        self._odd = plays.on("odd-enums")
        self._escape = plays.on("escape")
        self._long = plays.on("long")
        times = plays.value("times") or ""
        self._decimals = min(int(times), 6) if times.isdecimal() else 6

    def session(self, true: Session) -> Session:
        """Return the session as the server reports it."""
        told = replace(true, result=self._result(true)) if self._words or self._no_word else true
        if self._odd:
            told = _odd(told)
        if self._escape:
            message = told.message and f"{told.message} {HOSTILE}"
            told = replace(told, name=f"{told.name} {HOSTILE}", result=replace(told.result, message=message))
        if self._decimals < 6:
            told = replace(told, started=self._cut(told.started), ended=self._cut(told.ended))
        return told

    def log(self, true: Log) -> Log:
        """Return the events as the server reports them."""
        if not (self._escape or self._long or self._decimals < 6):
            return true
        return Log(tuple(self._event(event) for event in true.events))

    def _event(self, true: Event) -> Event:
        message = true.message or ""
        if self._escape:
            message = f"{message} {HOSTILE}\r\nsecond line\tafter a tab"
        if self._long and true.order == 2:
            message += " and so on" * (_LONG // 10)
        return replace(true, message=message, time=self._cut(true.time))

    def _result(self, true: Session) -> Result:
        word = true.result.word or ""
        if self._no_word and true.running:
            return replace(true.result, word=None)
        return replace(true.result, word=_DOCUMENTED.get(word, word)) if self._words else true.result

    def _cut(self, when: datetime | None) -> datetime | None:
        step = 10 ** (6 - self._decimals)
        return when and when.replace(microsecond=when.microsecond // step * step)


def _odd(told: Session) -> Session:
    match told.id[0]:
        case "0":
            return replace(told, type="QuantumSync")
        case "1":
            return replace(told, state="Dreaming", result=replace(told.result, word="Perhaps"))
        case "2":
            return replace(told, result=replace(told.result, word="42"))
    return told
