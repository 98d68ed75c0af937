"""Parsing of valid and invalid documents of Enterprise Manager."""

from __future__ import annotations

import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from both_parsers import read_list

from emtui.em import xml_codec
from emtui.em.model import Event, Listing, Outcome, Result, Session, Uid, uid_from_guid
from emtui.em.session_parser import drop_implausible_times
from emtui.em.text_sanitizer import clean
from emtui.em.xml_codec import UnreadableDocumentError

NS = 'xmlns="http://www.veeam.com/ent/v1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
GUID = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
UID = uid_from_guid(GUID)
NAME = "Collect Job @2026-11-23 02:00:00.069837"
RESULT = "<Result><Result>CompletedSuccessfully</Result><Message/><IsCanceled>false</IsCanceled></Result>"
ENDED = "<EndTimeUTC>2026-11-23T02:00:31.5Z</EndTimeUTC>"
EXPECTED_SESSION = Session(
    UID,
    name=NAME,
    type="CollectJob",
    started=datetime(2026, 11, 23, 2, 0, 0, 69837, tzinfo=UTC),
    ended=datetime(2026, 11, 23, 2, 0, 31, 500_000, tzinfo=UTC),
    state="CompletedSuccessfully",
    result=Result("CompletedSuccessfully"),
)


def row(
    guid: str = GUID,
    tag: str = "Sessions",
    started: str = "2026-11-23T02:00:00.069837Z",
    ended: str = ENDED,
    result: str = RESULT,
    state: str = "CompletedSuccessfully",
) -> str:
    """One session as written in a list."""
    href = f"https://em01.example.net:9398/api/systemSessions/{guid}"
    return (
        f'<{tag} Href="{href}?format=Entity" Type="SystemSession" Name="{NAME}"'
        f' UID="urn:veeam:SystemSession:{guid}">'
        f'<Links><Link Href="{href}" Name="{NAME}" Type="BackupJobSessionReference" Rel="Alternate"/></Links>'
        f"<SessionType>CollectJob</SessionType><CreationTimeUTC>{started}</CreationTimeUTC>{ended}"
        f"<State>{state}</State>{result}</{tag}>"
    )


def listing(*rows: str, root: str = "SystemSessions") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {NS}>{"".join(rows)}</{root}>'.encode()


def read_only_session(document: bytes | str) -> Session:
    body = document if isinstance(document, bytes) else listing(document)
    (session,) = read_list(body).sessions
    return session


def read_single_session(
    inside: str, attributes: str = f'UID="{UID}"', root: str = "SystemSession"
) -> Session:
    return xml_codec.read_session(f"<{root} {NS} {attributes}>{inside}</{root}>".encode())


def started(text: str) -> datetime | None:
    return read_single_session(f"<CreationTimeUTC>{text}</CreationTimeUTC>").started


def log(*lines: str) -> tuple[Event, ...]:
    inside = "".join(f"<Events>{line}</Events>" for line in lines)
    return xml_codec.read_log(f"<SystemSessionEvents {NS}>{inside}</SystemSessionEvents>".encode()).events


def line(order: object, message: str, time: str = "2026-11-23T02:00:00.10110") -> str:
    return f"<CreationTimeUTC>{time}</CreationTimeUTC><Message>{message}</Message><Order>{order}</Order>"


# -- lists, singles, references


@pytest.mark.parametrize("tag", ["Sessions", "SystemSession", "SystemSessions"])
def test_a_session_in_a_list_is_read_completely(tag: str) -> None:
    assert read_only_session(row(tag=tag)) == EXPECTED_SESSION


def test_a_single_session_is_read_completely() -> None:
    assert xml_codec.read_session(row(tag="SystemSession").encode()) == EXPECTED_SESSION


def test_an_empty_list_is_a_list() -> None:
    for body in (b"<SystemSessions/>", listing(), b"<EntityReferences />"):
        assert read_list(body) == Listing(())


def test_the_list_is_sorted_newest_first_and_rows_without_a_start_are_last() -> None:
    guids = [f"{number}1111111-2222-4333-8444-555555555555" for number in range(5)]
    days = ["2026-11-02", "2026-11-03", "", "2026-11-03", ""]
    rows = [
        row(guid, started=f"{day}T00:00:00Z" if day else "") for guid, day in zip(guids, days, strict=True)
    ]
    for order in (rows, rows[::-1]):
        got = [session.id[0] for session in read_list(listing(*order)).sessions]
        assert got == ["1", "3", "0", "2", "4"]


def test_references_are_incomplete_sessions_with_the_start_of_their_name() -> None:
    ref = f'<Ref UID="{UID}" Name="{NAME}" Href="x" Type="SystemSessionReference"><Links/></Ref>'
    expected = Session(UID, name=NAME, started=EXPECTED_SESSION.started, is_complete=False)
    assert read_only_session(listing(ref, root="EntityReferences")) == expected
    assert read_only_session(ref) == expected
    assert read_single_session("<Links/>", f'UID="{UID}" Name="{NAME}"', "EntityRef") == expected


