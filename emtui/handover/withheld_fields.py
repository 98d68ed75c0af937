"""Redacts the logon and the user's account from reports.

A server may repeat what it was sent. Password, token and logon ID are found in any case, in base64 (also
as in Basic authentication), percent-encoded, and in XML with character references. Account names are
matched as whole words only. Secrets are looked up in the process and not stored here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

from emtui.em.model import Event, Log, Session, Uid
from emtui.em.secret import MASK, spell_secrets
from emtui.triage.diff_text import RunDifference

_MIN_NAME_LENGTH = 3
"""Shorter names are not redacted: they occur in ordinary words."""
_NAME_START, _NAME_END = r"(?<![\w.-])", r"(?![\w-]|\.\w)"
_XML_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


class ReportRedactor:
    """Replaces the sender's logon data by `***`; `user` is empty without a logon."""

    __slots__ = ("_text_pattern", "_xml_pattern")

    def __init__(self, user: str = "") -> None:
        self._text_pattern = _secret_pattern(user, re.escape)
        self._xml_pattern = _secret_pattern(user, _xml_regex)

    def redact_text(self, text: str) -> str:
        """Redact a single value, such as a message."""
        return self._text_pattern.sub(MASK, text)

    def redact_xml(self, text: str) -> str:
        """Redact an XML document."""
        return self._xml_pattern.sub(MASK, text)

    def redact_session(self, session: Session) -> Session:
        """Redact all texts of a session."""
        result = session.result
        return replace(
            session,
            uid=Uid(self.redact_text(session.uid)),
            name=self._redact_optional(session.name),
            type=self._redact_optional(session.type),
            state=self._redact_optional(session.state),
            parse_problem=self._redact_optional(session.parse_problem),
            result=replace(
                result,
                value=self._redact_optional(result.value),
                message=self._redact_optional(result.message),
            ),
        )

    def redact_log(self, log: Log) -> Log:
        """Redact all events of a log."""
        return replace(log, events=tuple(map(self._redact_event, log.events)))

    def redact_difference(self, difference: RunDifference) -> RunDifference:
        """Redact both runs and their logs."""
        return replace(
            difference,
            current=self.redact_session(difference.current),
            other=self.redact_session(difference.other),
            events=tuple(map(self._redact_event, difference.events)),
            other_events=tuple(map(self._redact_event, difference.other_events)),
        )

    def _redact_event(self, event: Event) -> Event:
        return replace(
            event,
            message=self._redact_optional(event.message),
            parse_problem=self._redact_optional(event.parse_problem),
        )

    def _redact_optional(self, text: str | None) -> str | None:
        return text if text is None else self.redact_text(text)


def _secret_pattern(user: str, to_regex: Callable[[str], str]) -> re.Pattern[str]:
    """Return a pattern of all forms, longest first; it never matches if there are none."""
    patterns = [
        (len(form), to_regex(form)) for form in spell_secrets(lambda secret: _secret_forms(secret, user))
    ]
    patterns += [(len(name), f"{_NAME_START}{to_regex(name)}{_NAME_END}") for name in _account_names(user)]
    longest_first = [one for _, one in sorted(patterns, reverse=True)]
    return re.compile("|".join(longest_first) or r"(?!)", re.IGNORECASE)


def _account_names(user: str) -> set[str]:
    """Return the account with and without its domain."""
    names = {user, user.rpartition("\\")[2].partition("@")[0]}
    return {name for name in names if len(name) >= _MIN_NAME_LENGTH}


def _secret_forms(secret: str, user: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    for plain in (secret, f"{user}:{secret}"):
        encoded = base64.b64encode(plain.encode("utf-8", "replace")).decode()
        yield from (encoded, encoded.rstrip("="))


def _xml_regex(text: str) -> str:
    """Return a regex for the text, each character literal or as a character reference."""
    return "".join(map(_character_regex, text))


def _character_regex(char: str) -> str:
    forms = [re.escape(char)]
    forms += [f"&{_XML_ENTITIES[char]};"] if char in _XML_ENTITIES else []
    for code in {ord(one) for one in (char, char.swapcase()) if len(one) == 1}:
        forms += [f"&#0*{code};", f"&#x0*{code:x};"]
    return f"(?:{'|'.join(forms)})"
