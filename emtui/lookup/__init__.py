"""Finding sessions in a list that is already there: which ones, in what order, and which one.

`reading` reads words and `key:value` into a `query`, `order` reads a field into an
order, `target` reads the ways in which a person names one session. All of it is pure:
"now" and the time zone are arguments, what no session tells by itself is handed in as
`Beyond`, and nothing here asks a server. `complete` knows what may be typed next.
"""

from emtui.lookup.bad import BadQuery, meant, nearest
from emtui.lookup.beyond import Beyond
from emtui.lookup.complete import Completion, Offers, complete, without_key
from emtui.lookup.incremental_filter import STEP, IncrementalFilter
from emtui.lookup.order import DEFAULT_ORDER, FIELDS, Order, parse_order
from emtui.lookup.query import Query
from emtui.lookup.quoting import closed, split
from emtui.lookup.reading import KEYS, parse, term
from emtui.lookup.states import readable
from emtui.lookup.target import (
    LAST_GOOD,
    ExactTarget,
    LatestTarget,
    NoMatch,
    PrefixTarget,
    SeveralMatch,
    SeveralNamed,
    Target,
    find,
    is_wrapped_id,
    names_session,
    parse_target,
    target_in,
)
from emtui.lookup.texts import haystack
from emtui.lookup.types import is_type_name, names_of

__all__ = [
    "DEFAULT_ORDER",
    "FIELDS",
    "KEYS",
    "LAST_GOOD",
    "STEP",
    "BadQuery",
    "Beyond",
    "Completion",
    "ExactTarget",
    "IncrementalFilter",
    "LatestTarget",
    "NoMatch",
    "Offers",
    "Order",
    "PrefixTarget",
    "Query",
    "SeveralMatch",
    "SeveralNamed",
    "Target",
    "closed",
    "complete",
    "find",
    "haystack",
    "is_type_name",
    "is_wrapped_id",
    "meant",
    "names_of",
    "names_session",
    "nearest",
    "parse",
    "parse_order",
    "parse_target",
    "readable",
    "split",
    "target_in",
    "term",
    "without_key",
]
