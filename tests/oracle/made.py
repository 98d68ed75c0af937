"""Random lists of runs, as a server would send them: always the same list for the same seed.

A `Run` holds what is written on the wire and nothing that is made of it. Nothing here reads a clock: the
server's clock is part of the list. Two kinds of lists: `irregular_case`, whose types have no schedule and
which contain every oddity, and `scheduled_case`, whose types keep a clear schedule.
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
CLOCK_CHANGES = (
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

TYPES = (
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
MESSAGE_TEMPLATES = (
    "Cannot connect to bs02.example.net: timed out after {n} s",
    "Cannot connect to bs01.example.net: timed out after {n} s",
    "Disk full, {n} bytes free in /var/lib/veeam/{n}",
    'The "catalog" of C:\\VBRCatalog\\{n} is locked',
    "Größe des Katalogs überschritten",
    unicodedata.normalize("NFD", "Übertragung abgebrochen"),
    "license expires soon",
)
"""Messages; those of two stems are two failures, whatever stands for `{n}`."""

IMPOSSIBLE_TIMES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "9999-12-31")
)
"""Times that cannot be."""

_SUCCESS_WORDS = (("CompletedSuccessfully", "Success"), ("CompletedSuccessfully", "CompletedSuccessfully"))
_OUTCOME_WORDS: dict[str, tuple[tuple[str | None, str | None], ...]] = {
    "s": (
        *_SUCCESS_WORDS,
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


def seeded_random(seed: int) -> random.Random:
    """Chance that falls the same way each time."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret with it


@dataclass(frozen=True, slots=True)
class WireRun:
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
class ExpectedSchedule:
    """When the last run of a type began, as its rhythm has it, and when those that are missed were due.

    `certain` are those of which nobody can say that a change of the clocks moved them out of the day's hours.
    `next` is when the first run after now is due; of `office_hours` hours it is not worked out.
    """

    last: datetime
    missed: tuple[datetime, ...]
    certain: tuple[datetime, ...]
    next: datetime | None = None


@dataclass(frozen=True, slots=True)
class GeneratedCase:
    """A list, in the order in which it is sent, the server's clock, and the zone of who reads it."""

    seed: int
    now: datetime
    zone: ZoneInfo
    runs: tuple[WireRun, ...]
    schedules: dict[str, ExpectedSchedule] = field(default_factory=dict)

    def as_of(self, now: datetime) -> GeneratedCase:
        """The same list when the server's clock shows another time; what cannot be stays as it is."""
        now = now.replace(microsecond=0)

        def shift(when: datetime | None) -> datetime | None:
            return when + (now - self.now) if when and when not in IMPOSSIBLE_TIMES else when

        runs = (replace(run, started=shift(run.started), ended=shift(run.ended)) for run in self.runs)
        return replace(self, now=now, runs=tuple(runs))

    def shuffled(self, rng: random.Random) -> GeneratedCase:
        """The same rows in another order; copies of one run keep theirs, which means something."""
        order = list(range(len(self.runs)))
        rng.shuffle(order)
        indexes: dict[int, list[int]] = {}
        for index in order:
            indexes.setdefault(self.runs[index].number, []).append(index)
        remaining = {number: iter(sorted(positions)) for number, positions in indexes.items()}
        return replace(
            self, runs=tuple(self.runs[next(remaining[self.runs[index].number])] for index in order)
        )


SKEWS = (10 * MINUTE, -10 * MINUTE, -25 * MINUTE, 5 * DAY, -40 * DAY)
"""How far a server's clock may be ahead of this computer's."""


def list_xml(runs: Sequence[WireRun]) -> bytes:
    """A list as the server writes it."""
    rows = "".join(run_xml(run, "Sessions") for run in runs)
    return f'<SystemSessions xmlns="http://www.veeam.com/ent/v1.0">{rows}</SystemSessions>'.encode()


