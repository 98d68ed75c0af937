"""Random queries, each with what it means: a text for emtui, and a test of one run that needs no parser.

Written from `emtui/docs/query.md`; each function names the line of its table. A meaning may be `None` for a
run: what still runs is measured by a clock that goes on, and too close to the limit nobody can say.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oracle.made import MINUTE, SECOND, GeneratedCase
from oracle.truth import ExpectedList, ExpectedRun

Predicate = Callable[[ExpectedRun, ExpectedList], bool | None]
CLOCK_TOLERANCE = 20 * SECOND
"""How long an answer may take until it has been judged."""


SIGNS = (">", ">=", "<", "<=", "")


@dataclass(frozen=True, slots=True)
class ExpectedQuery:
    """A query and what it means."""

    text: str
    matches: Predicate


def random_query(rng: random.Random, case: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """One to three terms, all of which must hold; some of them negated."""
    terms = [_maybe_negated_term(rng, case, truth) for _ in range(rng.choice((1, 1, 2, 3)))]
    return ExpectedQuery(
        " ".join(term.text for term in terms),
        lambda row, truth: _all([term.matches(row, truth) for term in terms]),
    )


def negate(term: ExpectedQuery, sign: str) -> ExpectedQuery:
    """`-type:CollectJob`: for which this does not hold; `!` means the same."""
    return ExpectedQuery(sign + term.text, lambda row, truth: _not(term.matches(row, truth)))


def random_term(rng: random.Random, case: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """One word or `key:value`, not negated."""
    maker = rng.choice(
        (_word, _phrase, _state, _servers_word, _type, _glob, _time, _time, _duration, _ratio, _is, _field)
    )
    return maker(rng, case, truth)


def _maybe_negated_term(rng: random.Random, case: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    made_term = random_term(rng, case, truth)
    return negate(made_term, rng.choice("-!")) if rng.random() < 0.25 else made_term


def _all(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _not(part: bool | None) -> bool | None:
    return None if part is None else not part


def normalize(text: str) -> str:
    """A text as it is compared: without case, and with composed letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _texts(row: ExpectedRun) -> list[str]:
    run = row.run
    return [
        normalize(text)
        for text in (run.name, run.kind, run.message, run.state, run.result, row.outcome, run.id)
        if text
    ]


def _contains(needle: str) -> Predicate:
    """With this text in name, type, message, state, result, outcome or ID, without case."""
    return lambda row, _truth: any(normalize(needle) in text for text in _texts(row))


def _vary_case(rng: random.Random, text: str) -> str:
    """The same letters in another case, composed or not."""
    cased = rng.choice((text, text.upper(), text.lower()))
    return unicodedata.normalize("NFD", cased) if rng.random() < 0.5 else cased


