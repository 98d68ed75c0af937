"""Random queries of random lists, against a meaning that came with the query."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
from oracle.asked import Emtui
from oracle.least import agree
from oracle.made import HOUR, MINUTE, SECOND, TURNS, Made, around_turn, chance, irregular, long_history
from oracle.questions import SIGNS, Question, bounded, negated, question, term, took, which
from oracle.truth import Truth

SEEDS = range(100, 160)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_query_finds_what_it_means(emtui: Emtui, seed: int) -> None:
    made, rng = (irregular if seed % 15 else long_history)(seed), chance(seed)
    for _ in range(2):
        asked = question(rng, made, Truth(made))
        agree(made, partial(_wrong, emtui, asked=asked))


@pytest.mark.parametrize("seed", range(200, 210))
def test_a_term_and_its_negation_part_the_list(emtui: Emtui, seed: int) -> None:
    made, rng = irregular(seed), chance(seed)
    emtui.holds(made)
    one = term(rng, made, Truth(made))
    with_it, without = found(emtui, made, one), found(emtui, made, negated(one, rng.choice("-!")))
    everything = sorted(row.run.id for row in Truth(made).rows)
    assert sorted(with_it + without) == everything, one.text


@pytest.mark.parametrize("sign", SIGNS)
def test_a_run_that_took_exactly_so_long_is_found_where_it_is_meant(emtui: Emtui, sign: str) -> None:
    made = irregular(230)
    lengths = [row.length for row in Truth(made).rows if row.length and not row.length % SECOND]
    for limit in lengths[:2]:
        agree(made, partial(_wrong, emtui, asked=took(sign, f"{limit // SECOND}s", limit)))


@pytest.mark.parametrize("key", ["since", "until"])
@pytest.mark.parametrize(("zone", "turn"), TURNS)
def test_times_that_come_twice_or_never_hide_no_run(emtui: Emtui, zone: str, turn: str, key: str) -> None:
    made = around_turn(zone, turn)
    at = datetime.fromisoformat(turn)
    wall = (at + (at - HOUR).astimezone(made.zone).utcoffset()).replace(tzinfo=None)  # type: ignore[operator]  # zones have one
    for local in (wall - 30 * MINUTE, wall + 30 * MINUTE):
        when = which(local, made.zone, key)
        for text in (f"{local:%Y-%m-%dT%H:%M}", f"{local:%H:%M}"):
            agree(made, partial(_wrong, emtui, asked=bounded(key, text, when)))


def found(emtui: Emtui, made: Made, asked: Question) -> list[str]:
    """The ids of what a query finds."""
    shown = emtui("sessions", "-o", "json", "--", asked.text, zone=str(made.zone)).json
    return [row["id"] for row in shown]


def _wrong(emtui: Emtui, made: Made, asked: Question) -> list[str]:
    emtui.holds(made)
    shown, truth = found(emtui, made, asked), Truth(made)
    wrong = []
    for row in truth.rows:
        means = asked.means(row, truth)
        if means is not None and means != (row.run.id in shown):
            wrong.append(f"{asked.text}: {'not ' * (not means)}meant, but {'not ' * bool(means)}found: {row}")
    return wrong
