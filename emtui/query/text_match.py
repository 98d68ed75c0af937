"""Text search in a session.

A word is searched in name, type, message, state, result, outcome and id, ignoring case. Words that
together are another name of a type match sessions of that type as well.
"""

from __future__ import annotations

import re

from emtui.em.model import SYSTEM_URN, Session, find_guid
from emtui.query.query_context import Test
from emtui.text_format import folded

_ALIKE = 4096
"""Maximum number of cached results for sessions with the same texts."""
_UID_LENGTH = len(SYSTEM_URN) + 36
"""Length of a UID that is the prefix and a GUID."""
_OF_GUID = re.compile(r"[0-9a-f-]*")


def haystack(session: Session) -> str:
    """The text that words are searched in, folded."""
    result = session.result
    said = (
        session.name,
        session.type,
        result.message,
        session.state,
        result.word,
        session.outcome,
        session.id,
    )
    return folded("\n".join(filter(None, said)))


def text_test(key: str, needle: str, kind: str = "") -> Test:
    """The test of a folded text for this key; a word also matches sessions of type `kind`."""
    match key:
        case "message":
            return lambda session: needle in folded(session.message or "")
        case "name":
            return lambda session: needle in folded(session.name or "")
        case "id":
            start = find_guid(needle) or needle
            return lambda session: session.id.startswith(start)
        case _:
            stands = _word_test(needle)
            return (lambda session: session.type == kind or stands(session)) if kind else stands


def _word_test(needle: str) -> Test:
    """Search the haystack without building one per session, since most of it is the same in many.

    Each key press tests the whole list, so this is one function with few calls.
    """
    if "\n" in needle:
        return lambda session: needle in haystack(session)
    known: dict[tuple[object, ...], bool] = {}
    of_guid = _OF_GUID.fullmatch(needle) is not None

    def test(session: Session) -> bool:
        name, result, uid = session.name, session.result, session.uid
        if name and needle in (name.casefold() if name.isascii() else folded(name)):
            return True
        has_end = session.ended is not None
        alike = (session.type, session.state, result.word, result.message, result.canceled, has_end)
        found = known.get(alike)
        if found is None:
            if len(known) >= _ALIKE:
                known.clear()
            found = known[alike] = _stands_in_common(needle, session)
        if found:
            return True
        if len(uid) != _UID_LENGTH:
            return needle in folded(session.id)
        return of_guid and needle in uid[len(SYSTEM_URN) :].casefold()

    return test


def _stands_in_common(needle: str, session: Session) -> bool:
    result = session.result
    said = (session.type, result.message, session.state, result.word, session.outcome)
    return any(needle in folded(text) for text in said if text)