@pytest.mark.parametrize("name", ["Collect Job", "Job@home @soon", "Job @2026-13-45 00:00:00"])
def test_a_reference_without_a_time_in_its_name_has_no_start(name: str) -> None:
    session = read_single_session("", f'UID="{UID}" Name="{name}"', "EntityRef")
    assert (session.started, session.name, session.parse_problem) == (None, name, None)


# -- variants that the documentation leaves open


@pytest.mark.parametrize(
    "change",
    [
        ("<?xml", "\ufeff<?xml"),
        ("<?xml", "\r\n <?xml"),
        ('<?xml version="1.0" encoding="utf-8"?>', ""),
        ('encoding="utf-8"', 'encoding="utf-16"'),
        ("<State>", "<!-- 1 < 2 &#27; --><?pi &#27; <![CDATA[?><State>"),
        ("CollectJob</", "Collect<!-- - -->Job</"),
        ("<State>CompletedSuccessfully", "<State>\r\n  <![CDATA[CompletedSuccessfully]]>\r\n"),
        ("><", ">\r\n\t<"),
        ("http://www.veeam.com/ent/v1.0", "urn:example:other"),
        ('xmlns="http://www.veeam.com/ent/v1.0"', ""),
        (">CollectJob<", ">Collect&#x4a;&#111;b<"),
        ("</SystemSessions>", "<Links/><PagingInfo PageNum='1'/>stray text</SystemSessions>"),
    ],
)
def test_the_same_session_is_read_from_every_variant(change: tuple[str, str]) -> None:
    text = listing(row()).decode()
    assert text.count(change[0])
    read = read_list(text.replace(*change).encode())
    assert read.sessions == (EXPECTED_SESSION,)
    assert read.replaced_count == 0


def test_a_namespace_prefix_makes_no_difference() -> None:
    text = listing(row()).decode().replace("xmlns=", "xmlns:e=").replace("</", "\0").replace("<", "<e:")
    text = text.replace("\0", "</e:").replace("<e:?xml", "<?xml")
    assert read_only_session(text.encode()) == EXPECTED_SESSION


@pytest.mark.parametrize(
    "unset", ["", "<X/>", "<X></X>", '<X xsi:nil="true"/>', '<X xsi:nil="true"> </X>', "<X>\n</X>"]
)
def test_absent_empty_and_nil_are_all_unset(unset: str) -> None:
    names = ("SessionType", "CreationTimeUTC", "EndTimeUTC", "State", "Result")
    assert read_single_session("".join(unset.replace("X", name) for name in names)) == Session(UID)
    inner = "".join(unset.replace("X", name) for name in ("Result", "Message", "IsCanceled"))
    assert read_single_session(f"<Result>{inner}</Result>") == Session(UID)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("<Result>Failed</Result>", Result("Failed")),
        ("<Result><Result>None</Result></Result>", Result("None")),
        ("<Result><Result>Perhaps</Result><Message> a\tb </Message></Result>", Result("Perhaps", " a\tb ")),
        ("<Result><IsCanceled>True</IsCanceled></Result>", Result(is_canceled=True)),
        ("<Result><IsCanceled>1</IsCanceled></Result>", Result(is_canceled=True)),
        ("<Result><Message>a<b>c</b>d</Message></Result>", Result(None, "acd")),
    ],
)
def test_a_result_is_read_in_every_form(result: str, expected: Result) -> None:
    session = read_single_session(result)
    assert session.result == expected
    assert session.parse_problem is None


@pytest.mark.parametrize("tag", ["Sessions", "SystemSession", "Ref"])
def test_an_empty_element_of_a_reference_type_is_a_reference_with_any_name(tag: str) -> None:
    read = read_only_session(f'<{tag} UID="{UID}" Name="{NAME}" Type="SystemSessionReference"/>')
    assert (read.is_complete, read.started) == (False, EXPECTED_SESSION.started)


@pytest.mark.parametrize("length", [199, 200, 201, 5000])
def test_the_message_of_a_result_is_never_shortened(length: int) -> None:
    message = "x" * length
    result = (
        f"<Result><Result>Failed</Result><Message>{message}</Message><IsCanceled>true</IsCanceled></Result>"
    )
    assert read_only_session(row(result=result)).result == Result("Failed", message, is_canceled=True)


