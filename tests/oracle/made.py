"""Random lists of runs, as a server would send them: always the same list for the same seed.

A `Run` holds what is written on the wire and nothing that is made of it. Nothing here reads a clock: the
server's clock is part of the list. Two kinds of list: `irregular` ones, whose types have no rhythm at all and
in which everything odd happens, and `steady` ones, whose types keep a rhythm that is beyond doubt.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "UTC")
TURNS = (
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),  # on
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),  # back
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Sydney", "2026-10-03T16:00:00Z"),
    ("Australia/Sydney", "2026-04-04T16:00:00Z"),
    ("America/Santiago", "2026-09-06T04:00:00Z"),  # there is no midnight
    ("America/Santiago", "2026-04-05T03:00:00Z"),
)
"""When clocks are turned in these zones: on, and back."""

KINDS = (
    "CatalogConsolidation",
    "CatalogCrawlJob",
    "CatalogReplicationJob",
    "CollectJob",
    "SecurityScopesRebuild",
    "VcPluginJob",
    "LicAutoUpdate",
    "DatabaseMaintenance",
    "HistoryCollectJob",
    "LogExport",
    "Prüflauf",
    "Job [new]",
)
STEMS = (
    "Cannot connect to bs02.example.net: timed out after {n} s",
    "Cannot connect to bs01.example.net: timed out after {n} s",
    "Disk full, {n} bytes free in /var/lib/veeam/{n}",
    'The "catalog" of C:\\VBRCatalog\\{n} is locked',
    "Größe des Katalogs überschritten",
    unicodedata.normalize("NFD", "Übertragung abgebrochen"),
    "license expires soon",
)
"""Messages; those of two stems are two failures, whatever stands for `{n}`."""

NEVER = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "9999-12-31")
)
"""Times that cannot be."""

_GOOD = (("CompletedSuccessfully", "Success"), ("CompletedSuccessfully", "CompletedSuccessfully"))
_WORDS: dict[str, tuple[tuple[str | None, str | None], ...]] = {
    "s": (
        *_GOOD,
        ("Success", None),
        ("Stopped", "Success"),
        ("completed", "SUCCESS"),
        ("Dreaming", "Success"),
    ),
    "w": (
        ("CompletedWarning", "Warning"),
        ("CompletedSuccessfully", "Warning"),
        ("Stopped", "CompletedWarning"),
    ),
    "f": (
        ("Failed", "Failed"),
        ("CompletedSuccessfully", "Failed"),
        ("Failed", "Success"),
        ("Stopped", "Error"),
    ),
    "c": (("Failed", "Failed"), ("CompletedWarning", "Warning"), ("Stopped", "None"), ("Failed", "None")),
    "r": (
        ("InProgress", "None"),
        ("Working", "None"),
        ("Starting", None),
        ("Stopping", "None"),
        ("Stoping", "None"),
        ("Pausing", "None"),
        ("Resuming", "None"),
        ("Idle", "None"),
        ("pending", None),
        ("InProgress", "Success"),
        (None, "InProgress"),
    ),
    "u": (("Dreaming", "Perhaps"), (None, None), ("Odd", "None")),
}
"""State and Result of a run that is successful, warned, failed, canceled, running, unknown."""


def chance(seed: int) -> random.Random:
    """Chance that falls the same way each time."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret with it


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the list as it is written; no time is a missing element, no word a missing one, too."""

    number: int
    kind: str
    started: datetime | None
    ended: datetime | None
    state: str | None
    result: str | None
    message: str = ""
    canceled: bool = False

    @property
    def id(self) -> str:
        """Its GUID; no two begin alike."""
        return f"{(self.number + 1) * 2654435761 % 2**32:08x}-a0b1-4c2d-8e3f-{self.number:012x}"

    @property
    def name(self) -> str:
        """Its name, which is not unique."""
        return f"{self.kind} run"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When the last run of a type began, as its rhythm has it, and when those that are missed were due.

    `sure` are those of which nobody can say that a change of the clocks moved them out of the day's hours.
    `next` is when the first run after now is due; of `office` hours it is not worked out.
    """

    last: datetime
    missed: tuple[datetime, ...]
    sure: tuple[datetime, ...]
    next: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A list, in the order in which it is sent, the server's clock, and the zone of who reads it."""

    seed: int
    now: datetime
    zone: ZoneInfo
    runs: tuple[Run, ...]
    rhythms: dict[str, Rhythm] = field(default_factory=dict)

    def as_of(self, now: datetime) -> Made:
        """The same list when the server's clock shows another time; what cannot be stays as it is."""
        now = now.replace(microsecond=0)

        def moved(when: datetime | None) -> datetime | None:
            return when + (now - self.now) if when and when not in NEVER else when

        runs = (replace(run, started=moved(run.started), ended=moved(run.ended)) for run in self.runs)
        return replace(self, now=now, runs=tuple(runs))

    def shuffled(self, rng: random.Random) -> Made:
        """The same rows in another order; copies of one run keep theirs, which means something."""
        order = list(range(len(self.runs)))
        rng.shuffle(order)
        places: dict[int, list[int]] = {}
        for place in order:
            places.setdefault(self.runs[place].number, []).append(place)
        kept = {number: iter(sorted(found)) for number, found in places.items()}
        return replace(self, runs=tuple(self.runs[next(kept[self.runs[place].number])] for place in order))


