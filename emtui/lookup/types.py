"""Which session types a person means: the API's value, a glob, or what the web UI calls it.

The labels are those of Configuration > Sessions (user guide, "collecting data from
backup servers", "performing catalog replication"); blanks, dashes and case do not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate

from emtui.em.model import SESSION_TYPES
from emtui.lookup.bad import BadQuery, nearest

_LABELS = {
    "Database Replication": "CollectJob",
    "Data Collection": "CollectJob",
    "Catalog Replication": "CatalogReplicationJob",
    "Catalog Crawl": "CatalogCrawlJob",
    "History Collect": "HistoryCollectJob",
    "License Update": "LicAutoUpdate",
    "Licence Update": "LicAutoUpdate",
    "vCenter Plugin": "VcPluginJob",
}
_GLOB = re.compile(r"[*?\[]")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


_BY_NAME = {_plain(name): name for name in SESSION_TYPES} | {_plain(k): v for k, v in _LABELS.items()}


def type_test(text: str) -> Callable[[str | None], bool]:
    """A test of SessionType for a comma list of names and globs; `BadQuery` for a likely slip.

    A name that is like no known one is taken as it is: the server may know more types
    than its documents.
    """
    patterns = [translate(_pattern(name.strip())) for name in text.split(",") if name.strip()]
    if not patterns:
        raise BadQuery("type: needs a session type, such as type:CollectJob or type:*Collect*.", "type:")
    fits = re.compile("|".join(patterns), re.IGNORECASE).match
    return lambda kind: kind is not None and fits(kind) is not None


def _pattern(name: str) -> str:
    if _GLOB.search(name):
        return name
    known = _BY_NAME.get(_plain(name))
    guess = None if known else nearest(name, (*SESSION_TYPES, *_LABELS))
    if guess:
        raise BadQuery(
            f"No session type is called {name!r}: did you mean {guess}? A * stands for any text.", name
        )
    return known or name