def test_undocumented_words_are_kept() -> None:
    session = read_single_session(
        "<SessionType>QuantumSync</SessionType><State>Dreaming</State><Result>42</Result>"
    )
    assert (session.type, session.state, session.result.value) == ("QuantumSync", "Dreaming", "42")
    assert (session.outcome, session.parse_problem) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize(
    "uid", [GUID, GUID.upper(), f"{{{GUID}}}", f" {UID} ", UID.upper(), f"urn:veeam:systemsession:{GUID}"]
)
def test_a_uid_has_one_spelling(uid: str) -> None:
    session = read_single_session("", f'UID="{uid}"')
    assert (session.uid, session.parse_problem) == (UID, None)


# -- times


@pytest.mark.parametrize(
    ("decimals", "microsecond"),
    [
        ("", 0),
        (".5", 500_000),
        (".50", 500_000),
        (".069", 69_000),
        (".0698", 69_800),
        (".30038", 300_380),
        (".069837", 69_837),
        (".0698379", 69_837),
    ],
)
@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_times_have_up_to_seven_decimals_with_and_without_a_zone(
    decimals: str, microsecond: int, zone: str
) -> None:
    expected = datetime(2026, 11, 23, 2, 0, 1, microsecond, tzinfo=UTC)
    assert started(f"2026-11-23T02:00:01{decimals}{zone}") == expected


def test_times_are_in_utc_for_any_offset() -> None:
    read = started("2026-11-23T02:00:00-07:00")
    assert read == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert read is not None
    assert read.tzinfo is UTC
    assert started(" 2026-11-23 02:00:00\n") == datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["", "Z", ".0000000", "+02:00"])
@pytest.mark.parametrize("year", ["1753", "0001"])
def test_the_years_that_mean_never_are_unset(year: str, zone: str) -> None:
    session = read_single_session(f"<EndTimeUTC>{year}-01-01T00:00:00{zone}</EndTimeUTC>")
    assert (session.ended, session.parse_problem) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2026-11-23",
        "2026-W48-1T02:00:00",
        "2026-11-31T02:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-23T25:00:00",
        "2026-11-23T02:00:00+99:00",
        "20261123T020000Z",
        "２０２６-11-23T02:00:00",
        "2026-11-23T02:00:00Zzz",
        "1" * 5000,
    ],
)
def test_an_unreadable_time_is_reported_and_nothing_else_is_lost(text: str) -> None:
    session = read_single_session(f"<CreationTimeUTC>{text}</CreationTimeUTC><State>Failed</State>")
    assert (session.started, session.state) == (None, "Failed")
    assert session.parse_problem is not None
    assert session.parse_problem.startswith("CreationTimeUTC “")
    assert len(session.parse_problem) < 100


# -- unreadable rows


def test_an_unreadable_row_does_not_affect_the_others() -> None:
    read = read_list(listing(row(started="half past"), row(OTHER)))
    assert [session.uid for session in read.sessions] == [uid_from_guid(OTHER), UID]
    assert read.unreadable_count == 1
    assert read.sessions[1].ended == EXPECTED_SESSION.ended


def test_a_row_without_uid_has_that_of_its_href() -> None:
    session = read_only_session(row().replace(" UID=", " Nothing="))
    assert session.uid == UID
    assert session.parse_problem == "no UID"


def test_a_row_without_uid_and_href_has_a_stable_derived_uid() -> None:
    nameless = row().replace(" UID=", " Nothing=").replace("/systemSessions/", "/elsewhere/")
    first = read_list(listing(nameless, row(OTHER))).sessions
    second = read_list(listing(row(OTHER), nameless)).sessions
    assert first == second
    assert [session.parse_problem for session in first if session.uid != uid_from_guid(OTHER)] == ["no UID"]


ENDED = "2026-11-23T02:00:{:02}Z"


def copy(state: str, ended: str = "", result: str | None = None, message: str = "") -> str:
    """A row with the common UID."""
    end = f"<EndTimeUTC>{ended}</EndTimeUTC>" if ended else ""
    text = f"<Message>{message}</Message>" if message else ""
    return (
        f'<Sessions UID="{UID}"><SessionType>CollectJob</SessionType>'
        f"<CreationTimeUTC>2026-11-23T02:00:00Z</CreationTimeUTC>{end}<State>{state}</State>"
        f"<Result><Result>{result or state}</Result>{text}</Result></Sessions>"
    )