SKEWS = (10 * MINUTE, -10 * MINUTE, -25 * MINUTE, 5 * DAY, -40 * DAY)
"""How far a server's clock may be ahead of this computer's."""


def sent(runs: Sequence[Run]) -> bytes:
    """A list as the server writes it."""
    rows = "".join(row(run, "Sessions") for run in runs)
    return f'<SystemSessions xmlns="http://www.veeam.com/ent/v1.0">{rows}</SystemSessions>'.encode()


def row(run: Run, tag: str, namespace: str = "") -> str:
    """One run as the server writes it. Source: em_rest/systemsessions_id."""
    return (
        f'<{tag}{namespace} Type="SystemSession" Name="{escape(run.name)}"'
        f' UID="urn:veeam:SystemSession:{run.id}">'
        f"<SessionType>{escape(run.kind)}</SessionType>"
        f"{_time('CreationTimeUTC', run.started)}{_time('EndTimeUTC', run.ended)}{_word('State', run.state)}"
        f"<Result>{_word('Result', run.result)}<Message>{escape(run.message)}</Message>"
        f"<IsCanceled>{str(run.canceled).lower()}</IsCanceled></Result></{tag}>"
    )


def _time(tag: str, when: datetime | None) -> str:
    return f"<{tag}>{when.replace(tzinfo=None).isoformat(timespec='microseconds')}Z</{tag}>" if when else ""


def _word(tag: str, word: str | None) -> str:
    return f"<{tag}>{word}</{tag}>" if word is not None else ""


# --- lists without a rhythm -----------------------------------------------------------------------------


def irregular(seed: int) -> Made:
    """Some types with anything: outcomes in every order, odd words and times, copies, equal starts, gaps."""
    rng = chance(seed)
    zone, now = _here_and_now(rng)
    runs: list[Run] = []
    for kind in rng.sample(KINDS, rng.randint(2, 5)):
        runs += _type(rng, kind, now, first=len(runs))
    runs += _never_began(rng, now, first=len(runs))
    rng.shuffle(runs)
    running = [run for run in runs if run.ended is None and run.state == "InProgress"]
    for run in (*rng.sample(runs, min(len(runs), rng.randint(0, 3))), *running[:1]):
        _add_copies(rng, runs, run)
    return Made(seed, now, zone, tuple(runs))


def _here_and_now(rng: random.Random) -> tuple[ZoneInfo, datetime]:
    """A zone and the server's clock; every second time clocks were turned there in the last six days."""
    if rng.random() < 0.5:
        name, turn = rng.choice(TURNS)
        return ZoneInfo(name), datetime.fromisoformat(turn) + rng.randint(150 * 60, 6 * 86400) * SECOND
    now = datetime(2026, 1, 10, tzinfo=UTC) + rng.randint(0, 300 * 86400) * SECOND
    return ZoneInfo(rng.choice(ZONES)), now


