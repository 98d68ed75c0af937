"""Texts within a session: where a word is looked for, and the tests that look.

A word stands in name, type, message, state, result, outcome or id, without case. Words that
together are what the web UI or administrators call a type find that type, too.
"""

from __future__ import annotations

import re

from emtui.em.model import SYSTEM_URN, Session, find_guid
from emtui.query.query_context import Test
from emtui.text_format import folded

_ALIKE = 4096
"""Of how many kinds of sessions it is remembered whether a word stands in them."""
_UID_LENGTH = len(SYSTEM_URN) + 36
"""What is as long as this is the prefix and a GUID."""
_OF_GUID = re.compile(r"[0-9a-f-]*")


def haystack(session: Session) -> str:
    """Where words are looked for, folded."""
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
    """Whether a folded text stands where this key looks; a word that names a type (`kind`) finds it, too."""
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
    """Whether it stands in the haystack, without making one for each session: most of it is alike in many.

    Every key goes through the whole list with this, so it is one function, and calls few.
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
