"""Times in which nothing at all ran: a patch night, a stopped service.

One such time is one finding, never one for each type that was due in it. It lies between two
signs of life, each the start or the end of any run. Where only one type was due and did not
run afterwards either, that type is late and the others are not concerned.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from emtui.triage.rhythm import MINUTE, Outage, Rhythm
from emtui.triage.runs import Runs

MOST_LOOKED_AT = 100
"""Of many long pauses only the newest are looked at."""
MOST_SLOTS = 20
"""How many missed runs of one type in one pause are counted."""
AT_LEAST = 5 * MINUTE


def outages(types: Mapping[str, Runs], rhythms: Mapping[str, Rhythm], now: datetime) -> tuple[Outage, ...]:
    """All of them, newest first; the first may still go on."""
    pauses = list(_pauses(types, rhythms, now))[-MOST_LOOKED_AT:]
    found = (_outage(pause, types, rhythms, now) for pause in reversed(pauses))
    return tuple(outage for outage in found if outage)


Pause = tuple[datetime, datetime]


def _pauses(types: Mapping[str, Runs], rhythms: Mapping[str, Rhythm], now: datetime) -> Iterable[Pause]:
    """The times without any start or end that are longer than the most frequent type would leave."""
    if not rhythms:
        return
    quickest = min(rhythms.values(), key=lambda found: found.every)
    longest = max(quickest.every + quickest.tardy, AT_LEAST)
    starts = sorted([begin for runs in types.values() for run in runs if (begin := run.started)])
    wide = [(one, other) for one, other in pairwise([*starts, now]) if other - one > longest]
    if not wide:
        return
    ends = sorted([end for runs in types.values() for run in runs if (end := run.ended)])
    for since, until in wide:
        signs = [since, *ends[bisect_right(ends, since) : bisect_left(ends, until)], until]
        yield from ((one, other) for one, other in pairwise(signs) if other - one > longest)


def _outage(
    pause: Pause, types: Mapping[str, Runs], rhythms: Mapping[str, Rhythm], now: datetime
) -> Outage | None:
    since, until = pause
    open_ended = until == now
    missed = {
        kind: count
        for kind, found in rhythms.items()
        if (count := _missed(types[kind], found, pause)) and (open_ended or _resumed(found, until, now))
    }
    pending = [kind for kind in missed if not _began(rhythms[kind], until, now)]
    if len(missed) < 2 and (pending or sum(missed.values()) < 2):
        return None
    rests_on = sum(rhythms[kind].rests_on for kind in missed)
    return Outage(since, None if open_ended else until, sum(missed.values()), tuple(sorted(missed)), rests_on)


def _missed(runs: Runs, found: Rhythm, pause: Pause) -> int:
    """How many runs of a type were due in the pause, and had had time to begin."""
    since, until = pause
    place = bisect_right(found.starts, since)
    if not place:
        return 0
    last = found.starts[place - 1]
    run = runs[len(runs) - place]
    if run.running or (run.ended is not None and run.ended > since):
        return 0
    number = max((since - last) // found.every, 0) + 1
    count = 0
    for ahead in range(MOST_SLOTS):
        slot = last + (number + ahead) * found.every
        if slot + found.tardy > until:
            break
        count += found.expected(slot)
    return count


def _resumed(found: Rhythm, until: datetime, now: datetime) -> bool:
    """Whether the type ran again after the pause, or may still be about to."""
    latest = until + found.every + found.grace
    return _began(found, until, latest) or now <= latest


def _began(found: Rhythm, since: datetime, until: datetime) -> bool:
    place = bisect_left(found.starts, since - timedelta(seconds=1))
    return place < len(found.starts) and found.starts[place] <= until