def run_xml(run: WireRun, tag: str, namespace: str = "") -> str:
    """One run as the server writes it. Source: em_rest/systemsessions_id."""
    return (
        f'<{tag}{namespace} Type="SystemSession" Name="{escape(run.name)}"'
        f' UID="urn:veeam:SystemSession:{run.id}">'
        f"<SessionType>{escape(run.kind)}</SessionType>"
        f"{_time_xml('CreationTimeUTC', run.started)}"
        f"{_time_xml('EndTimeUTC', run.ended)}"
        f"{_word_xml('State', run.state)}"
        f"<Result>{_word_xml('Result', run.result)}<"
        f"Message>{escape(run.message)}</Message>"
        f"<IsCanceled>{str(run.canceled).lower()}</IsCanceled></Result></{tag}>"
    )


def _time_xml(tag: str, when: datetime | None) -> str:
    return f"<{tag}>{when.replace(tzinfo=None).isoformat(timespec='microseconds')}Z</{tag}>" if when else ""


def _word_xml(tag: str, word: str | None) -> str:
    return f"<{tag}>{word}</{tag}>" if word is not None else ""


# --- lists without a rhythm -----------------------------------------------------------------------------


def irregular_case(seed: int) -> GeneratedCase:
    """Some types with anything: outcomes in every order, odd words and times, copies, equal starts, gaps."""
    rng = seeded_random(seed)
    zone, now = _zone_and_clock(rng)
    runs: list[WireRun] = []
    for kind in rng.sample(TYPES, rng.randint(2, 5)):
        runs += _runs_of_type(rng, kind, now, first=len(runs))
    runs += _runs_without_start(rng, now, first=len(runs))
    rng.shuffle(runs)
    running = [run for run in runs if run.ended is None and run.state == "InProgress"]
    for run in (*rng.sample(runs, min(len(runs), rng.randint(0, 3))), *running[:1]):
        _add_copies(rng, runs, run)
    return GeneratedCase(seed, now, zone, tuple(runs))


def _zone_and_clock(rng: random.Random) -> tuple[ZoneInfo, datetime]:
    """A zone and the server's clock; every second time clocks were turned there in the last six days."""
    if rng.random() < 0.5:
        name, change = rng.choice(CLOCK_CHANGES)
        return ZoneInfo(name), datetime.fromisoformat(change) + rng.randint(150 * 60, 6 * 86400) * SECOND
    now = datetime(2026, 1, 10, tzinfo=UTC) + rng.randint(0, 300 * 86400) * SECOND
    return ZoneInfo(rng.choice(ZONES)), now


def _runs_of_type(rng: random.Random, kind: str, now: datetime, first: int) -> Iterator[WireRun]:
    """The runs of one type, newest first; intervals between a third and three times a base are no rhythm."""
    letters = "".join(
        rng.choices("swfcru", rng.choice(((80, 4, 6, 3, 0, 2), (30, 20, 30, 8, 2, 4))), k=rng.randint(1, 40))
    )
    letters = rng.choice(("", "", "", "r", "r", "c", "cc")) + letters  # often the newest runs
    interval = rng.choice((12 * MINUTE, HOUR, 8 * HOUR))
    typical = rng.choice((4 * SECOND, 90 * SECOND, 6 * MINUTE))
    start = now - max(interval * rng.uniform(0.05, 4), typical * 24)  # what has ended did so before now
    if rng.random() < 0.2:
        start -= rng.uniform(2, 80) * HOUR
    for index, letter in enumerate(letters):
        yield _make_run(rng, first + index, kind, letter, start, typical)
        is_equal_start = letters[index : index + 2] == "ss" and rng.random() < 0.04
        if not is_equal_start:
            start -= max(interval, typical * 24) * rng.uniform(0.34, 3)
            start -= timedelta(microseconds=rng.randint(0, 999_999))
            start -= rng.uniform(5, 70) * HOUR if rng.random() < 0.02 else timedelta()


