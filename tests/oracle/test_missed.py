"""Counts of missed runs, in lists whose rhythm is beyond doubt, over clock changes and silences of days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from oracle.asked import Emtui
from oracle.made import HOUR, Made, Rhythm, steady
from oracle.truth import Truth

SEEDS = range(519, 533)
TURNED = (940, 1905, 3085, 3245, 4348, 4740, 6424, 6681, 6891, 8523)
"""Lists of which a nightly run is the first after clocks were turned, on or back."""


@pytest.mark.parametrize("seed", SEEDS)
def test_missed_runs_are_counted_one_by_one(emtui: Emtui, seed: int) -> None:
    made = steady(seed)
    emtui.holds(made)
    for kind, rhythm in made.rhythms.items():
        guid = next(row.run.id for row in Truth(made).of(kind))
        shown = emtui("show", guid, "-o", "json").json
        due = next(finding for finding in shown["findings"] if finding["kind"] == "next")
        assert _is_right(due["count"], "at least" in due["text"], [rhythm]), (seed, kind, rhythm, due)
        if rhythm.sure:
            assert _about(due["late_since"], rhythm.missed[0]), (seed, kind, rhythm, due)


@pytest.mark.parametrize("seed", [*SEEDS, *TURNED])
def test_the_next_run_keeps_its_interval_or_its_local_time(emtui: Emtui, seed: int) -> None:
    """triage.md: what runs every so many days keeps the time of day in the server's zone."""
    made = steady(seed)
    emtui.holds(made)
    for kind, rhythm in made.rhythms.items():
        if rhythm.missed or rhythm.next is None:
            continue
        guid = next(row.run.id for row in Truth(made).of(kind))
        shown = emtui("show", guid, "-o", "json", zone=str(made.zone)).json
        due = next(finding for finding in shown["findings"] if finding["kind"] == "next")
        assert (due["late_since"], due["count"]) == (None, 0), (seed, kind, due)
        strays = abs(datetime.fromisoformat(due["due"]) - rhythm.next)
        assert strays <= timedelta(seconds=6), (seed, kind, rhythm, due)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_says_how_many_runs_were_due(emtui: Emtui, seed: int) -> None:
    made = steady(seed)
    emtui.holds(made)
    done = emtui("check", "--overdue", zone=str(made.zone))
    assert ("all types" in done.out) == is_silent(made), (seed, done.out)
    if any(rhythm.sure for rhythm in made.rhythms.values()):
        assert done.code == 2, (seed, done.out)
    named = {"no runs (?:begun )?since[^.|]*all types": list(made.rhythms.values())}
    named |= {f"{re.escape(kind)} failed[^.|]*": [rhythm] for kind, rhythm in made.rhythms.items()}
    for sentence, rhythms in named.items():
        said = re.search(f"{sentence}; (at least )?(\\d+) runs? due", done.out)
        assert said or not is_silent(made) or "failed" in sentence, (seed, done.out)
        if said:
            assert _is_right(int(said[2]), bool(said[1]), rhythms), (seed, rhythms, done.out)


def is_silent(made: Made) -> bool:
    """triage.md: two types or more were due, and nothing at all has run."""
    return sum(bool(rhythm.sure) for rhythm in made.rhythms.values()) > 1


def _is_right(count: int, at_least: bool, rhythms: Sequence[Rhythm]) -> bool:
    """Whether so many were due; where that is not sure, at least so many."""
    missed = sum(len(rhythm.missed) for rhythm in rhythms)
    sure = sum(len(rhythm.sure) for rhythm in rhythms)
    return count == missed or (sure <= count < missed and (at_least or not sure))


def _about(said: str, when: datetime) -> bool:
    """Within the seconds by which starts stray, and the hour by which a change of the clocks moves them."""
    late = (datetime.fromisoformat(said) - when) / HOUR
    return any(abs(late - moved) < 0.01 for moved in (-1, 0, 1))


def test_the_lists_have_what_they_are_for() -> None:
    """Silences of more than a day, of all and of one type, and clocks that were turned meanwhile."""
    lists = [steady(seed) for seed in SEEDS]
    assert any(len(rhythm.missed) > 100 for made in lists for rhythm in made.rhythms.values())
    assert any(_turned(made) for made in lists)


def _turned(made: Made) -> bool:
    offsets = {
        when.astimezone(made.zone).utcoffset()
        for rhythm in made.rhythms.values()
        for when in (rhythm.last, *rhythm.missed)
    }
    return len(offsets) > 1
