"""Finding sessions in a list that is already there: which ones, in what order, and which one.

`query` reads words and `key:value` into a predicate, `order` reads a field into an
order, `target` reads the ways in which a person names one session. All of it is pure:
"now" and the time zone are arguments, and nothing here asks a server.
"""

from emtui.lookup.bad import BadQuery, meant, nearest
from emtui.lookup.order import DEFAULT_ORDER, FIELDS, Order, parse_order
from emtui.lookup.query import KEYS, Query, haystack, parse, term
from emtui.lookup.sieve import STEP, Sieve
from emtui.lookup.target import (
    LAST_GOOD,
    ExactTarget,
    LatestTarget,
    NoMatch,
    PrefixTarget,
    SeveralMatch,
    Target,
    find,
    parse_target,
)

__all__ = [
    "DEFAULT_ORDER",
    "FIELDS",
    "KEYS",
    "LAST_GOOD",
    "STEP",
    "BadQuery",
    "ExactTarget",
    "LatestTarget",
    "NoMatch",
    "Order",
    "PrefixTarget",
    "Query",
    "SeveralMatch",
    "Sieve",
    "Target",
    "find",
    "haystack",
    "meant",
    "nearest",
    "parse",
    "parse_order",
    "parse_target",
    "term",
]