def _type(rng: random.Random, kind: str, now: datetime, first: int) -> Iterator[Run]:
    """The runs of one type, newest first; intervals between a third and three times a base are no rhythm."""
    letters = "".join(
        rng.choices("swfcru", rng.choice(((80, 4, 6, 3, 0, 2), (30, 20, 30, 8, 2, 4))), k=rng.randint(1, 40))
    )
    letters = rng.choice(("", "", "", "r", "r", "c", "cc")) + letters  # often the newest runs
    every = rng.choice((12 * MINUTE, HOUR, 8 * HOUR))
    usual = rng.choice((4 * SECOND, 90 * SECOND, 6 * MINUTE))
    start = now - max(every * rng.uniform(0.05, 4), usual * 24)  # what has ended did so before now
    if rng.random() < 0.2:
        start -= rng.uniform(2, 80) * HOUR
    for place, letter in enumerate(letters):
        yield _one(rng, first + place, kind, letter, start, usual)
        equal = letters[place : place + 2] == "ss" and rng.random() < 0.04
        if not equal:
            start -= max(every, usual * 24) * rng.uniform(0.34, 3)
            start -= timedelta(microseconds=rng.randint(0, 999_999))
            start -= rng.uniform(5, 70) * HOUR if rng.random() < 0.02 else timedelta()


def _one(rng: random.Random, number: int, kind: str, letter: str, start: datetime, usual: timedelta) -> Run:
    """One run with this outcome, sometimes with an end that is missing or cannot be."""
    state, result = rng.choice(_WORDS[letter])
    took = usual * rng.choice((0.5, 0.9, 1, 1, 1, 1.1, 1.4, 1.6, 2.5, 7)) * rng.uniform(0.95, 1.05)
    if rng.random() < 0.15:
        took = usual + rng.uniform(20, 40) * SECOND  # about where it begins to be unusual
    if rng.random() < 0.3:
        took = max(1, round(took / SECOND)) * SECOND  # as long as a query can say
    ended: datetime | None = start + took
    if letter == "r":
        # an end and a Result that says nothing leave it running; an end that cannot be is none
        ended = rng.choice((None, None, None, *NEVER, ended if result != "Success" else None))
    elif rng.random() < 0.06:
        ended = rng.choice(
            (None, *NEVER, start - timedelta(seconds=rng.uniform(61, 90_000)), start - 40 * SECOND)
        )
    message = rng.choice(STEMS).format(n=rng.randint(2, 9_999)) if letter in "wfc" else ""
    return Run(
        number,
        kind,
        start,
        ended,
        state,
        result,
        message,
        letter == "c" or (letter == "r" and rng.random() < 0.2),
    )


def long_history(seed: int) -> Made:
    """More than 400 successes of one type: what is usual for the newest does not rest on the oldest."""
    rng = chance(seed)
    zone, now = _here_and_now(rng)
    start, runs = now - 5 * MINUTE, []
    for place in range(430):
        took = timedelta(seconds=100 if place < 190 else 300 if place < 405 else 90) + place * SECOND / 7
        runs.append(Run(place, "SyncCheck", start, start + took, *rng.choice(_GOOD)))
        start -= 20 * MINUTE * rng.uniform(1, 5)
    rng.shuffle(runs)
    return Made(seed, now, zone, tuple(runs))


def _never_began(rng: random.Random, now: datetime, first: int) -> Iterator[Run]:
    """Runs of a type of their own whose start is missing or cannot be."""
    for place in range(rng.randint(0, 4)):
        started = rng.choice((None, *NEVER, now + 3 * DAY))
        state, result = rng.choice((*_WORDS["s"], *_WORDS["f"]))
        yield Run(first + place, "LicenseRevoke", started, rng.choice((None, now - HOUR)), state, result)


def _add_copies(rng: random.Random, runs: list[Run], run: Run) -> None:
    """The same UID again, as it was while it ran, or as it was before its end was known better."""
    if run.ended is None and run.state == "InProgress":
        runs.insert(rng.randint(0, len(runs)), replace(run, state="Working", message="has no end either"))
    if run.ended is None or run.started is None or not run.started < run.ended < run.started + 3 * DAY:
        return
    if (run.state, run.result) in _WORDS["r"]:
        return  # it has an end and runs: which copy has ended?
    copies = [replace(run, ended=None, state="InProgress", result="None", message="goes on")]
    if rng.random() < 0.5:
        copies.append(
            replace(run, ended=run.ended - SECOND / 2, state="Failed", result="Failed", message="early")
        )
    for copy in copies:
        runs.insert(rng.randint(0, len(runs)), copy)


