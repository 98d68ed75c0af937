"""Redacts the logon and the user's account from reports.

A server may repeat what it was sent. Password, token and logon ID are found in any case, in base64 (also
as in Basic authentication), percent-encoded, and in XML with character references. A name is found where it
is not part of a longer one. Secrets are looked up in the process and not stored here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

from emtui.em.model import Event, Log, Session, Uid
from emtui.em.secret import SHOWN, matching_secrets
from emtui.triage.diff_text import Difference

_SHORTEST = 3
"""A shorter name may be part of any word."""
_BEFORE, _AFTER = r"(?<![\w.-])", r"(?![\w-]|\.\w)"
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


class Withheld:
    """Replaces the sender's logon data by `***`; `user` is empty if nobody is logged on."""

    __slots__ = ("_in_text", "_in_xml")

    def __init__(self, user: str = "") -> None:
        self._in_text = _pattern(user, re.escape)
        self._in_xml = _pattern(user, _in_xml)

    def text(self, text: str) -> str:
        """Redact a single value, such as a message."""
        return self._in_text.sub(SHOWN, text)

    def xml(self, text: str) -> str:
        """Redact an XML document."""
        return self._in_xml.sub(SHOWN, text)

    def session(self, session: Session) -> Session:
        """Redact all texts of a session."""
        result = session.result
        return replace(
            session,
            uid=Uid(self.text(session.uid)),
            name=self._maybe(session.name),
            type=self._maybe(session.type),
            state=self._maybe(session.state),
            odd=self._maybe(session.odd),
            result=replace(result, word=self._maybe(result.word), message=self._maybe(result.message)),
        )

    def log(self, log: Log) -> Log:
        """Redact all events of a log."""
        return replace(log, events=tuple(map(self._event, log.events)))

    def difference(self, found: Difference) -> Difference:
        """Redact both runs and their logs."""
        return replace(
            found,
            here=self.session(found.here),
            there=self.session(found.there),
            events=tuple(map(self._event, found.events)),
            events_then=tuple(map(self._event, found.events_then)),
        )

    def _event(self, event: Event) -> Event:
        return replace(event, message=self._maybe(event.message), odd=self._maybe(event.odd))

    def _maybe(self, text: str | None) -> str | None:
        return text if text is None else self.text(text)


def _pattern(user: str, spelled: Callable[[str], str]) -> re.Pattern[str]:
    """A pattern for all forms, longest first; it matches nothing if there are none."""
    found = [(len(form), spelled(form)) for form in matching_secrets(lambda secret: _forms(secret, user))]
    found += [(len(name), f"{_BEFORE}{spelled(name)}{_AFTER}") for name in _names(user)]
    rising = [one for _, one in sorted(found, reverse=True)]
    return re.compile("|".join(rising) or r"(?!)", re.IGNORECASE)


def _names(user: str) -> set[str]:
    """The account with and without its domain."""
    names = {user, user.rpartition("\\")[2].partition("@")[0]}
    return {name for name in names if len(name) >= _SHORTEST}


def _forms(secret: str, user: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    for sent in (secret, f"{user}:{secret}"):
        coded = base64.b64encode(sent.encode("utf-8", "replace")).decode()
        yield from (coded, coded.rstrip("="))


def _in_xml(text: str) -> str:
    """A regex for the text with each character as itself or as a reference."""
    return "".join(map(_character, text))


def _character(char: str) -> str:
    forms = [re.escape(char)]
    forms += [f"&{_NAMED[char]};"] if char in _NAMED else []
    for code in {ord(one) for one in (char, char.swapcase()) if len(one) == 1}:
        forms += [f"&#0*{code};", f"&#x0*{code:x};"]
    return f"(?:{'|'.join(forms)})"
