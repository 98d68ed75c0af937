"""Names of session types: a type of the list, the API's value, a glob, or the web UI's label.

The labels are those of Configuration > Sessions (user guide, "collecting data from
backup servers", "performing catalog replication"); blanks, dashes and case are ignored.

A type of the list has precedence, whatever its name contains. Before the first list any name may be one
of its types, so that none is rejected as mistyped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate
from typing import NamedTuple

from emtui.em.model import SESSION_TYPES
from emtui.query.query_errors import InvalidQueryError, closest_match
from emtui.query.quoting import quote
from emtui.text_format import fold_text

TYPE_LABELS = {
    "Database Replication": "CollectJob",
    "Data Collection": "CollectJob",
    "Catalog Replication": "CatalogReplicationJob",
    "Catalog Crawl": "CatalogCrawlJob",
    "History Collect": "HistoryCollectJob",
    "License Update": "LicAutoUpdate",
    "Licence Update": "LicAutoUpdate",
    "vCenter Plugin": "VcPluginJob",
}
"""Types by the names that the web UI and administrators use."""
_GLOB = re.compile(r"[*?]")


MAX_SUGGESTED_TYPES = 100
"""Maximum number of suggested types; a server has a dozen."""
_MAX_LABEL_WORDS = max(len(label.split()) for label in TYPE_LABELS)


def _normalize(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


_DOCUMENTED_TYPES = frozenset(map(fold_text, SESSION_TYPES))
_TYPE_BY_NAME = {_normalize(name): name for name in SESSION_TYPES} | {
    _normalize(k): v for k, v in TYPE_LABELS.items()
}


class TypePhrase(NamedTuple):
    """Adjacent words that together are a name of this type."""

    words: str
    session_type: str


def find_type_phrases(words: Sequence[str]) -> dict[int, TypePhrase]:
    """The adjacent words that are another name of a type, by their positions.

    `database replication` is two words and one name of CollectJob.
    """
    phrases: dict[int, TypePhrase] = {}
    for length in range(_MAX_LABEL_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            positions, phrase_words = range(start, start + length), words[start : start + length]
            session_type = _TYPE_BY_NAME.get(_normalize("".join(phrase_words)))
            if (
                session_type
                and phrases.keys().isdisjoint(positions)
                and not _are_in_type_name(phrase_words, session_type)
            ):
                phrases |= dict.fromkeys(positions, TypePhrase(" ".join(phrase_words), session_type))
    return phrases


def is_type_name(text: str) -> bool:
    """Whether the API, the web UI or administrators use this name for a type."""
    return _normalize(text) in _TYPE_BY_NAME


def searchable_type_names(types: Iterable[str]) -> Iterator[str]:
    """Values of `type:` for these, usable in a comma list: their own names, then the web UI's."""
    listed = sorted(set(types), key=str.casefold)[:MAX_SUGGESTED_TYPES]
    yield from (name for name in listed if name.isprintable() and name.strip() == name and "," not in name)
    yield from (
        label
        for label, session_type in TYPE_LABELS.items()
        if session_type in listed and not is_listed(label, listed)
    )


def is_listed(name: str, listed_types: Iterable[str] | None) -> bool:
    """Whether a type of the list has this name, ignoring case."""
    return listed_types is not None and fold_text(name.strip()) in _fold_all(listed_types)


def _fold_all(listed_types: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold_text, listed_types))


def needs_listed_types(text: str) -> bool:
    """Whether the meaning of this value depends on the list."""
    name = text.strip()
    return fold_text(name) not in _DOCUMENTED_TYPES and (_GLOB.search(name) is None or "," in name)


def _are_in_type_name(words: Iterable[str], session_type: str) -> bool:
    return all(word.casefold() in session_type.casefold() for word in words)


def type_test(
    text: str, listed_types: Iterable[str] | None = None, *, accept_unknown: bool = False
) -> Callable[[str | None], bool]:
    """A test of SessionType for a comma list of names and globs.

    `listed_types` are the types of the list, `None` before the first one. With a list, a probably mistyped
    name raises `InvalidQueryError`; with `accept_unknown` it does not, as the value was accepted with an
    earlier list. Other unknown names are compared as they are.
    """
    names = [name for part in text.split(",") if (name := part.strip())]
    known_types, full_text = None if listed_types is None else tuple(listed_types), text.strip()
    if not names and not is_listed(full_text, known_types):
        raise InvalidQueryError(
            "type: needs a session type, such as type:CollectJob or type:*Collect*.", "type:"
        )
    patterns = [_exact_pattern(full_text)] if known_types is None or is_listed(full_text, known_types) else []
    if not is_listed(full_text, known_types):
        patterns += [
            pattern
            for name in names
            for pattern in _type_patterns(name, known_types, accept_unknown=accept_unknown)
        ]
    matches_pattern = re.compile("|".join(patterns)).match
    cache: dict[str, bool] = {}

    def test(session_type: str | None) -> bool:
        if session_type is None:
            return False
        is_match = cache.get(session_type)
        if is_match is None:
            is_match = cache[session_type] = matches_pattern(fold_text(session_type)) is not None
        return is_match

    return test


def _type_patterns(name: str, known_types: Sequence[str] | None, *, accept_unknown: bool) -> Iterator[str]:
    """Patterns of a folded name; before the first list, for a type of the list and for any other meaning."""
    if known_types is None or is_listed(name, known_types):
        yield _exact_pattern(name)
        if known_types is not None:
            return
    if _GLOB.search(name):
        yield translate(fold_text(name).replace("[", "[[]"))  # `*` and `?` are wildcards, `[` is literal
        return
    documented_type = _TYPE_BY_NAME.get(_normalize(name))
    if documented_type is None and known_types is not None and not accept_unknown:
        _reject_misspelling(name, known_types)
    yield _exact_pattern(documented_type or name)


def _exact_pattern(name: str) -> str:
    return rf"(?:{re.escape(fold_text(name))})\Z"


def _reject_misspelling(name: str, known_types: Sequence[str]) -> None:
    if suggestion := closest_match(name, (*known_types[:MAX_SUGGESTED_TYPES], *SESSION_TYPES, *TYPE_LABELS)):
        raise InvalidQueryError(
            f"No session type is called {name!r}: did you mean {quote(suggestion)}? (* matches any text)",
            name,
        )
