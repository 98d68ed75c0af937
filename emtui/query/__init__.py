"""Queries, sort orders and references to sessions, applied to a list that is already loaded. Pure.

`parser` reads words and `key:value` terms into a `session_query`. `sort_order` reads a field name,
`session_ref` an ID, a URN, a prefix or `latest`. `completion` lists what may be typed next.
The current time and the time zone are arguments; everything else that a query depends on, such as
which sessions are acknowledged, is passed in a `query_context`.
"""

from emtui.query.completion import Completion, CompletionCandidates, complete, without_incomplete_key
from emtui.query.incremental_filter import FILTER_STEP_SIZE, IncrementalFilter
from emtui.query.parser import KEYS, format_term, parse
from emtui.query.query_context import QueryContext
from emtui.query.query_errors import InvalidQueryError, closest_match, suggest
from emtui.query.quoting import split_terms, with_closed_quote
from emtui.query.session_query import Query
from emtui.query.session_ref import (
    LAST_SUCCESS,
    LAST_SUCCESSFUL,
    AmbiguousSessionError,
    ExactSessionRef,
    LatestSessionRef,
    NoMatchingSessionError,
    SessionRef,
    SessionRefPrefix,
    SeveralSessionsNamedError,
    find_session,
    find_session_ref,
    is_session_ref,
    is_wrapped_id,
    parse_session_ref,
)
from emtui.query.sort_order import (
    BROWSER_SORT_FIELDS,
    CLI_ONLY_SORT_FIELD,
    DEFAULT_SORT_ORDER,
    SORT_FIELDS,
    SortOrder,
    field_of,
    parse_sort_order,
)
from emtui.query.states import completable_words
from emtui.query.text_match import searchable_text
from emtui.query.type_aliases import is_type_name, searchable_type_names

__all__ = [
    "BROWSER_SORT_FIELDS",
    "CLI_ONLY_SORT_FIELD",
    "DEFAULT_SORT_ORDER",
    "FILTER_STEP_SIZE",
    "KEYS",
    "LAST_SUCCESS",
    "LAST_SUCCESSFUL",
    "SORT_FIELDS",
    "AmbiguousSessionError",
    "Completion",
    "CompletionCandidates",
    "ExactSessionRef",
    "IncrementalFilter",
    "InvalidQueryError",
    "LatestSessionRef",
    "NoMatchingSessionError",
    "Query",
    "QueryContext",
    "SessionRef",
    "SessionRefPrefix",
    "SeveralSessionsNamedError",
    "SortOrder",
    "closest_match",
    "completable_words",
    "complete",
    "field_of",
    "find_session",
    "find_session_ref",
    "format_term",
    "is_session_ref",
    "is_type_name",
    "is_wrapped_id",
    "parse",
    "parse_session_ref",
    "parse_sort_order",
    "searchable_text",
    "searchable_type_names",
    "split_terms",
    "suggest",
    "with_closed_quote",
    "without_incomplete_key",
]