def _word(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`bs02`: with this word."""
    run = rng.choice(truth.rows).run
    words = re.findall(r"[^\W_]{3,}", f"{run.kind} {run.message} {run.state} {run.id}")
    word = _vary_case(rng, rng.choice(words))
    return ExpectedQuery(word, _contains(word))


def _phrase(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`"closed the connection"`: with these words together."""
    run = rng.choice(truth.rows).run
    text = run.message or run.name
    start = rng.randint(0, max(0, len(text) - 6))
    phrase = text[start : start + rng.randint(4, 20)]
    return ExpectedQuery(quote(phrase), _contains(phrase))


def quote(text: str) -> str:
    """As one value: `\\"` is a quote of the text; a backslash is doubled only directly before a quote."""
    doubled = re.sub(r'(\\+)(?="|$)', lambda found: found[1] * 2, text)
    return '"' + doubled.replace('"', '\\"') + '"'


def _state(rng: random.Random, _made: GeneratedCase, _truth: ExpectedList) -> ExpectedQuery:
    """`state:failed,warning`: with one of these outcomes."""
    wanted = rng.sample(("running", "success", "warning", "failed", "canceled", "unknown"), rng.randint(1, 3))
    return ExpectedQuery(
        f"state:{_vary_case(rng, ','.join(wanted))}", lambda row, _truth: row.outcome in wanted
    )


def _servers_word(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`state:CompletedWarning`: with this word of the server; one that is an outcome means that."""
    rows = [
        row.run.state
        for row in truth.rows
        if row.run.state and row.run.state.casefold() not in ("failed", "success")
    ]
    word = rng.choice(rows) if rows else "CompletedWarning"

    def matches(row: ExpectedRun, _truth: ExpectedList) -> bool:
        return word.casefold() in {(value or "").casefold() for value in (row.run.state, row.run.result)}

    return ExpectedQuery(f"state:{_vary_case(rng, word)}", matches)


def _type(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`type:CollectJob`: of this type, without case; several with commas."""
    wanted = [rng.choice(truth.types), *rng.sample(["CatalogCrawlJob", "NoSuchJob"], rng.choice((0, 0, 1)))]
    folded = {normalize(kind) for kind in wanted}
    return ExpectedQuery(
        f"type:{quote(_vary_case(rng, ','.join(wanted)))}",
        lambda row, _truth: normalize(row.run.kind) in folded,
    )


def _glob(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`*` stands for any text, `?` for one character, `[` for itself."""
    kind = normalize(rng.choice(truth.types))
    place = rng.randint(1, len(kind) - 2)
    sign, meant = rng.choice((("*", ".*"), ("?", ".")))
    rest = kind[place + rng.randint(1, 3) if sign == "*" else place + 1 :]
    found = re.compile(re.escape(kind[:place]) + meant + re.escape(rest))
    return ExpectedQuery(
        f"type:{quote(kind[:place] + sign + rest)}",
        lambda row, _truth: found.fullmatch(normalize(row.run.kind)) is not None,
    )


def _time(rng: random.Random, case: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`since:`, `before:` and `until:`, with a length back from now, a date, a moment, or a clock time."""
    key = rng.choice(("since", "before", "until"))
    text, when, tolerance = _moment(rng, case, truth, key)
    return time_term(key, text, when, tolerance)


def time_term(key: str, text: str, when: datetime, tolerance: timedelta = timedelta()) -> ExpectedQuery:
    """What began since, before, or until a moment; within `close` of it nobody can say."""

    def matches(row: ExpectedRun, _truth: ExpectedList) -> bool | None:
        if key == "since" and row.outcome == "running":
            return True  # and whatever still runs
        if row.started is None:
            return False
        if abs(row.started - when) < tolerance:
            return None
        if key == "since":
            return row.started >= when
        return row.started < when or (key == "until" and row.started == when)

    return ExpectedQuery(f"{key}:{text}", matches)


def _moment(
    rng: random.Random, case: GeneratedCase, truth: ExpectedList, key: str
) -> tuple[str, datetime, timedelta]:
    """How it is written, what it means, and within what of it nobody can say."""
    form = rng.choice(("length", "moment", "local", "clock", "exact", "exact", "date"))
    if form == "length":
        minutes = rng.randint(5, 6000)
        return f"{minutes}m", truth.now - minutes * MINUTE, CLOCK_TOLERANCE
    exact = rng.choice([row.started for row in truth.rows if row.started] or [truth.now])
    if form == "exact":
        return exact.isoformat().replace("+00:00", "Z"), exact, timedelta()
    rough = exact.replace(second=0, microsecond=0) + rng.randint(-90, 90) * MINUTE
    if form == "moment":
        return f"{rough:%Y-%m-%dT%H:%M}Z", rough, timedelta()
    if form == "local":
        local = rough.astimezone(case.zone)
        return (
            f"{local:%Y-%m-%dT%H:%M}",
            resolve_local_time(local.replace(tzinfo=None), case.zone, key),
            timedelta(),
        )
    if form == "date":
        day = rough.astimezone(case.zone).replace(hour=0, minute=0, tzinfo=None)
        meant = (
            resolve_local_time(day + timedelta(days=1), case.zone, "since")
            if key == "until"
            else resolve_local_time(day, case.zone, key)
        )
        # until a date means before the next day
        return f"{day:%Y-%m-%d}", meant - timedelta(microseconds=key == "until"), timedelta()
    hour = rng.choice(
        (rng.randint(0, 23), 0, 1, 2, 23)
    )  # the last ones are left out, or come twice, somewhere
    clock = f"{hour:02d}:{rng.choice((0, 10, 30, 45)):02d}"
    return clock, last_clock_time(clock, truth.now, case.zone, key), timedelta()


def resolve_local_time(local: datetime, zone: ZoneInfo, key: str) -> datetime:
    """A local time as a moment, found by trying every minute of two days.

    query.md: of an hour that comes twice `since:` means the first and `until:` the second, and a time that
    never comes is the moment at which it is left out.
    """
    near = local.replace(tzinfo=UTC)
    minutes = [near + number * MINUTE for number in range(-24 * 60, 24 * 60 + 1)]
    local_times = [(minute, minute.astimezone(zone).replace(tzinfo=None)) for minute in minutes]
    matching = [minute for minute, local_time in local_times if local_time == local]
    if matching:
        return matching[-1] if key == "until" else matching[0]
    return next(minute for minute, local_time in local_times if local_time > local)


def last_clock_time(clock: str, now: datetime, zone: ZoneInfo, key: str) -> datetime:
    """query.md: a clock time is the last one there was."""
    hour, minute = map(int, clock.split(":"))
    today = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
    moments = [resolve_local_time(today - timedelta(days=back), zone, key) for back in (0, 1)]
    return max(moment for moment in moments if moment <= now)


def _duration(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`took:>10m`, about as long as one of the runs took."""
    lengths = [row.duration for row in truth.rows if row.duration] or [MINUTE]
    limit = max(SECOND, timedelta(seconds=round(rng.choice(lengths) / SECOND)))
    return duration_term(rng.choice(SIGNS), _length(rng, limit), limit)


def duration_term(sign: str, text: str, limit: timedelta) -> ExpectedQuery:
    """That took longer; one that still runs, up to now. A bare value means at least so much."""

    def matches(row: ExpectedRun, _truth: ExpectedList) -> bool | None:
        if row.duration is None or (row.outcome == "running" and abs(row.duration - limit) < CLOCK_TOLERANCE):
            return None if row.duration is not None else False
        return _compare(row.duration / SECOND, sign, limit / SECOND)

    return ExpectedQuery(f"took:{sign}{text}", matches)


def _length(rng: random.Random, span: timedelta) -> str:
    """As they are shown: `4m12s`, `2h12m`; or in seconds."""
    seconds = round(span / SECOND)
    if rng.random() < 0.5:
        return f"{seconds}s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(
        f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if number
    )


def _compare(value: float, sign: str, limit: float) -> bool:
    return {">": value > limit, "<": value < limit, "<=": value <= limit}.get(sign, value >= limit)


def _ratio(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`ratio:>2`: that took more than twice the usual of their type, where that is known."""
    ratios = [ratio for row in truth.rows if (ratio := truth.ratio(row)) is not None and ratio < 90] or [2.0]
    limit = round(rng.choice(ratios) + rng.choice((-0.01, 0.01)), 2) or 1.0
    limit = max(limit, 0.1)
    sign = rng.choice(SIGNS)

    def matches(row: ExpectedRun, truth: ExpectedList) -> bool | None:
        ratio = truth.ratio(row)
        if ratio is None:
            return False
        if abs(ratio - limit) < (_drift(truth, row) if row.outcome == "running" else 1e-6):
            return None
        return _compare(ratio, sign, limit)

    return ExpectedQuery(f"ratio:{sign}{limit:g}", matches)


def _drift(truth: ExpectedList, row: ExpectedRun) -> float:
    """How far a ratio goes while an answer is on its way."""
    usual = truth.baseline(row)
    return CLOCK_TOLERANCE / usual if usual else 0.0


def _is(rng: random.Random, _made: GeneratedCase, _truth: ExpectedList) -> ExpectedQuery:
    """`is:running`, `is:unusual`, `is:stuck`; nothing is acknowledged. Several with commas, one must hold."""
    tests: dict[str, Predicate] = {
        "running": lambda row, _truth: row.outcome == "running",
        "unusual": lambda row, truth: if_stable(row, truth, truth.is_unusual),
        "stuck": lambda row, truth: if_stable(row, truth, truth.is_stuck),
        "known": lambda _row, _truth: False,
    }
    wanted = rng.sample(sorted(tests), rng.randint(1, 2))

    def matches(row: ExpectedRun, truth: ExpectedList) -> bool | None:
        results = [tests[word](row, truth) for word in wanted]
        return True if True in results else None if None in results else False

    return ExpectedQuery(f"is:{','.join(wanted)}", matches)


def if_stable(row: ExpectedRun, truth: ExpectedList, predicate: Callable[[ExpectedRun], bool]) -> bool | None:
    """Whether it holds now and will for a while."""
    if row.outcome != "running" or row.duration is None or row.started is None:
        return predicate(row)
    usual, past = truth.baseline(row), truth.past_durations(row)
    if usual is None:
        return False
    limits = (usual * 1.5, usual + 30 * SECOND, max(past))
    return None if any(abs(row.duration - limit) < CLOCK_TOLERANCE for limit in limits) else predicate(row)


def _field(rng: random.Random, _made: GeneratedCase, truth: ExpectedList) -> ExpectedQuery:
    """`message:license` `name:2026-11` `id:5f1c`: in the message, in the name, at the beginning of the ID."""
    run = rng.choice(truth.rows).run
    key = rng.choice(("message", "name", "id"))
    if key == "id":
        digits = run.id[: rng.randint(1, 8)]
        return ExpectedQuery(f"id:{digits.upper()}", lambda row, _truth: row.run.id.startswith(digits))
    words = re.findall(r"[^\W_]{3,}", run.message if key == "message" and run.message else run.kind)
    word = _vary_case(rng, rng.choice(words))
    return ExpectedQuery(
        f"{key}:{word}",
        lambda row, _truth: (
            normalize(word) in normalize(row.run.message if key == "message" else row.run.name)
        ),
    )
