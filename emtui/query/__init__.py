"""Queries, sort orders and references to sessions, applied to a list that is already loaded. Pure.

`parser` reads words and `key:value` terms into a `session_query`. `sort_order` reads a field name,
`session_ref` an ID, a URN, a prefix or `latest`. `completion` lists what may be typed next.
The current time and the time zone are arguments; everything else that a query depends on, such as
which sessions are acknowledged, is passed in a `query_context`.
"""

from emtui.query.completion import Completion, Offers, complete, without_key
from emtui.query.incremental_filter import STEP, IncrementalFilter
from emtui.query.parser import KEYS, parse, term
from emtui.query.query_context import Beyond
from emtui.query.query_errors import BadQuery, meant, nearest
from emtui.query.quoting import closed, split
from emtui.query.session_query import Query
from emtui.query.session_ref import (
    LAST_GOOD,
    LAST_SUCCESS,
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
from emtui.query.sort_order import DEFAULT_ORDER, FIELDS, Order, field_of, parse_order
from emtui.query.states import readable
from emtui.query.text_match import haystack
from emtui.query.type_aliases import is_type_name, names_of

__all__ = [
    "DEFAULT_ORDER",
    "FIELDS",
    "KEYS",
    "LAST_GOOD",
    "LAST_SUCCESS",
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
    "field_of",
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
