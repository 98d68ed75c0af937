"""Times in which nothing at all ran: a patch night, a stopped service.

One such time is one finding, never one for each type that was due in it. It lies between two
signs of life, each the start or the end of any run. Where only one type was due and did not
run afterwards either, that type is late and the others are not concerned.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice, pairwise

from emtui.triage.runs_by_type import Runs
from emtui.triage.schedule_detection import HOUR, MINUTE, MOST_SLOTS, Missed, Outage, Rhythm, missed_of

MOST_LOOKED_AT = 100
"""Of many long pauses only the newest are looked at."""
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
        kind: its
        for kind, found in rhythms.items()
        if (its := _missed(types[kind], found, pause, now)).due
        and (open_ended or _resumed(found, until, now))
    }
    pending = [kind for kind in missed if not _began(rhythms[kind], until, now)]
    count = sum(its.due for its in missed.values())
    if len(missed) < 2 and (pending or count < 2):
        return None
    rests_on = sum(rhythms[kind].rests_on for kind in missed)
    at_least = any(its.at_least for its in missed.values())
    return Outage(since, None if open_ended else until, count, tuple(sorted(missed)), rests_on, at_least)


_NONE = Missed(None, 0, at_least=False)


def _missed(runs: Runs, found: Rhythm, pause: Pause, now: datetime) -> Missed:
    """How many runs of a type were due in the pause; none, if none of them has had time to begin.

    Of a pause that is over only those count that had.
    """
    since, until = pause
    place = bisect_right(found.starts, since)
    if not place:
        return _NONE
    last = found.starts[place - 1]
    run = runs[len(runs) - place]
    if run.running or (run.ended is not None and run.ended > since):
        return _NONE
    end = until if until == now else until - found.tardy
    slots = list(islice(found.slots(last, since, end), MOST_SLOTS + 1))
    its = missed_of(found, slots[:MOST_SLOTS])
    if its.first is None:
        return _NONE
    tardy = found.tardy + (HOUR if found.is_moved(last, its.first) else timedelta())
    if its.first + tardy > until:
        return _NONE
    return its._replace(at_least=its.at_least or len(slots) > MOST_SLOTS)


def _resumed(found: Rhythm, until: datetime, now: datetime) -> bool:
    """Whether the type ran again after the pause, or may still be about to."""
    latest = until + found.every + found.grace
    return _began(found, until, latest) or now <= latest


def _began(found: Rhythm, since: datetime, until: datetime) -> bool:
    place = bisect_left(found.starts, since - timedelta(seconds=1))
    return place < len(found.starts) and found.starts[place] <= until
