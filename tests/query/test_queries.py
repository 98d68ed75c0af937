"""Matches of queries, sort orders, and references to sessions."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import SESSION_TYPES, Result, Session, Uid, uid_from_guid
from emtui.query import (
    FILTER_STEP_SIZE,
    SORT_FIELDS,
    AmbiguousSessionError,
    ExactSessionRef,
    IncrementalFilter,
    InvalidQueryError,
    LatestSessionRef,
    NoMatchingSessionError,
    Query,
    QueryContext,
    SessionRefPrefix,
    SeveralSessionsNamedError,
    find_session,
    find_session_ref,
    format_term,
    is_wrapped_id,
    parse,
    parse_session_ref,
    parse_sort_order,
    searchable_text,
)
from emtui.query.sort_order import SORT_STEP_SIZE as SORT_STEP

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
SUCCESS = Result("Success")
GUID = "3f2a0b1c-0000-4000-8000-0000000000{:02x}"


def session(
    number: int = 1,
    *,
    kind: str | None = "CollectJob",
    name: str | None = "Collect Job @2026-11-23 02:00:00.5",
    ago: timedelta | None = timedelta(minutes=12),
    state: str | None = "CompletedSuccessfully",
    result: Result = SUCCESS,
) -> Session:
    started = None if ago is None else NOW - ago
    ended = None if started is None or state == "InProgress" else started + timedelta(seconds=30)
    return Session(uid_from_guid(GUID.format(number)), name, kind, started, ended, state, result)


FAILED = session(1, state="Failed", result=Result("Failed", "Cannot connect to bs02.example.net:\nclosed"))
RUNNING = session(
    2, kind="DatabaseMaintenance", name=None, state="InProgress", ago=timedelta(days=3), result=Result()
)
SUCCESSFUL = session(3, ago=timedelta(hours=30))
WARNED = session(4, kind="LicAutoUpdate", state="CompletedWarning", ago=timedelta(hours=3), result=Result())
CANCELED = session(
    5, kind="CatalogReplicationJob", state="Failed", result=Result("Failed", None, is_canceled=True)
)
UNKNOWN = session(6, kind="BrandNewJob", state="Pondering", ago=None, result=Result())
ALL = (FAILED, RUNNING, SUCCESSFUL, WARNED, CANCELED, UNKNOWN)


def parse_query(text: str) -> Query:
    return parse(text, now=NOW, zone=PARIS)


def matching_numbers(text: str) -> set[int]:
    query = parse_query(text)
    return {int(one.id[-2:], 16) for one in ALL if query.matches(one)}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", {1, 2, 3, 4, 5, 6}),
        ('""', {1, 2, 3, 4, 5, 6}),
        ("BS02", {1}),
        ("connect closed", {1}),
        ("connect licauto", set()),
        ('"cannot connect"', {1}),
        ('"connect cannot"', set()),
        ("pondering", {6}),
        ("running", {2}),
        ("3f2a0b1c-0000-4000-8000-000000000004", {4}),
        ("urn:veeam:SystemSession:3F2A0B1C-0000-4000-8000-000000000004", {4}),
        ("-collectjob", {2, 4, 5, 6}),
        ("!collectjob", {2, 4, 5, 6}),
        ('"02:00"', {1, 3, 4, 5, 6}),
    ],
)
def test_words_are_searched_in_every_text_of_a_session_ignoring_case(text: str, numbers: set[int]) -> None:
    assert matching_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("state:failed", {1}),
        ("STATE:Failed,Warning", {1, 4}),
        ("state:running", {2}),
        ("state:inprogress", {2}),
        ("state:success", {3}),
        ("state:CompletedSuccessfully", {3}),
        ("state:completedwarning", {4}),
        ("state:canceled", {5}),
        ("state:unknown", {6}),
        ("-state:success", {1, 2, 4, 5, 6}),
    ],
)
def test_state_accepts_outcomes_and_states_of_the_server(text: str, numbers: set[int]) -> None:
    assert matching_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("type:collectjob", {1, 3}),
        ("type:*job", {1, 3, 5, 6}),
        ("type:c*,LicAutoUpdate", {1, 3, 4, 5}),
        ('type:"Database Replication"', {1, 3}),
        ('type:"data collection"', {1, 3}),
        ("type:data-collection", {1, 3}),
        ('type:"Catalog Replication","Database Maintenance"', {2, 5}),
        ("type:database*", {2}),
        ("type:BrandNewJob", {6}),
        ("type:NeverHeardOf", set()),
        ("-type:*job", {2, 4}),
    ],
)
def test_type_accepts_globs_and_labels_of_the_web_ui(text: str, numbers: set[int]) -> None:
    assert matching_numbers(text) == numbers


@pytest.mark.parametrize("kind", SESSION_TYPES)
def test_every_documented_type_can_be_queried_by_its_name(kind: str) -> None:
    query = parse_query(f"type:{kind.upper()}")
    assert [query.matches(session(kind=other)) for other in SESSION_TYPES].count(True) == 1
    assert query.matches(session(kind=kind))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("since:24h", {1, 2, 4, 5}),
        ("since:1s", {2}),
        ("since:7d", {1, 2, 3, 4, 5}),
        ("since:9999999d", {1, 2, 3, 4, 5}),
        ("since:0001-01-01", {1, 2, 3, 4, 5}),
        ("until:9999-12-31T23:59:59-05:00", {1, 2, 3, 4, 5}),
        ("until:2h", {2, 3, 4}),
        ("since:31h until:2h", {2, 3, 4}),
        ("since:02:30", {1, 2, 5}),
        ("since:3:12", {2}),
        ("since:03:13", {1, 2, 4, 5}),
        ("since:2026-11-23", {1, 2, 4, 5}),
        ("until:2026-11-21", {2, 3}),
        ("until:2026-11-20", {2}),
        ("until:2026-11-19", set()),
        ("since:2026-11-23T03:00", {1, 2, 5}),
        ("since:2026-11-23T02:00:04Z", {1, 2, 5}),
        ("since:2026-11-23T03:00:05+01:00", {2}),
        ('since:"2026-11-23 03:00"', {1, 2, 5}),
    ],
)
def test_since_matches_later_starts_and_running_sessions_and_until_earlier_starts(
    text: str, numbers: set[int]
) -> None:
    assert matching_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("message:CONNECT", {1}),
        ('message:"connect to"', {1}),
        ('name:"collect job"', {1, 3, 4, 5, 6}),
        ("id:3f2a", {1, 2, 3, 4, 5, 6}),
        ("id:3F2A0B1C-0000-4000-8000-000000000002", {2}),
        ("state:failed type:*catalog*", set()),
    ],
)
def test_texts_have_their_own_keys_and_all_terms_must_match(text: str, numbers: set[int]) -> None:
    assert matching_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("state:", "state:", "needs a value"),
        ("state:fai", "fai", "did you mean failed?"),
        (
            "state:bogus",
            "bogus",
            "running, success, warning, failed, canceled, unknown; states in the list: P",
        ),
        ("state:ponderin", "ponderin", "did you mean Pondering?"),
        ("-state:workin", "workin", "did you mean Working?"),
        ("good state:success,faild", "faild", "did you mean failed?"),
        ("stat:failed", "stat:failed", "did you mean state:?"),
        ("nothing:like", "nothing:like", 'to search for this text, write "nothing:like".'),
        ('nothing:"it\'s"', 'nothing:"it\'s"', """to search for this text, write "nothing:it's"."""),
        ("type:CatalogCrwl", "CatalogCrwl", 'did you mean "Catalog Crawl"?'),
        ("type:", "type:", "needs a value"),
        ("type:,", "type:", "needs a session type"),
        ("type:CollctJob", "CollctJob", "did you mean CollectJob?"),
        ("type:Collect", "Collect", "did you mean CollectJob?"),
        ("since:yesterday", "since:yesterday", "write 30s"),
        ("since:25:00", "since:25:00", "write 30s"),
        ("until:2026-13-01", "until:2026-13-01", "write 30s"),
        ("until:10000-01-01", "until:10000-01-01", "write 30s"),
    ],
)
def test_an_invalid_word_is_named_with_the_nearest_valid_one(text: str, word: str, hint: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse(
            text,
            now=NOW,
            zone=PARIS,
            context=QueryContext(states=("Failed", "Pondering"), types=("CollectJob",)),
        )
    assert caught.value.word == word
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("fai state:fai", "          ^^^"),
        ("state:sta", "      ^^^"),
        ("state:Failed,faile", "             ^^^^^"),
        ("groß state:fai", "           ^^^"),
        ("bs02 -state:", "      ^^^^^^"),
        ("bs02 stat:failed type:x", "     ^^^^^^^^^^^"),
        ('state:"fai"', "       ^^^"),
    ],
)
def test_the_span_of_an_error_is_that_of_the_invalid_value(text: str, wrong: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse(text, now=NOW, zone=PARIS, context=QueryContext(states=("Failed",)))
    assert caught.value.span == (wrong.index("^"), len(wrong))


def test_an_unknown_key_is_quoted_in_the_error_as_typed() -> None:
    with pytest.raises(InvalidQueryError, match=r"^Unknown query key 'Stat': did you mean state:\?"):
        parse_query("Stat:failed")


@pytest.mark.parametrize("key", ["state", "type", "is", "id", "since"])
def test_blanks_are_a_value_only_for_text_keys(key: str) -> None:
    with pytest.raises(InvalidQueryError, match=f"^{key}: needs a value"):
        parse_query(f'{key}:" "')
    assert parse_query('name:" "').matches(SUCCESSFUL)


def test_an_incomplete_query_is_parsed_or_rejected_without_other_errors() -> None:
    full_query = 'type:"Database Replication" since:2026-11-23T02:10 -state:failed,warning !"cannot connect"'
    for end in range(len(full_query) + 1):
        with suppress(InvalidQueryError):
            assert parse_query(full_query[:end]).terms or not end


@given(st.text(alphabet='abst:-!"*[ ,.', max_size=20))
def test_the_canonical_text_of_any_query_is_parsed_as_the_same_query(text: str) -> None:
    try:
        query = parse_query(text)
    except InvalidQueryError:
        return
    again = parse_query(query.text)
    assert again.text == query.text
    assert [again.matches(one) for one in ALL] == [query.matches(one) for one in ALL]


def test_the_canonical_text_keeps_what_was_typed() -> None:
    query = parse_query(' STATE:failed   type:"Database Replication" !collect "a  b" ')
    assert query.text == 'state:failed type:"Database Replication" -collect "a  b"'
    assert query.keys == {"state", "type"}
    assert not query.is_empty
    assert parse_query("  ").is_empty


def test_a_query_can_be_narrowed_to_some_of_its_keys() -> None:
    query = parse_query("bs02 state:failed since:24h id:3f2a")
    assert query.with_keys(frozenset({"since", "id"})).text == "since:24h id:3f2a"
    assert query.with_keys(frozenset()).is_empty


def test_a_minus_alone_is_a_word_and_a_url_has_no_key() -> None:
    assert parse_query("-").text == "-"
    assert parse_query("https://bs02/x").text == '"https://bs02/x"'


def test_a_term_made_from_an_option_has_that_value() -> None:
    assert format_term("type", "Database Replication") == 'type:"Database Replication"'
    assert format_term("", "-odd") == '"-odd"'
    assert parse_query(format_term("", "-odd")).text == '"-odd"'


@given(st.sampled_from(ALL), st.text("aefijlorst0123 -:.\n", min_size=1, max_size=4))
def test_a_word_is_searched_in_all_texts_of_a_session(one: Session, word: str) -> None:
    assert parse_query(f'"{word}"').matches(one) == (word.casefold() in searchable_text(one))


TYPED = (
    "c",
    "co",
    "col",
    "coll state:failed",
    "coll state:failed -x",
    "state:failed",
    "since:1h",
    "since:1h n",
    "",
)


@given(st.lists(st.sampled_from(TYPED), min_size=1, max_size=6))
def test_matches_do_not_depend_on_what_was_typed_before(typed: list[str]) -> None:
    sessions, latest = tuple(ALL), None
    for text in typed:
        latest = IncrementalFilter(sessions, parse_query(text), latest)
        while not latest.is_done:
            latest.step()
        assert latest.matches == tuple(one for one in ALL if parse_query(text).matches(one))


def test_a_longer_word_is_searched_only_among_the_matches_of_the_shorter_one() -> None:
    sessions = tuple(session(number % 256) for number in range(3 * FILTER_STEP_SIZE))
    first = IncrementalFilter(sessions, parse_query("0a"))
    assert [first.step() for _ in range(4)] == [FILTER_STEP_SIZE, FILTER_STEP_SIZE, FILTER_STEP_SIZE, 0]
    assert (
        IncrementalFilter(sessions, parse_query("0ab state:success"), first).step()
        == len(first.positions)
        < FILTER_STEP_SIZE
    )


def test_a_list_of_many_steps_is_filtered_to_its_end() -> None:
    sessions = tuple(session(number % 256) for number in range(2 * FILTER_STEP_SIZE + 1))
    query = parse_query("0a")
    complete_filter = IncrementalFilter(sessions, query)
    while not complete_filter.is_done:
        complete_filter.step()
    matching = [(place, one) for place, one in enumerate(sessions) if query.matches(one)]
    assert list(complete_filter.positions) == [place for place, _ in matching]
    assert complete_filter.matches == tuple(one for _, one in matching)


def test_a_list_of_many_steps_is_sorted_to_its_end() -> None:
    newest_first = [
        Session(uid_from_guid(f"{number:08}"), started=NOW - timedelta(minutes=number))
        for number in range(2 * SORT_STEP + 1)
    ]
    never = Session(uid_from_guid("0"))
    assert parse_sort_order("-started").sort([never, *reversed(newest_first)], NOW) == (*newest_first, never)


@pytest.mark.parametrize("key", ["name", "message"])
def test_a_session_without_a_text_has_none_of_its_words(key: str) -> None:
    assert not parse_query(f"{key}:x").matches(Session(uid_from_guid("0")))


def test_a_word_is_found_in_an_id_that_is_not_a_guid() -> None:
    assert parse_query("nightly").matches(Session(uid_from_guid("Nightly-7")))


def test_the_newest_comes_first_and_what_never_started_last() -> None:
    ids = [one.id[-2:] for one in parse_sort_order("-started").sort(ALL, NOW)]
    assert ids == ["01", "05", "04", "03", "02", "06"]
    assert [one.id[-2:] for one in parse_sort_order("started").sort(ALL, NOW)] == [
        "02",
        "03",
        "04",
        "01",
        "05",
        "06",
    ]


def test_unknown_values_come_last_in_both_directions() -> None:
    assert parse_sort_order("took").sort(ALL, NOW)[-1] is UNKNOWN
    assert parse_sort_order("-duration_s").sort(ALL, NOW)[0] is RUNNING
    assert parse_sort_order("-took").sort(ALL, NOW)[-1] is UNKNOWN
    assert parse_sort_order("-message").sort(ALL, NOW)[0] is FAILED


def test_text_is_sorted_ignoring_case() -> None:
    upper, lower = session(7, name="B"), session(8, name="a")
    assert parse_sort_order("name").sort((upper, lower), NOW) == (lower, upper)
    assert parse_sort_order("-name").sort((upper, lower), NOW) == (upper, lower)


def test_acknowledged_sessions_are_sorted_last_or_first() -> None:
    order = parse_sort_order("known")
    known = order.sort(ALL, NOW, lambda one: one is FAILED)
    assert known[-1] is FAILED
    assert parse_sort_order("-known").sort(ALL, NOW, lambda one: one is FAILED)[0] is FAILED
    assert order.sort(ALL, NOW) == parse_sort_order("uid").sort(ALL, NOW)


@given(st.permutations(ALL), st.sets(st.sampled_from(ALL)))
def test_acknowledged_and_other_sessions_are_sorted_by_uid_in_both_directions(
    listed: list[Session], known: set[Session]
) -> None:
    by_uid = sorted(ALL, key=lambda one: one.uid)
    marked, others = ([one for one in by_uid if (one in known) is whether] for whether in (True, False))
    assert parse_sort_order("known").sort(listed, NOW, known.__contains__) == (*others, *marked)
    assert parse_sort_order("-known").sort(listed, NOW, known.__contains__) == (*marked, *others)


@pytest.mark.parametrize("field", SORT_FIELDS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_sessions_can_be_sorted_by_every_key_and_equal_ones_by_uid(field: str, sign: str) -> None:
    twins = [session(number) for number in (9, 7, 8)]
    order = parse_sort_order(sign + field)
    assert set(order.sort(ALL, NOW)) == set(ALL)
    expected = [9, 8, 7] if sign and field in {"uid", "id"} else [7, 8, 9]
    assert [int(one.id[-2:], 16) for one in order.sort(twins, NOW)] == expected
    assert parse_sort_order(order.text) == order


def test_an_invalid_sort_field_is_rejected_with_the_nearest() -> None:
    with pytest.raises(InvalidQueryError, match="did you mean started"):
        parse_sort_order("-startd")


def test_only_accepted_sort_fields_are_suggested() -> None:
    with pytest.raises(InvalidQueryError, match="did you mean acknowledged"):
        parse_sort_order("knwon")
    for slip in ("knwon", "kno", "acknowledge", "bogus"):
        with pytest.raises(InvalidQueryError) as caught:
            parse_sort_order(slip, [field for field in SORT_FIELDS if field != "known"])
        text = str(caught.value).replace(slip, "")
        assert "known" not in text.replace("unknown", "")


@pytest.mark.parametrize(
    ("alias", "key"), [("acknowledged", "known"), ("duration", "duration_s"), ("took", "duration_s")]
)
def test_a_plain_name_of_a_key_is_the_same_order(alias: str, key: str) -> None:
    for sign in ("", "-"):
        assert parse_sort_order(f"{sign}{alias}") == parse_sort_order(f"{sign}{key}")
        assert parse_sort_order(f"{sign}{alias.upper()}").text == f"{sign}{key}"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("3F2A0B1C-0000-4000-8000-000000000001", ExactSessionRef(FAILED.uid)),
        (" {3f2a0b1c-0000-4000-8000-000000000001} ", ExactSessionRef(FAILED.uid)),
        ("URN:veeam:systemsession:3F2A0B1C-0000-4000-8000-000000000001", ExactSessionRef(FAILED.uid)),
        ("3f2a", SessionRefPrefix("3f2a")),
        ("3F2A0B1C-00", SessionRefPrefix("3f2a0b1c00")),
        ("latest", LatestSessionRef()),
        ("Latest:collect*", LatestSessionRef("collect*")),
    ],
)
def test_a_session_can_be_referenced_in_several_ways(text: str, target: object) -> None:
    assert parse_session_ref(text) == target


@pytest.mark.parametrize(
    "url",
    [
        "https://em01.example.net:9398/api/systemSessions/3f2a0b1c-0000-4000-8000-000000000001",
        "http://other.example.net/path/api/systemsessions/3F2A0B1C-0000-4000-8000-000000000001?format=Entity",
        "https://em01.example.net/api/systemSessions/3f2a0b1c-0000-4000-8000-000000000001/events",
    ],
)
def test_a_url_names_the_session_in_it_and_is_stored_to_show_its_host(url: str) -> None:
    assert parse_session_ref(url) == ExactSessionRef(FAILED.uid, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3f2",
        "3-f-2",
        "-3f2a",
        "hello",
        "urn:veeam:Job:3f2a0b1c-0000-4000-8000-000000000001",
        "https://em01.example.net/api/jobs/3f2a0b1c-0000-4000-8000-000000000001",
        "3f2a0b1c-0000-4000-8000-0000000000011",
        "latest:",
        "latest:,",
    ],
)
def test_invalid_session_references_are_rejected(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        parse_session_ref(text)


ID = "3f2a0b1c-0000-4000-8000-000000000001"
URL = f"https://em01.example.net:9398/api/systemSessions/{ID}"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f"<{URL}>", ExactSessionRef(FAILED.uid, URL)),
        (f"({URL}?format=Entity).", ExactSessionRef(FAILED.uid, f"{URL}?format=Entity")),
        (f'"urn:veeam:SystemSession:{ID}",', ExactSessionRef(FAILED.uid)),
        (f'"{ID.upper()}";', ExactSessionRef(FAILED.uid)),
        (f"“{ID}”", ExactSessionRef(FAILED.uid)),
        (f"The run {ID} has failed, see the log.", ExactSessionRef(FAILED.uid)),
        (f"{ID}\n{ID.upper()}: twice", ExactSessionRef(FAILED.uid)),
        (f'{{"uid":"urn:veeam:SystemSession:{ID}","id":"{ID}"}}', ExactSessionRef(FAILED.uid)),
        (f"GET /api/systemSessions/{ID}/events 404", ExactSessionRef(FAILED.uid)),
        (f"job urn:veeam:Job:{WARNED.id}, run {ID}", ExactSessionRef(FAILED.uid)),
        ('"3f2a"', SessionRefPrefix("3f2a")),
        ("latest", LatestSessionRef()),
    ],
)
def test_a_session_id_is_found_in_copied_text(text: str, target: object) -> None:
    assert find_session_ref(text) == target


def test_text_with_two_session_ids_is_rejected() -> None:
    with pytest.raises(SeveralSessionsNamedError, match="2 different session IDs"):
        find_session_ref(f"{ID} and {WARNED.id}")


@pytest.mark.parametrize(
    "text",
    [
        "no id at all",
        f"urn:veeam:Job:{ID}",
        f"https://em01.example.net/api/jobs/{ID}",
        f"x{ID}",
        f"{ID}0",
        f"{ID}-0",
    ],
)
def test_ids_of_other_objects_are_not_session_references(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="is not a session ID"):
        find_session_ref(text)


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        (f"<{URL}>", True),
        (f'"{ID}",', True),
        (f'"{ID}"', False),
        (f"message:{ID}", False),
        (f"see {ID}", False),
        ("(3f2a)", False),
        ("(latest)", False),
    ],
)
def test_open_takes_an_id_in_brackets_but_a_query_for_a_query(text: str, whether: bool) -> None:
    assert is_wrapped_id(text) is whether


def test_the_named_session_is_found_in_the_list() -> None:
    assert find_session(ExactSessionRef(WARNED.uid), ALL) is WARNED
    assert find_session(parse_session_ref("3f2a0b1c-0000-4000-8000-000000000003"), ALL) is SUCCESSFUL
    assert find_session(LatestSessionRef("LicAutoUpdate"), ALL) is WARNED
    assert find_session(LatestSessionRef("Data Collection"), ALL) is FAILED
    assert find_session(LatestSessionRef(), ALL) is FAILED


def test_several_matches_are_listed_up_to_ten() -> None:
    many = [session(number) for number in range(1, 13)]
    with pytest.raises(AmbiguousSessionError, match="12 session IDs") as caught:
        find_session(SessionRefPrefix("3f2a"), many)
    assert caught.value.match_count == 12
    assert len(caught.value.sessions) == 10


def test_a_word_finds_the_outcome_that_the_end_decides() -> None:
    over = replace(SUCCESSFUL, state="Working", result=Result("Warning"))
    goes_on = replace(over, ended=None)
    query = parse_query("running")
    assert [query.matches(one) for one in (over, goes_on, over)] == [False, True, False]


def test_rows_of_one_id_are_one_session() -> None:
    again = replace(WARNED, uid=Uid(f"{WARNED.uid}#2"), parse_problem="another row has the same UID")
    assert find_session(parse_session_ref(WARNED.id.replace("-", "")), [SUCCESSFUL, WARNED, again]) is WARNED


@pytest.mark.parametrize(
    "target",
    [SessionRefPrefix("ffff"), LatestSessionRef("VcPluginJob"), ExactSessionRef(uid_from_guid("0" * 8))],
)
def test_no_match_is_reported_in_one_sentence(
    target: SessionRefPrefix | LatestSessionRef | ExactSessionRef,
) -> None:
    with pytest.raises(NoMatchingSessionError, match="30 days"):
        find_session(target, ALL)


def test_a_reference_to_an_unlisted_type_names_the_type() -> None:
    with pytest.raises(NoMatchingSessionError, match=r"^No session of type VcPluginJob in the list"):
        find_session(LatestSessionRef("VcPluginJob"), ALL)
    with pytest.raises(NoMatchingSessionError, match=r"^No session in the list"):
        find_session(LatestSessionRef(""), ())
