"""Which session types a person means: the API's value, a glob, or what the web UI calls it.

The labels are those of Configuration > Sessions (user guide, "collecting data from
backup servers", "performing catalog replication"); blanks, dashes and case do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate

from emtui.em.model import SESSION_TYPES
from emtui.lookup.bad import BadQuery, nearest
from emtui.lookup.quoting import quoted
from emtui.words import folded

LABELS = {
    "Database Replication": "CollectJob",
    "Data Collection": "CollectJob",
    "Catalog Replication": "CatalogReplicationJob",
    "Catalog Crawl": "CatalogCrawlJob",
    "History Collect": "HistoryCollectJob",
    "License Update": "LicAutoUpdate",
    "Licence Update": "LicAutoUpdate",
    "vCenter Plugin": "VcPluginJob",
}
"""What the web UI and administrators call a type."""
_GLOB = re.compile(r"[*?]")


MOST = 100
"""Types that are offered: a server has a dozen."""
_MOST_WORDS = max(len(label.split()) for label in LABELS)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


_BY_NAME = {_plain(name): name for name in SESSION_TYPES} | {_plain(k): v for k, v in LABELS.items()}


def named_by(words: Sequence[str]) -> dict[int, str]:
    """Which words beside each other name a type that they do not stand in, by their places.

    `database replication` is two words and one name of CollectJob.
    """
    found: dict[int, str] = {}
    for length in range(_MOST_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            places, some = range(start, start + length), words[start : start + length]
            kind = _BY_NAME.get(_plain("".join(some)))
            if kind and found.keys().isdisjoint(places) and not _stand_in(some, kind):
                found |= dict.fromkeys(places, kind)
    return found


def is_type_name(text: str) -> bool:
    """Whether this is what the API, the web UI or administrators call a type."""
    return _plain(text) in _BY_NAME


def names_of(types: Iterable[str]) -> Iterator[str]:
    """What `type:` takes for these: their own names, then the web UI's."""
    listed = sorted(set(types), key=str.casefold)[:MOST]
    yield from filter(_can_be_read, listed)
    yield from (label for label, kind in LABELS.items() if kind in listed)


def _can_be_read(name: str) -> bool:
    """A server may call a type something that is taken for a slip, or for two names."""
    try:
        return name.isprintable() and type_test(name)(name)
    except BadQuery:
        return False


def _stand_in(words: Iterable[str], kind: str) -> bool:
    return all(word.casefold() in kind.casefold() for word in words)


def type_test(text: str) -> Callable[[str | None], bool]:
    """A test of SessionType for a comma list of names and globs; `BadQuery` for a likely slip.

    A name that is like no known one is taken as it is: the server may know more types
    than its documents.
    """
    patterns = [_translated(_pattern(name.strip())) for name in text.split(",") if name.strip()]
    if not patterns:
        raise BadQuery("type: needs a session type, such as type:CollectJob or type:*Collect*.", "type:")
    fits = re.compile("|".join(patterns)).match
    return lambda kind: kind is not None and fits(folded(kind)) is not None


def _translated(pattern: str) -> str:
    """As a regular expression for a folded text; `*` and `?` stand for others, `[` for itself."""
    return translate(folded(pattern).replace("[", "[[]"))


def _pattern(name: str) -> str:
    if _GLOB.search(name):
        return name
    known = _BY_NAME.get(_plain(name))
    guess = None if known else nearest(name, (*SESSION_TYPES, *LABELS))
    if guess:
        raise BadQuery(
            f"No session type is called {name!r}: did you mean {quoted(guess)}? A * stands for any text.",
            name,
        )
    return known or name