def _make_run(
    rng: random.Random, number: int, kind: str, letter: str, start: datetime, typical: timedelta
) -> WireRun:
    """One run with this outcome, sometimes with an end that is missing or cannot be."""
    state, result = rng.choice(_OUTCOME_WORDS[letter])
    duration = typical * rng.choice((0.5, 0.9, 1, 1, 1, 1.1, 1.4, 1.6, 2.5, 7)) * rng.uniform(0.95, 1.05)
    if rng.random() < 0.15:
        duration = typical + rng.uniform(20, 40) * SECOND  # about where it begins to be unusual
    if rng.random() < 0.3:
        duration = max(1, round(duration / SECOND)) * SECOND  # as long as a query can say
    ended: datetime | None = start + duration
    if letter == "r":
        # an end and a Result that says nothing leave it running; an end that cannot be is none
        ended = rng.choice((None, None, None, *IMPOSSIBLE_TIMES, ended if result != "Success" else None))
    elif rng.random() < 0.06:
        ended = rng.choice(
            (None, *IMPOSSIBLE_TIMES, start - timedelta(seconds=rng.uniform(61, 90_000)), start - 40 * SECOND)
        )
    message = rng.choice(MESSAGE_TEMPLATES).format(n=rng.randint(2, 9_999)) if letter in "wfc" else ""
    return WireRun(
        number,
        kind,
        start,
        ended,
        state,
        result,
        message,
        letter == "c" or (letter == "r" and rng.random() < 0.2),
    )


def long_history_case(seed: int) -> GeneratedCase:
    """More than 400 successes of one type: what is usual for the newest does not rest on the oldest."""
    rng = seeded_random(seed)
    zone, now = _zone_and_clock(rng)
    start, runs = now - 5 * MINUTE, []
    for index in range(430):
        duration = timedelta(seconds=100 if index < 190 else 300 if index < 405 else 90) + index * SECOND / 7
        runs.append(WireRun(index, "SyncCheck", start, start + duration, *rng.choice(_SUCCESS_WORDS)))
        start -= 20 * MINUTE * rng.uniform(1, 5)
    rng.shuffle(runs)
    return GeneratedCase(seed, now, zone, tuple(runs))


def _runs_without_start(rng: random.Random, now: datetime, first: int) -> Iterator[WireRun]:
    """Runs of a type of their own whose start is missing or cannot be."""
    for index in range(rng.randint(0, 4)):
        started = rng.choice((None, *IMPOSSIBLE_TIMES, now + 3 * DAY))
        state, result = rng.choice((*_OUTCOME_WORDS["s"], *_OUTCOME_WORDS["f"]))
        yield WireRun(first + index, "LicenseRevoke", started, rng.choice((None, now - HOUR)), state, result)


def _add_copies(rng: random.Random, runs: list[WireRun], run: WireRun) -> None:
    """The same UID again, as it was while it ran, or as it was before its end was known better."""
    if run.ended is None and run.state == "InProgress":
        runs.insert(rng.randint(0, len(runs)), replace(run, state="Working", message="has no end either"))
    if run.ended is None or run.started is None or not run.started < run.ended < run.started + 3 * DAY:
        return
    if (run.state, run.result) in _OUTCOME_WORDS["r"]:
        return  # it has an end and runs: which copy has ended?
    copies = [replace(run, ended=None, state="InProgress", result="None", message="goes on")]
    if rng.random() < 0.5:
        copies.append(
            replace(run, ended=run.ended - SECOND / 2, state="Failed", result="Failed", message="early")
        )
    for copy in copies:
        runs.insert(rng.randint(0, len(runs)), copy)


def clock_change_case(name: str, change: str) -> GeneratedCase:
    """A run every ten minutes from three hours before clocks are turned to three hours after."""
    zone, changed_at = ZoneInfo(name), datetime.fromisoformat(change)
    starts = [changed_at + number * 10 * MINUTE for number in range(-18, 18)]
    runs = (
        WireRun(index, "CollectJob", start, start + MINUTE, *_SUCCESS_WORDS[0])
        for index, start in enumerate(starts)
    )
    return GeneratedCase(0, changed_at + 3 * HOUR, zone, tuple(runs))


# --- lists with rhythms that are beyond doubt ------------------------------------------------------------


SCHEDULES = ("quarter", "hourly", "office", "four", "nightly", "weekly")
"""How often a type runs; `office_hours` hourly, but neither at night nor at weekends."""


