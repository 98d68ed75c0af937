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
from emtui.query.query_errors import BadQuery, nearest
from emtui.query.quoting import quoted
from emtui.text_format import folded

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
"""Types by the names that the web UI and administrators use."""
_GLOB = re.compile(r"[*?]")


MOST = 100
"""Maximum number of suggested types; a server has a dozen."""
_MOST_WORDS = max(len(label.split()) for label in LABELS)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


_DOCUMENTED = frozenset(map(folded, SESSION_TYPES))
_BY_NAME = {_plain(name): name for name in SESSION_TYPES} | {_plain(k): v for k, v in LABELS.items()}


class Named(NamedTuple):
    """Adjacent words that together are a name of this type."""

    words: str
    type: str


def named_by(words: Sequence[str]) -> dict[int, Named]:
    """The adjacent words that are another name of a type, by their positions.

    `database replication` is two words and one name of CollectJob.
    """
    found: dict[int, Named] = {}
    for length in range(_MOST_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            places, some = range(start, start + length), words[start : start + length]
            kind = _BY_NAME.get(_plain("".join(some)))
            if kind and found.keys().isdisjoint(places) and not _stand_in(some, kind):
                found |= dict.fromkeys(places, Named(" ".join(some), kind))
    return found


def is_type_name(text: str) -> bool:
    """Whether the API, the web UI or administrators use this name for a type."""
    return _plain(text) in _BY_NAME


def names_of(types: Iterable[str]) -> Iterator[str]:
    """Values of `type:` for these, usable in a comma list: their own names, then the web UI's."""
    listed = sorted(set(types), key=str.casefold)[:MOST]
    yield from (name for name in listed if name.isprintable() and name.strip() == name and "," not in name)
    yield from (label for label, kind in LABELS.items() if kind in listed and not is_listed(label, listed))


def is_listed(name: str, listed: Iterable[str] | None) -> bool:
    """Whether a type of the list has this name, ignoring case."""
    return listed is not None and folded(name.strip()) in _folded(listed)


def _folded(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, listed))


def needs_list(text: str) -> bool:
    """Whether the meaning of this value depends on the list."""
    name = text.strip()
    return folded(name) not in _DOCUMENTED and (_GLOB.search(name) is None or "," in name)


def _stand_in(words: Iterable[str], kind: str) -> bool:
    return all(word.casefold() in kind.casefold() for word in words)


def type_test(
    text: str, listed: Iterable[str] | None = None, *, settled: bool = False
) -> Callable[[str | None], bool]:
    """A test of SessionType for a comma list of names and globs.

    `listed` are the types of the list, `None` before the first one. With a list, a probably mistyped name
    raises `BadQuery`, unless the value is `settled`: accepted with an earlier list. Other unknown names are
    compared as they are.
    """
    names = [name for part in text.split(",") if (name := part.strip())]
    own, whole = None if listed is None else tuple(listed), text.strip()
    if not names and not is_listed(whole, own):
        raise BadQuery("type: needs a session type, such as type:CollectJob or type:*Collect*.", "type:")
    patterns = [_exactly(whole)] if own is None or is_listed(whole, own) else []
    if not is_listed(whole, own):
        patterns += [pattern for name in names for pattern in _patterns(name, own, settled=settled)]
    fits = re.compile("|".join(patterns)).match
    known: dict[str, bool] = {}

    def test(kind: str | None) -> bool:
        if kind is None:
            return False
        found = known.get(kind)
        if found is None:
            found = known[kind] = fits(folded(kind)) is not None
        return found

    return test


def _patterns(name: str, own: Sequence[str] | None, *, settled: bool) -> Iterator[str]:
    """Patterns of a folded name; before the first list, for a type of the list and for any other meaning."""
    if own is None or is_listed(name, own):
        yield _exactly(name)
        if own is not None:
            return
    if _GLOB.search(name):
        yield translate(folded(name).replace("[", "[[]"))  # `*` and `?` are wildcards, `[` is literal
        return
    known = _BY_NAME.get(_plain(name))
    if known is None and own is not None and not settled:
        _refuse_slip(name, own)
    yield _exactly(known or name)


def _exactly(name: str) -> str:
    return rf"(?:{re.escape(folded(name))})\Z"


def _refuse_slip(name: str, own: Sequence[str]) -> None:
    if guess := nearest(name, (*own[:MOST], *SESSION_TYPES, *LABELS)):
        raise BadQuery(
            f"No session type is called {name!r}: did you mean {quoted(guess)}? (* matches any text)",
            name,
        )