@pytest.mark.parametrize(
    ("copies", "state"),
    [
        ([copy("Failed", ENDED.format(9)), copy("InProgress", result="None")], "Failed"),
        ([copy("InProgress", result="None"), copy("Failed", ENDED.format(9))], "Failed"),
        ([copy("Failed", ENDED.format(9)), copy("Success", ENDED.format(8))], "Failed"),
        ([copy("Success", ENDED.format(8)), copy("Failed", ENDED.format(9))], "Failed"),
        ([copy("Failed", ENDED.format(9)), copy("Success", ENDED.format(9))], "Success"),
        ([copy("Starting"), copy("Working"), copy("Stopping")], "Stopping"),
        ([copy("Dreaming"), copy("Working")], "Working"),
        ([copy("Working"), copy("Dreaming")], "Dreaming"),
        ([copy("Dreaming", ENDED.format(9)), copy("Failed", ENDED.format(8)), copy("Working")], "Dreaming"),
        ([copy("Failed", "1900-01-01T00:00:00Z"), copy("Working")], "Failed"),
        ([copy("Failed", ENDED.format(9)), copy("Working", ENDED.format(20), "None")], "Failed"),
    ],
)
@pytest.mark.parametrize("unusual", [False, True], ids=["plain", "parsed"])
def test_of_duplicates_the_one_that_ended_last_is_kept(copies: list[str], state: str, unusual: bool) -> None:
    rows = [one.replace("<State>", "<!-- --><State>") for one in copies] if unusual else copies
    for others in ((), (row(OTHER),)):
        read = read_list(listing(*others, *rows)).sessions
        assert [one.state for one in read if one.uid == UID] == [state]
        assert len(read) == 1 + len(others)
        assert [one.parse_problem for one in read] == [None] * len(read), "the row itself has no problem"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('Name="a"', 'Name="b"'),
        ("CollectJob", "LicAutoUpdate"),
        ("2026-11-23T02:00:00Z", "2026-11-23T02:00:01Z"),
    ],
)
def test_rows_without_uid_that_differ_in_name_type_or_start_are_two_rows(before: str, after: str) -> None:
    first = (
        '<Sessions Name="a"><SessionType>CollectJob</SessionType>'
        "<CreationTimeUTC>2026-11-23T02:00:00Z</CreationTimeUTC></Sessions>"
    )
    found = read_list(listing(first, first.replace(before, after))).sessions
    assert len({session.uid for session in found}) == 2


@pytest.mark.parametrize("tag", ["SystemSession", "Sessions", "EntityRef", "Ref"])
def test_a_session_alone_may_have_each_of_its_roots(tag: str) -> None:
    assert read_single_session("", root=tag).uid == UID


def test_a_start_after_the_servers_clock_is_unknown_in_a_session_and_in_an_event() -> None:
    clock = datetime(2026, 11, 23, tzinfo=UTC)
    inside = "<CreationTimeUTC>2031-01-01T00:00:00Z</CreationTimeUTC>"
    session = f'<SystemSession {NS} UID="{UID}">{inside}</SystemSession>'.encode()
    assert xml_codec.read_session(session).started is not None
    assert xml_codec.read_session(session, clock=clock).started is None
    events = f"<SystemSessionEvents {NS}><Events>{inside}</Events></SystemSessionEvents>".encode()
    assert xml_codec.read_log(events).events[0].time is not None
    assert xml_codec.read_log(events, clock=clock).events[0].time is None


def test_a_time_implausible_by_a_later_clock_is_dropped() -> None:
    last = datetime(2026, 11, 23, 2, 0, 10, tzinfo=UTC)
    assert drop_implausible_times(EXPECTED_SESSION, last + timedelta(minutes=1)) is EXPECTED_SESSION
    assert drop_implausible_times(EXPECTED_SESSION, last) == replace(EXPECTED_SESSION, ended=None)
    assert drop_implausible_times(EXPECTED_SESSION, last - timedelta(minutes=1)) == replace(
        EXPECTED_SESSION, started=None, ended=None
    )


def test_the_api_versions_are_those_in_the_root() -> None:
    names = "".join(
        f'<SupportedVersion Name="{name}"><Links/></SupportedVersion>' for name in ("v1_6", "v1_7")
    )
    inside = f'<SupportedVersions>{names}<Other Name="x"/><SupportedVersion/></SupportedVersions>'
    assert (
        xml_codec.read_api_versions(f"<EnterpriseManager {NS}>{inside}</EnterpriseManager>".encode())
        == "v1_6, v1_7"
    )
    with pytest.raises(UnreadableDocumentError):
        xml_codec.read_api_versions(listing())


def test_each_document_is_read_in_the_charset_of_its_content_type() -> None:
    def encoded(text: str) -> bytes:
        return text.encode("windows-1252")

    charset = "windows-1252"
    named = encoded(f'<SystemSession {NS} UID="{UID}" Name="Höhe"/>')
    assert xml_codec.read_session(named, charset).name == "Höhe"
    events = encoded(f"<SystemSessionEvents {NS}><Events>{line(1, 'Höhe')}</Events></SystemSessionEvents>")
    assert xml_codec.read_log(events, charset).events[0].message == "Höhe"
    logon = encoded(f"<LogonSession {NS}><UserName>Höhe</UserName></LogonSession>")
    assert xml_codec.read_logon(logon, charset).user_name == "Höhe"
    assert "Höhe" in xml_codec.readable_xml(named, charset)
    root = (
        f"<EnterpriseManager {NS}><SupportedVersions>"
        '<SupportedVersion Name="Höhe"/></SupportedVersions></EnterpriseManager>'
    )
    assert xml_codec.read_api_versions(encoded(root), charset) == "Höhe"


