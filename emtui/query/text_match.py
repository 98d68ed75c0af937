"""Text search in a session.

A word is searched in name, type, message, state, result, outcome and id, ignoring case. Words that
together are another name of a type match sessions of that type as well.
"""

from __future__ import annotations

import re

from emtui.em.model import SYSTEM_URN, Session, find_guid
from emtui.query.query_context import SessionPredicate
from emtui.text_format import fold_text

_MAX_CACHE_SIZE = 4096
"""Maximum number of cached results for sessions with the same texts."""
_UID_LENGTH = len(SYSTEM_URN) + 36
"""Length of a UID that is the prefix and a GUID."""
_GUID_CHARACTERS = re.compile(r"[0-9a-f-]*")


def searchable_text(session: Session) -> str:
    """The text that words are searched in, folded."""
    result = session.result
    texts = (
        session.name,
        session.type,
        result.message,
        session.state,
        result.value,
        session.outcome,
        session.id,
    )
    return fold_text("\n".join(filter(None, texts)))


def text_test(key: str, needle: str, session_type: str = "") -> SessionPredicate:
    """The test of a folded text for this key; a word also matches sessions of type `session_type`."""
    match key:
        case "message":
            return lambda session: needle in fold_text(session.message or "")
        case "name":
            return lambda session: needle in fold_text(session.name or "")
        case "id":
            id_prefix = find_guid(needle) or needle
            return lambda session: session.id.startswith(id_prefix)
        case _:
            matches_word = _word_test(needle)
            return (
                (lambda session: session.type == session_type or matches_word(session))
                if session_type
                else matches_word
            )


def _word_test(needle: str) -> SessionPredicate:
    """Test a word without building `searchable_text` for each session, as many sessions share most of it.

    Each key press tests the whole list, so this is one function with few calls.
    """
    if "\n" in needle:
        return lambda session: needle in searchable_text(session)
    cache: dict[tuple[object, ...], bool] = {}
    may_be_in_guid = _GUID_CHARACTERS.fullmatch(needle) is not None

    def test(session: Session) -> bool:
        name, result, uid = session.name, session.result, session.uid
        if name and needle in (name.casefold() if name.isascii() else fold_text(name)):
            return True
        has_end = session.ended is not None
        cache_key = (session.type, session.state, result.value, result.message, result.is_canceled, has_end)
        is_match = cache.get(cache_key)
        if is_match is None:
            if len(cache) >= _MAX_CACHE_SIZE:
                cache.clear()
            is_match = cache[cache_key] = _is_in_shared_texts(needle, session)
        if is_match:
            return True
        if len(uid) != _UID_LENGTH:
            return needle in fold_text(session.id)
        return may_be_in_guid and needle in uid[len(SYSTEM_URN) :].casefold()

    return test


def _is_in_shared_texts(needle: str, session: Session) -> bool:
    result = session.result
    texts = (session.type, result.message, session.state, result.value, session.outcome)
    return any(needle in fold_text(text) for text in texts if text)