def around_turn(name: str, turn: str) -> Made:
    """A run every ten minutes from three hours before clocks are turned to three hours after."""
    zone, at = ZoneInfo(name), datetime.fromisoformat(turn)
    starts = [at + number * 10 * MINUTE for number in range(-18, 18)]
    runs = (Run(place, "CollectJob", start, start + MINUTE, *_GOOD[0]) for place, start in enumerate(starts))
    return Made(0, at + 3 * HOUR, zone, tuple(runs))


# --- lists with rhythms that are beyond doubt ------------------------------------------------------------


RULES = ("quarter", "hourly", "office", "four", "nightly", "weekly")
"""How often a type runs; `office` hourly, but neither at night nor at weekends."""


def steady(seed: int) -> Made:
    """Three or four weeks of types that keep their rhythm, until all of them, or one, fell silent.

    Nightly and weekly types keep local time, so that clocks that are turned move them. `now` is half an
    interval of each type from when its last missed run was due: whatever tolerance is right, the count is.
    """
    rng = chance(seed)
    zone, now = _here_and_now(rng)
    silent = rng.choice((0, 1, 1, 2, 3, 5)) * 22 * HOUR * rng.uniform(0.3, 1.2)
    alone = rng.random() < 0.4
    """Whether one type is silent, and not all of them."""
    runs: list[Run] = []
    rhythms = {}
    kinds = rng.sample(KINDS, rng.randint(2, 4))
    for place, kind in enumerate(kinds):
        rule = "hourly" if alone and place else rng.choice(RULES)
        quiet = silent if not alone or place == 0 else timedelta()
        starts = _due(rng, rule, now, zone)
        begun = [start for start in starts if start <= now - quiet]
        missed = tuple(start for start in starts if start > begun[-1])
        sure = tuple(start for start in missed if rule != "office" or 7 <= start.hour < 20)
        rhythms[kind] = Rhythm(begun[-1], missed, sure, _after(rule, starts[-1], zone))
        at_last = "f" if rng.random() < 0.3 else ""
        for start in begun:
            strayed = start + timedelta(seconds=rng.uniform(0, 5))
            runs.append(_steady_one(rng, len(runs), kind, strayed, at_last if start == begun[-1] else ""))
    rng.shuffle(runs)
    return Made(seed, now, zone, tuple(runs), rhythms)


def _after(rule: str, last: datetime, zone: ZoneInfo) -> datetime | None:
    """When the run after this one is due: nightly and weekly ones keep local time, others their interval."""
    days = {"nightly": DAY, "weekly": 7 * DAY}.get(rule)
    if days:
        local = last.astimezone(zone).replace(tzinfo=None, fold=0) + days
        return local.replace(tzinfo=zone).astimezone(UTC)
    step = {"quarter": 15 * MINUTE, "hourly": HOUR, "four": 4 * HOUR}.get(rule)
    return last + step if step else None


def _steady_one(rng: random.Random, number: int, kind: str, start: datetime, letter: str) -> Run:
    letter = letter or rng.choices("swfc", (95, 1, 3, 1))[0]
    state, result = rng.choice(_WORDS[letter][:2])
    message = rng.choice(STEMS).format(n=rng.randint(2, 9_999)) if letter != "s" else ""
    return Run(
        number,
        kind,
        start,
        start + timedelta(seconds=rng.uniform(20, 40)),
        state,
        result,
        message,
        letter == "c",
    )


def _due(rng: random.Random, rule: str, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When runs are due in the four weeks until now, oldest first; the last one is half an interval ago."""
    step = {"quarter": 15 * MINUTE, "hourly": HOUR, "office": HOUR, "four": 4 * HOUR}.get(rule)
    if step:
        last = now - step / 2
        every = [last - number * step for number in range(22 * DAY // step, -1, -1)]
        return [when for when in every if rule != "office" or (when.weekday() < 5 and 6 <= when.hour < 21)]
    days = 1 if rule == "nightly" else 7
    here = (now - days * DAY / 2).astimezone(zone)
    local = here.replace(minute=rng.choice((0, 20, 40)), second=0, microsecond=0, tzinfo=None)
    if 0 <= local.hour < 4:
        local = local.replace(hour=4)  # nothing is due in an hour that is left out or comes twice
    nights = [local - number * days * DAY for number in range(28 // days + 1)]
    return sorted(when for night in nights if (when := night.replace(tzinfo=zone).astimezone(UTC)) <= now)