def test_an_order_of_other_uids_makes_no_difference_to_copies() -> None:
    copies = [copy("InProgress", result="None"), copy("Failed", ENDED.format(9))]
    first = read_list(listing(row(OTHER), *copies))
    assert read_list(listing(copies[0], row(OTHER), copies[1])) == first
    assert read_list(listing(*copies, row(OTHER))) == first


def test_an_entity_is_preferred_to_a_reference_of_the_same_uid() -> None:
    reference = f'<Ref UID="{UID}" Name="Collect Job @2026-11-23 02:00:00" Type="SystemSessionReference"/>'
    for rows in ((reference, row()), (row(), reference)):
        assert read_list(listing(*rows)).sessions == (EXPECTED_SESSION,)
    again = reference.replace("02:00:00", "03:00:00")
    body = f"<EntityReferences {NS}>{reference}{again}</EntityReferences>".encode()
    (session,) = read_list(body).sessions
    assert (session.name, session.is_complete) == ("Collect Job @2026-11-23 03:00:00", False)


def test_the_same_row_twice_is_one_row() -> None:
    assert read_list(listing(row(), row(OTHER), row())) == read_list(listing(row(OTHER), row()))


def test_a_session_of_another_family_is_shown_and_counted() -> None:
    uid = f"urn:veeam:BackupJobSession:{OTHER}"
    read = read_list(
        listing(row(), f'<BackupJobSession UID="{uid}" Name="Nightly SQL"/>', "<Count>2</Count>")
    )
    assert read.sessions[0] == EXPECTED_SESSION
    assert read.sessions[1:] == (
        Session(Uid(uid), name="Nightly SQL", parse_problem="it is listed as BackupJobSession"),
    )


def test_references_in_attributes_are_resolved() -> None:
    name = "a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39; &#x2F;&#38;"
    assert read_single_session("", f'UID="{UID}" Name="{name}"').name == "a & b <c> \"d\" 'e' /&"
    assert xml_codec.read_error_body(b'<Error Message="R&amp;D"/>', "application/xml").message == "R&D"


def test_a_uid_of_another_family_is_reported() -> None:
    session = read_single_session("", f'UID="urn:veeam:BackupJobSession:{GUID}"')
    assert session.uid == UID
    assert session.parse_problem == f"UID “urn:veeam:BackupJobSession:{GUID}”"


def test_an_invalid_boolean_is_reported() -> None:
    session = read_single_session("<Result><IsCanceled>perhaps</IsCanceled></Result>")
    assert (session.result.is_canceled, session.parse_problem) == (False, "IsCanceled “perhaps”")


# -- events


def test_events_are_sorted_by_order_and_stable() -> None:
    events = log(line(3, "d"), line(1, "a"), line(2, "b"), line(2, "c"), line(-1, "first"))
    assert [event.message for event in events] == ["first", "a", "b", "c", "d"]
    assert events[1] == Event(1, datetime(2026, 11, 23, 2, 0, 0, 101_100, tzinfo=UTC), "a")


@pytest.mark.parametrize("order", ["", "third", "1.5", "1_0", "९", "9" * 30])
def test_an_event_without_order_stays_after_its_predecessor(order: str) -> None:
    events = log(line(2, "b"), line(order, "b+"), line(1, "a"), line(3, "c"))
    assert [event.message for event in events] == ["a", "b", "b+", "c"]
    assert [bool(event.parse_problem) for event in events] == [False, False, True, False]


def test_an_event_with_an_unreadable_time_keeps_its_message() -> None:
    (event,) = log(line(1, "Job finished.", time="late"))
    assert event == Event(1, None, "Job finished.", "CreationTimeUTC “late”")


def test_a_log_may_be_empty_or_of_another_spelling() -> None:
    assert log() == ()
    read = xml_codec.read_log(f"<Events><Event>{line(1, 'a')}</Event><Links/></Events>".encode())
    assert [event.message for event in read.events] == ["a"]
    assert read.unreadable_count == 0


def test_a_message_of_a_megabyte_is_read() -> None:
    text = "and so on " * 100_000
    assert log(line(1, text))[0].message == text


# -- characters


@pytest.mark.parametrize(
    "illegal", ["\x1b", "\x00", "\ufffe", "&#x1B;", "&#27;", "&#0;", "&#xD800;", "&#65535;"]
)
def test_characters_forbidden_in_xml_are_replaced_and_counted(illegal: str) -> None:
    read = read_list(listing(row(state=f"a{illegal}b{illegal}")))
    assert read.sessions[0].state == "a\ufffdb\ufffd"
    assert read.replaced_count == 2


