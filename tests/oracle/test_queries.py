"""Random queries of random lists, against a meaning that came with the query."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
from oracle.asked import EmtuiRunner
from oracle.least import assert_agreement
from oracle.made import (
    CLOCK_CHANGES,
    HOUR,
    MINUTE,
    SECOND,
    GeneratedCase,
    clock_change_case,
    irregular_case,
    long_history_case,
    seeded_random,
)
from oracle.questions import (
    SIGNS,
    ExpectedQuery,
    duration_term,
    negate,
    random_query,
    random_term,
    resolve_local_time,
    time_term,
)
from oracle.truth import ExpectedList

SEEDS = range(100, 160)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_query_matches_its_independent_definition(emtui: EmtuiRunner, seed: int) -> None:
    case, rng = (irregular_case if seed % 15 else long_history_case)(seed), seeded_random(seed)
    for _ in range(2):
        query = random_query(rng, case, ExpectedList(case))
        assert_agreement(case, partial(_differences, emtui, query=query))


@pytest.mark.parametrize("seed", range(200, 210))
def test_a_term_and_its_negation_split_the_list(emtui: EmtuiRunner, seed: int) -> None:
    case, rng = irregular_case(seed), seeded_random(seed)
    emtui.serve(case)
    single_term = random_term(rng, case, ExpectedList(case))
    matching, others = (
        found_ids(emtui, case, single_term),
        found_ids(emtui, case, negate(single_term, rng.choice("-!"))),
    )
    all_ids = sorted(row.run.id for row in ExpectedList(case).rows)
    assert sorted(matching + others) == all_ids, single_term.text


@pytest.mark.parametrize("sign", SIGNS)
def test_a_run_of_exactly_the_given_duration_matches_inclusive_comparisons(
    emtui: EmtuiRunner, sign: str
) -> None:
    case = irregular_case(230)
    lengths = [row.duration for row in ExpectedList(case).rows if row.duration and not row.duration % SECOND]
    for limit in lengths[:2]:
        assert_agreement(
            case, partial(_differences, emtui, query=duration_term(sign, f"{limit // SECOND}s", limit))
        )


@pytest.mark.parametrize("key", ["since", "until"])
@pytest.mark.parametrize(("zone", "turn"), CLOCK_CHANGES)
def test_ambiguous_and_skipped_times_hide_no_run(emtui: EmtuiRunner, zone: str, turn: str, key: str) -> None:
    case = clock_change_case(zone, turn)
    changed_at = datetime.fromisoformat(turn)
    wall = (changed_at + (changed_at - HOUR).astimezone(case.zone).utcoffset()).replace(tzinfo=None)  # type: ignore[operator]  # zones have one
    for local in (wall - 30 * MINUTE, wall + 30 * MINUTE):
        when = resolve_local_time(local, case.zone, key)
        for text in (f"{local:%Y-%m-%dT%H:%M}", f"{local:%H:%M}"):
            assert_agreement(case, partial(_differences, emtui, query=time_term(key, text, when)))


def found_ids(emtui: EmtuiRunner, case: GeneratedCase, query: ExpectedQuery) -> list[str]:
    """The ids of what a query finds."""
    shown = emtui("sessions", "-o", "json", "--", query.text, zone=str(case.zone)).json
    return [row["id"] for row in shown]


def _differences(emtui: EmtuiRunner, case: GeneratedCase, query: ExpectedQuery) -> list[str]:
    emtui.serve(case)
    shown, truth = found_ids(emtui, case, query), ExpectedList(case)
    differences = []
    for row in truth.rows:
        is_match = query.matches(row, truth)
        if is_match is not None and is_match != (row.run.id in shown):
            differences.append(
                f"{query.text}: {'not ' * (not is_match)}meant, but {'not ' * bool(is_match)}found: {row}"
            )
    return differences