def scheduled_case(seed: int) -> GeneratedCase:
    """Three or four weeks of types that keep their rhythm, until all of them, or one, fell silent.

    Nightly and weekly types keep local time, so that clocks that are turned move them. `now` is half an
    interval of each type from when its last missed run was due: whatever tolerance is right, the count is.
    """
    rng = seeded_random(seed)
    zone, now = _zone_and_clock(rng)
    silence = rng.choice((0, 1, 1, 2, 3, 5)) * 22 * HOUR * rng.uniform(0.3, 1.2)
    is_single_type = rng.random() < 0.4
    """Whether one type is silent, and not all of them."""
    runs: list[WireRun] = []
    schedules = {}
    kinds = rng.sample(TYPES, rng.randint(2, 4))
    for index, kind in enumerate(kinds):
        schedule = "hourly" if is_single_type and index else rng.choice(SCHEDULES)
        type_silence = silence if not is_single_type or index == 0 else timedelta()
        starts = _due_times(rng, schedule, now, zone)
        begun_starts = [start for start in starts if start <= now - type_silence]
        missed = tuple(start for start in starts if start > begun_starts[-1])
        certain = tuple(start for start in missed if schedule != "office" or 7 <= start.hour < 20)
        schedules[kind] = ExpectedSchedule(
            begun_starts[-1], missed, certain, _next_due(schedule, starts[-1], zone)
        )
        last_letter = "f" if rng.random() < 0.3 else ""
        for start in begun_starts:
            jittered = start + timedelta(seconds=rng.uniform(0, 5))
            runs.append(
                _make_scheduled_run(
                    rng, len(runs), kind, jittered, last_letter if start == begun_starts[-1] else ""
                )
            )
    rng.shuffle(runs)
    return GeneratedCase(seed, now, zone, tuple(runs), schedules)


def _next_due(schedule: str, last: datetime, zone: ZoneInfo) -> datetime | None:
    """When the run after this one is due: nightly and weekly ones keep local time, others their interval."""
    days = {"nightly": DAY, "weekly": 7 * DAY}.get(schedule)
    if days:
        local = last.astimezone(zone).replace(tzinfo=None, fold=0) + days
        return local.replace(tzinfo=zone).astimezone(UTC)
    step = {"quarter": 15 * MINUTE, "hourly": HOUR, "four": 4 * HOUR}.get(schedule)
    return last + step if step else None


def _make_scheduled_run(rng: random.Random, number: int, kind: str, start: datetime, letter: str) -> WireRun:
    letter = letter or rng.choices("swfc", (95, 1, 3, 1))[0]
    state, result = rng.choice(_OUTCOME_WORDS[letter][:2])
    message = rng.choice(MESSAGE_TEMPLATES).format(n=rng.randint(2, 9_999)) if letter != "s" else ""
    return WireRun(
        number,
        kind,
        start,
        start + timedelta(seconds=rng.uniform(20, 40)),
        state,
        result,
        message,
        letter == "c",
    )


def _due_times(rng: random.Random, schedule: str, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """When runs are due in the four weeks until now, oldest first; the last one is half an interval ago."""
    step = {"quarter": 15 * MINUTE, "hourly": HOUR, "office": HOUR, "four": 4 * HOUR}.get(schedule)
    if step:
        last = now - step / 2
        all_times = [last - number * step for number in range(22 * DAY // step, -1, -1)]
        return [
            when for when in all_times if schedule != "office" or (when.weekday() < 5 and 6 <= when.hour < 21)
        ]
    days = 1 if schedule == "nightly" else 7
    local_now = (now - days * DAY / 2).astimezone(zone)
    local = local_now.replace(minute=rng.choice((0, 20, 40)), second=0, microsecond=0, tzinfo=None)
    if 0 <= local.hour < 4:
        local = local.replace(hour=4)  # nothing is due in an hour that is left out or comes twice
    nights = [local - number * days * DAY for number in range(28 // days + 1)]
    return sorted(when for night in nights if (when := night.replace(tzinfo=zone).astimezone(UTC)) <= now)