def test_replaced_characters_in_a_log_are_counted() -> None:
    body = f"<SystemSessionEvents {NS}><Events>{line(1, 'a' + chr(27) + 'b')}</Events></SystemSessionEvents>"
    read = xml_codec.read_log(body.encode())
    assert (read.events[0].message, read.replaced_count) == ("a\ufffdb", 1)


def test_bytes_that_are_not_utf_8_are_replaced_and_counted() -> None:
    body = listing(row(state="MARK")).replace(b"MARK", b"\xe4\xff \xc3\xa4 \xef\xbf\xbd \xed\xa0\x80")
    read = read_list(body)
    assert read.sessions[0].state == "\ufffd\ufffd ä \ufffd \ufffd\ufffd\ufffd"
    assert read.replaced_count == 5


def test_a_reference_in_cdata_is_text() -> None:
    read = read_list(listing(row(state="<![CDATA[&#27;]]>&#27;<![CDATA[]]]]><![CDATA[>&#x1B;]]>")))
    assert read.sessions[0].state == "&#27;\ufffd]]>&#x1B;"
    assert read.replaced_count == 1


@pytest.mark.parametrize(
    "number", ["9", "10", "32", "39", "x2F", "x9b", "xD7FF", "xE000", "xFFFD", "x10FFFF", "x00041"]
)
def test_legal_references_stay(number: str) -> None:
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    read = xml_codec.read_log(f"<Events><Events>{line(1, f'a&#{number};b')}</Events></Events>".encode())
    assert read.events[0].message == clean(f"a{chr(code)}b")
    assert read.replaced_count == 0


def test_every_text_is_cleaned_once() -> None:
    evil = "a\u202eb\u009b\u200b"
    shown = "a⟨U+202E⟩b⟨U+009B⟩⟨U+200B⟩"
    session = read_single_session(
        f"<SessionType>{evil}</SessionType><State>{evil}</State><CreationTimeUTC>{evil}</CreationTimeUTC>"
        f"<Result><Result>{evil}</Result><Message>{evil}\r\n\t&#13;</Message></Result>",
        f'UID="{evil}" Name="{evil}"',
    )
    assert (session.name, session.type, session.state, session.result.value) == (shown,) * 4
    assert session.result.message == f"{shown}\n\t␍"
    assert session.parse_problem == f"UID “{shown}”, CreationTimeUTC “{shown}”"
    assert (
        xml_codec.read_log(f"<Events><Events>{line(1, evil)}</Events></Events>".encode()).events[0].message
        == shown
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ASCII, ünïcode 漢字 ✓", "plain ASCII, ünïcode 漢字 ✓"),
        ("a\n\tb\r\nc\rd", "a\n\tb\nc␍d"),
        ("\x1b[31m\x00\x07\x7f", "␛[31m␀␇␡"),
        ("\x80\x9b2J", "⟨U+0080⟩⟨U+009B⟩2J"),
        ("\u202e\u2066\u061c\u200f", "⟨U+202E⟩⟨U+2066⟩⟨U+061C⟩⟨U+200F⟩"),
        ("\u200b\u200d\u2060\ufeff\u00ad\u2028", "⟨U+200B⟩⟨U+200D⟩⟨U+2060⟩⟨U+FEFF⟩⟨U+00AD⟩⟨U+2028⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
    ],
)
def test_cleaning_makes_invisible_and_moving_characters_visible(text: str, shown: str) -> None:
    assert clean(text) == shown
    assert clean(shown) == shown


# -- other documents than the requested one


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!DOCTYPE html><html><body>Log on</body></html>", "it is an HTML page"),
        (b"<html><body/></html>", "it is an HTML page"),
        (b'\xef\xbb\xbf{"Sessions":[]}', "it is JSON"),
        (b"[]", "it is JSON"),
        (b"Service unavailable", "it is not XML"),
        (b"<BackupJobSessions/>", "its root is BackupJobSessions"),
        (b"<LogonSession><SessionId>1</SessionId></LogonSession>", "its root is LogonSession"),
        (b"<Error Message='no'/>", "its root is Error"),
        (b"<SystemSession/>", "its root is SystemSession"),
        (b"<a\xe2\x80\xaeb/>", "its root is a⟨U+202E⟩b"),
        (b"\xff\xd8\xff\xe0", "it is not UTF-8 text"),
        (b"\x1f\x8b\x08", "it is gzip data without a Content-Encoding"),
        (b'<?xml version="1.0" encoding="x-nope"?><SystemSessions/>', "its encoding x-nope is unknown"),
        (b'<?xml version="1.0" encoding="utf-7"?><SystemSessions/>', "its encoding utf-7 is unknown"),
        (b"<SystemSessions/><SystemSessions/>", "it is not well-formed XML at line 1, column 18"),
        (b"<SystemSessions>\n<a></b></SystemSessions>", "it is not well-formed XML at line 2, column 8"),
        (b"<SystemSessions>&nbsp;</SystemSessions>", "it is not well-formed XML at line 1, column 23"),
        (b"<SystemSessions a='1' a='2'/>", "it is not well-formed XML at line 1, column 28"),
    ],
)
def test_another_document_has_one_reason(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_list(body)
    assert caught.value.reason == reason
    assert not caught.value.is_truncated
    assert not caught.value.is_too_large


ENTITY = b'<!DOCTYPE SystemSessions [<!ENTITY e "boom">]><SystemSessions>&e;</SystemSessions>'


@pytest.mark.parametrize(
    "body", [ENTITY, b"<?xml version='1.0'?><!-- <a> --> " + ENTITY, b"\xef\xbb\xbf\r\n" + ENTITY]
)
def test_a_doctype_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="it has a DOCTYPE"):
        read_list(body)


