"""Random queries of random lists, against a meaning that came with the query."""

from __future__ import annotations

import pytest
from oracle.asked import Emtui
from oracle.least import agree
from oracle.made import Made, chance, irregular
from oracle.questions import Question, negated, question, term
from oracle.truth import Truth

SEEDS = range(100, 175)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_query_finds_what_it_means(emtui: Emtui, seed: int) -> None:
    made, rng = irregular(seed), chance(seed)
    for _ in range(3):
        asked = question(rng, made, Truth(made))
        agree(made, lambda made, asked=asked: _wrong(emtui, made, asked))  # type: ignore[misc]  # bound at once


@pytest.mark.parametrize("seed", range(200, 220))
def test_a_term_and_its_negation_part_the_list(emtui: Emtui, seed: int) -> None:
    made, rng = irregular(seed), chance(seed)
    emtui.holds(made)
    one = term(rng, made, Truth(made))
    with_it, without = found(emtui, made, one), found(emtui, made, negated(one, rng.choice("-!")))
    everything = sorted(row.run.id for row in Truth(made).rows)
    assert sorted(with_it + without) == everything, one.text


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
