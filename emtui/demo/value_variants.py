"""Value variants selected by switches: other words, truncated times, hostile texts.

Tests compare what the client reads with these values (cleaned).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from emtui.demo.demo_options import ActiveFaults
from emtui.em.model import Event, Log, Result, Session

HOSTILE_TEXT = (
    "\x1b[31;1m\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x9b2J"
    " \u202egnp.exe\u202c\u200b\x08\x7f\x00 \ufeff\u2066end"
)
"""Colors, a window title, the clipboard, a C1 control, bidi marks, zero-width blanks, NUL."""

_DOCUMENTED_WORDS = {
    "CompletedSuccessfully": "Success",
    "CompletedWarning": "Warning",
    "Failed": "Failed",
    "None": "None",
}
_LONG_LENGTH = 1_000_000


class ValueVariants:
    """Applies the switches that alter values; without any, sessions are returned unchanged."""

    def __init__(self, faults: ActiveFaults) -> None:
        self._has_documented_words = faults.value("result-words") == "documented"
        self._omits_running_result = faults.value("running-result") in {"null", "absent"}
        self._has_undocumented_values = faults.is_on("odd-enums")
        self._has_hostile_text = faults.is_on("escape")
        self._has_long_message = faults.is_on("long")
        times = faults.value("times") or ""
        self._decimals = min(int(times), 6) if times.isdecimal() else 6

    def vary_session(self, original: Session) -> Session:
        """Return the session as the server reports it."""
        reported = (
            replace(original, result=self._vary_result(original))
            if self._has_documented_words or self._omits_running_result
            else original
        )
        if self._has_undocumented_values:
            reported = _with_undocumented_values(reported)
        if self._has_hostile_text:
            message = reported.message and f"{reported.message} {HOSTILE_TEXT}"
            reported = replace(
                reported,
                name=f"{reported.name} {HOSTILE_TEXT}",
                result=replace(reported.result, message=message),
            )
        if self._decimals < 6:
            reported = replace(
                reported,
                started=self._truncate_time(reported.started),
                ended=self._truncate_time(reported.ended),
            )
        return reported

    def vary_log(self, original: Log) -> Log:
        """Return the events as the server reports them."""
        if not (self._has_hostile_text or self._has_long_message or self._decimals < 6):
            return original
        return Log(tuple(self._vary_event(event) for event in original.events))

    def _vary_event(self, original: Event) -> Event:
        message = original.message or ""
        if self._has_hostile_text:
            message = f"{message} {HOSTILE_TEXT}\r\nsecond line\tafter a tab"
        if self._has_long_message and original.order == 2:
            message += " and so on" * (_LONG_LENGTH // 10)
        return replace(original, message=message, time=self._truncate_time(original.time))

    def _vary_result(self, original: Session) -> Result:
        word = original.result.value or ""
        if self._omits_running_result and original.is_running:
            return replace(original.result, value=None)
        return (
            replace(original.result, value=_DOCUMENTED_WORDS.get(word, word))
            if self._has_documented_words
            else original.result
        )

    def _truncate_time(self, time: datetime | None) -> datetime | None:
        step = 10 ** (6 - self._decimals)
        return time and time.replace(microsecond=time.microsecond // step * step)


def _with_undocumented_values(reported: Session) -> Session:
    match reported.id[0]:
        case "0":
            return replace(reported, type="QuantumSync")
        case "1":
            return replace(reported, state="Dreaming", result=replace(reported.result, value="Perhaps"))
        case "2":
            return replace(reported, result=replace(reported.result, value="42"))
    return reported