def test_a_doctype_in_a_comment_or_in_text_is_accepted() -> None:
    body = listing(row(state="<![CDATA[<!DOCTYPE]]>")).replace(b"<Sys", b"<!-- <!DOCTYPE x> --><Sys", 1)
    assert read_only_session(body).state == "<!DOCTYPE"


def test_a_body_truncated_anywhere_is_truncated() -> None:
    body = listing(row(), row(OTHER))
    for end in range(len(body) - 1):
        with pytest.raises(UnreadableDocumentError) as caught:
            read_list(body[:end])
        assert caught.value.is_truncated, body[:end]


@pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_an_empty_body_is_cut(body: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="it is empty") as caught:
        read_list(body)
    assert caught.value.is_truncated


@pytest.mark.parametrize(
    "body",
    [
        b"<SystemSessions>" + b"<a>" * 400,
        b"<SystemSessions><Sessions><State>" + b"a" * 11_000_000,
        b"<SystemSessions><Sessions " + b"a" * 100_000,
        b"<!--" + b"-" * 100_000,
        b"<SystemSessions>" + b"<Sessions/>" * 250_001,
        b'<SystemSessions><Sessions xmlns:a="' + b"a" * 101 + b'" a:b=""/></SystemSessions>',
    ],
    ids=["depth", "text", "name", "prolog", "rows", "namespace"],
)
def test_a_document_that_is_too_deep_or_too_long_is_too_large(body: bytes) -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_list(body)
    assert caught.value.is_too_large


def test_the_root_must_be_that_of_enterprise_manager() -> None:
    xml_codec.check_root(f"<EnterpriseManager {NS}><Links/></EnterpriseManager>".encode())
    with pytest.raises(UnreadableDocumentError, match="its root is feed"):
        xml_codec.check_root(b"<feed/>")


# -- chunks


def test_rows_are_counted_while_the_list_arrives() -> None:
    reader = xml_codec.ListReader()
    for piece in (b"<SystemSessions>", row().encode(), row(OTHER)[:-5].encode()):
        reader.feed(piece)
    assert reader.row_count == 1
    reader.feed(b"ions></SystemSessions>")
    assert reader.row_count == 2
    assert len(reader.close().sessions) == 2


def test_only_the_rows_of_a_list_are_kept() -> None:
    def fed(reader: xml_codec.ListReader, most: int) -> int:
        for _ in range(most):
            reader.feed(b"<Links>" + b"<Link Href='x'/>" * 1000 + b"</Links>")
        return tracemalloc.get_traced_memory()[0]

    reader = xml_codec.ListReader()
    reader.feed(b"<SystemSessions>")
    tracemalloc.start()
    try:
        first = fed(reader, 10)
        assert fed(reader, 200) - first < 50_000
    finally:
        tracemalloc.stop()


def test_chunks_may_be_fed_from_any_thread() -> None:
    reader = xml_codec.ListReader()
    body = listing(row(), row(OTHER))
    for start in range(0, len(body), 100):
        thread = threading.Thread(target=reader.feed, args=(body[start : start + 100],))
        thread.start()
        thread.join()
    assert reader.close() == read_list(body)


def test_a_document_of_single_bytes_is_the_same() -> None:
    body = b"\xef\xbb\xbf" + listing(
        row(state="ä\x1b&#x1B;&#x2F;\r\n<![CDATA[&#27;]]>"), "<!-- &#27; --><?x <![CDATA[ ?>", row(OTHER)
    )
    reader = xml_codec.ListReader()
    for start in range(len(body)):
        reader.feed(body[start : start + 1])
    read = reader.close()
    assert read == read_list(body)
    assert read.replaced_count == 2
    assert len(read.sessions) == 2


# -- logon and errors


