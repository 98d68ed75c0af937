"""The data of the independent server: runs in every form that the documentation allows.

Each run is given as XML, and as the values that a script must get. The values are written by hand,
independent of emtui.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

URN = "urn:veeam:SystemSession:"
NIL = 'xsi:nil="true"'


def parse_time(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _started(text: str) -> str:
    return f"<CreationTimeUTC>{text}</CreationTimeUTC>"


def _ended(text: str) -> str:
    return f"<EndTimeUTC>{text}</EndTimeUTC>"


def _state(word: str) -> str:
    return f"<State>{word}</State>"


def _result(word: str, message: str = "<Message/>", canceled: str = "false") -> str:
    return f"<Result><Result>{word}</Result>{message}<IsCanceled>{canceled}</IsCanceled></Result>"


_START_UTC = parse_time("2026-11-20T02:00:00")
_TEN_MINUTES_LATER = parse_time("2026-11-20T10:00:00")


@dataclass(frozen=True, slots=True)
class DocumentedRun:
    """One session, successful by default; `…_xml` is the element as written."""

    started: datetime | None = _START_UTC
    started_xml: str = _started("2026-11-20T02:00:00Z")
    ended: datetime | None = _TEN_MINUTES_LATER
    ended_xml: str = _ended("2026-11-20T10:00:00Z")
    outcome: str = "success"
    state: str | None = "CompletedSuccessfully"
    state_xml: str = _state("CompletedSuccessfully")
    result: str | None = "Success"
    result_xml: str = _result("Success")
    message: str | None = None
    canceled: bool = False
    type: str | None = "CollectJob"
    type_xml: str = "<SessionType>CollectJob</SessionType>"
    name: str | None = "Collect Job @2026-11-20 02:00:00"
    name_written: str | None = "Collect Job @2026-11-20 02:00:00"
    uid_written: Callable[[str], str] = URN.__add__
    number: int = 0

    @property
    def guid(self) -> str:
        """Its ID in lower case; the first four digits are unique."""
        return f"{self.number:04x}a0b1-c2d3-4e4f-8a5b-{self.number:012x}"


def _runs_by_time() -> Iterator[DocumentedRun]:
    for text, value in (
        ("2026-11-20T01:00:00Z", "2026-11-20T01:00:00"),
        ("2026-11-20T01:00:01.5Z", "2026-11-20T01:00:01.500000"),
        ("2026-11-20T01:00:02.069837Z", "2026-11-20T01:00:02.069837"),
        ("2026-11-20T01:00:03.0698379Z", "2026-11-20T01:00:03.069837"),
        ("2026-11-20T01:00:04.39912", "2026-11-20T01:00:04.399120"),
        ("2026-11-20T03:00:05+02:00", "2026-11-20T01:00:05"),
        ("2026-11-19T19:30:06.25-05:30", "2026-11-20T01:00:06.250000"),
        ("\n      2026-11-20T01:00:07Z\n    ", "2026-11-20T01:00:07"),
        ("2026-11-20T01:00:08+00:00", "2026-11-20T01:00:08"),
    ):
        name = f"Collect Job @{parse_time(value):%Y-%m-%d %H:%M:%S.%f}"
        yield DocumentedRun(parse_time(value), _started(text), name=name, name_written=name)
    for unset in (
        "",
        "<EndTimeUTC/>",
        "<EndTimeUTC> </EndTimeUTC>",
        f"<EndTimeUTC {NIL}/>",
        _ended("1753-01-01T00:00:00Z"),
        _ended("0001-01-01T00:00:00"),
    ):
        yield DocumentedRun(ended=None, ended_xml=unset)
        yield DocumentedRun(
            ended=None,
            ended_xml=unset,
            outcome="running",
            state="InProgress",
            state_xml=_state("InProgress"),
            result="None",
            result_xml=_result("None"),
        )


def _runs_by_state() -> Iterator[DocumentedRun]:
    for state, result, outcome in (
        ("CompletedSuccessfully", "CompletedSuccessfully", "success"),
        ("CompletedWarning", "CompletedWarning", "warning"),
        ("Failed", "Failed", "failed"),
        ("CompletedWarning", "Warning", "warning"),
        ("completedsuccessfully", "SUCCESS", "success"),
        ("Failed", "Success", "failed"),
        ("Stopped", "Warning", "warning"),
        ("Postprocessing", "Error", "failed"),
        ("Idle", "Perhaps", "running"),
        ("CompletedSuccessfully", "None", "success"),
        ("CompletedSuccessfully", "Failed", "failed"),
        ("Stopped", "Success", "success"),
        ("InProgress", "Success", "success"),
    ):
        yield DocumentedRun(
            outcome=outcome,
            state=state,
            state_xml=_state(state),
            result=result,
            result_xml=_result(result),
        )
    for state, result in (("InProgress", "Success"), ("Working", "None"), ("Stoping", "None")):
        yield DocumentedRun(
            ended=None,
            ended_xml="",
            outcome="running",
            state=state,
            state_xml=_state(state),
            result=result,
            result_xml=_result(result),
        )
    yield DocumentedRun(state=None, state_xml="")
    yield DocumentedRun(state=None, state_xml="<State/>", result=None, result_xml="", outcome="unknown")
    yield DocumentedRun(state_xml="<State>Completed<!-- in the middle -->Successfully</State>")
    for text, kind in (
        ("<SessionType>LicAutoUpdate</SessionType>", "LicAutoUpdate"),
        ("<SessionType>Some New Kind v2</SessionType>", "Some New Kind v2"),
        ("<SessionType/>", None),
        ("", None),
    ):
        yield DocumentedRun(type=kind, type_xml=text)


def _runs_by_result() -> Iterator[DocumentedRun]:
    for text, word in (
        ("", None),
        ("<Result/>", None),
        (f"<Result {NIL}/>", None),
        ("<Result>Success</Result>", "Success"),
        ("<Result><Result/><Message> </Message></Result>", None),
        (f"<Result><Message {NIL}/><Result>\n  Success </Result></Result>", "Success"),
    ):
        yield DocumentedRun(result=word, result_xml=text)
    for text, message in (
        ("a &lt;b&gt; &amp; &#39;c&#x2F;d&#39;", "a <b> & 'c/d'"),
        ("<![CDATA[1 < 2 && x]]> end", "1 < 2 && x end"),
        ("first&#13;&#10;second", "first\nsecond"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("Größe 日本 😀", "Größe 日本 😀"),
    ):
        yield DocumentedRun(result_xml=_result("Success", f"<Message>{text}</Message>"), message=message)
    yield DocumentedRun(
        result_xml="<Result><Extra><Message>not this</Message><Result>Failed</Result></Extra>"
        "<Result>Success</Result><Message>this</Message></Result>",
        message="this",
    )
    for text, canceled in (("true", True), ("True", True), (" 1 ", True), ("0", False), ("", False)):
        yield DocumentedRun(
            state="Failed",
            state_xml=_state("Failed"),
            result="Failed",
            result_xml=_result("Failed", canceled=text),
            canceled=canceled,
            outcome="canceled" if canceled else "failed",
        )


def _runs_by_name() -> Iterator[DocumentedRun]:
    for text, name in (
        (None, None),
        ("", None),
        ("Collect Job", "Collect Job"),
        ("Nightly @ home @2026-11-20 02:00:00.0", "Nightly @ home @2026-11-20 02:00:00.0"),
        ("a &amp; &quot;b&quot; &#39;c&#39;", "a & \"b\" 'c'"),
    ):
        yield DocumentedRun(name=name, name_written=text)
    yield DocumentedRun(uid_written=lambda guid: f"{{{guid}}}")
    yield DocumentedRun(uid_written=lambda guid: guid)
    yield DocumentedRun(uid_written=lambda guid: URN + guid.upper())
    yield DocumentedRun(started=None, started_xml="", ended=None, ended_xml="")


UNREADABLE_RUNS = DocumentedRun(started=None, started_xml=_started("yesterday"))
"""The only row with an unreadable field."""


def _numbered() -> Iterator[DocumentedRun]:
    runs = (*_runs_by_time(), *_runs_by_state(), *_runs_by_result(), *_runs_by_name(), UNREADABLE_RUNS)
    for number, run in enumerate(runs, start=1):
        yield replace(run, number=number)


RUNS = tuple(_numbered())
"""Every run; the server returns them in an arbitrary order."""


@dataclass(frozen=True, slots=True)
class DocumentedEvent:
    """One event: its elements as written, and the expected values."""

    order: int | None
    xml: str
    time: datetime | None
    message: str | None


DOCUMENTED_EVENTS = (
    DocumentedEvent(
        1,
        _started("2026-11-20T01:59:59.75") + "<Message>Starting…</Message><Order>1</Order>",
        parse_time("2026-11-20T01:59:59.750000"),
        "Starting…",
    ),
    DocumentedEvent(
        2,
        "<Order>2</Order>" + _started("2026-11-20T02:00:00.1011051") + "<Message>a &amp; b</Message>",
        parse_time("2026-11-20T02:00:00.101105"),
        "a & b",
    ),
    DocumentedEvent(
        3,
        _started("2026-11-20T02:00:00.101105Z") + "<Message>same time</Message><Order> 3 </Order>",
        parse_time("2026-11-20T02:00:00.101105"),
        "same time",
    ),
    DocumentedEvent(4, _started("0001-01-01T00:00:00") + "<Message/><Order>4</Order>", None, None),
    DocumentedEvent(
        9,
        f"<Order>9</Order><Message>one\r\ntwo</Message>{_started('2026-11-20T04:00:30+02:00')}<Status>Failed</Status>",
        parse_time("2026-11-20T02:00:30"),
        "one\ntwo",
    ),
    DocumentedEvent(
        10,
        f"<Message {NIL}/>{_started('2026-11-20T02:00:31')}<Order>10</Order>",
        parse_time("2026-11-20T02:00:31"),
        None,
    ),
)
"""The log of every run, in Order."""