def test_the_id_of_a_logon_is_a_secret() -> None:
    body = (
        f'<LogonSession {NS} Href="https://em01.example.net:9398/api/logonSessions/{GUID}">'
        "<Links><Link/></Links><UserName>EXAMPLE\\ops</UserName>"
        f"<SessionId> {GUID} </SessionId></LogonSession>"
    )
    logon = xml_codec.read_logon(body.encode())
    assert logon.user_name == "EXAMPLE\\ops"
    assert logon.href == f"https://em01.example.net:9398/api/logonSessions/{GUID}"
    assert logon.session_id is not None
    assert logon.session_id.reveal() == GUID
    assert GUID not in repr(logon.session_id)


def test_an_empty_logon_has_no_values() -> None:
    assert xml_codec.read_logon(b"<LogonSession/>") == xml_codec.LogonBody(None, None, None)


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?><Error StatusCode="400" Message="Node [root] does not exist." {NS}/>'.encode(),
        b"\xef\xbb\xbf" + b'<e:Error xmlns:e="urn:x" Message=" Node\n[root] does not exist.\t"/>',
        b'<Error Message="Node [root] does not exist."><StackTrace>' + b"at a() " * 20_000,
        b'<Error Message="Node [root] does not exist."><StackTrace>cut he',
        b'{"FirstChanceExceptionMessage":null,"Message":"Node [root] does not exist.","StatusCode":400}',
        b'\xef\xbb\xbf{"statusCode":400,"message":"Node [root] does not exist."}',
    ],
)
def test_the_message_of_an_error_is_read_from_xml_and_json(body: bytes) -> None:
    assert xml_codec.read_error_body(body, "application/xml").message == "Node [root] does not exist."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Bad gateway",
        b"<html/>",
        b"<Error/>",
        b"<Err",
        b"{",
        b"[1]",
        b'{"Message":null}',
        b'{"Message":[1]}',
        b'{"a":' * 20_000,
        b"[" * 60_000,
        b'<Error Message=""/>',
        b'<!DOCTYPE a><Error Message="x"/>',
        b"\xff\xfe<",
    ],
)
def test_other_bodies_have_no_error_message(body: bytes) -> None:
    assert xml_codec.read_error_body(body).message == ""


def test_a_web_page_is_no_error_message() -> None:
    assert xml_codec.read_error_body(b'{"Message":"x"}', "Text/HTML; charset=utf-8") == xml_codec.ErrorBody()


def test_an_error_message_is_cleaned_and_cut() -> None:
    assert (
        xml_codec.read_error_body(b'<Error Message="a&#x1B;[31m\xe2\x80\xae"/>', "").message
        == "a\ufffd[31m⟨U+202E⟩"
    )
    assert xml_codec.read_error_body(b'{"message":"\\u001b[31m\\ud800"}', "").message == "␛[31m\ufffd"
    long = xml_codec.read_error_body(b'<Error Message="' + b"no " * 500 + b'"/>').message
    assert len(long) == 300
    assert long.endswith("…")


# -- readable documents


def test_a_harmless_document_is_shown_unchanged() -> None:
    text = listing(row()).decode()
    assert xml_codec.readable_xml(b"\xef\xbb\xbf" + text.encode()) == text


def test_a_harmful_document_is_shown_with_references_and_means_the_same() -> None:
    body = listing(row(state="\x1b&#27;\u202e\x9b\x7f\u200b\ufeffé<![CDATA[\u202e&#27;]]>", result="\r\n\r"))
    text = xml_codec.readable_xml(body)
    assert (
        "<State>\ufffd\ufffd&#x202E;&#x9B;&#x7F;&#x200B;&#xFEFF;é<![CDATA[&#x202E;&#27;]]></State>\n\n<"
        in text
    )
    assert read_only_session(text.replace("[&#x202E;", "[\u202e").encode()) == read_only_session(body)


def test_a_name_with_invisible_characters_stays_a_name() -> None:
    assert xml_codec.readable_xml("<a\u200db><c/></a\u200db>".encode()) == "<a_b><c/></a_b>"


def test_an_unclosed_tag_is_sanitized_in_little_memory() -> None:
    body = "\u202e<a ".encode() + b"x" * 1_000_000
    tracemalloc.start()
    try:
        xml_codec.readable_xml(body)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(body)
    finally:
        tracemalloc.stop()


def test_a_document_in_another_encoding_is_printed_as_utf_8() -> None:
    for name, codec in (("utf-16", "utf-16"), ("windows-1252", "cp1252"), ("utf-16", "utf-8")):
        text = f'<?xml version="1.0" encoding="{name}"?>\n<a>Höhe</a>'
        assert (
            xml_codec.readable_xml(text.encode(codec))
            == '<?xml version="1.0" encoding="utf-8"?>\n<a>Höhe</a>'
        )
