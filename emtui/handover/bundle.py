"""Packs a run report into a zip: parsed data, raw responses and a manifest.

The same report gives the same bytes: the files in it have no timestamps.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

from emtui import text_format
from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.handover.json_schema import event_records, session_record
from emtui.handover.render_markdown import markdown
from emtui.handover.run_report import Case
from emtui.handover.ticket import ticket
from emtui.handover.withheld_fields import Withheld
from emtui.triage.diff_text import difference_text

MANIFEST = "manifest.txt"
_WITHHELD = (
    "sender's password, token and logon ID: replaced by *** where the server repeated them",
    "sender's account, with and without its domain: replaced by ***",
    "emtui's profile, configuration, keyring, certificate and log: not included",
)
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_OWNERS_ALONE = 0o600
_UNIX = 3
_ODD = re.compile("[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Received:
    """Raw XML of a session and its events."""

    session: str
    events: str


@dataclass(frozen=True, slots=True)
class Wire:
    """Raw responses for a run, or `why` there are none; `api` names the API versions of the server."""

    received: Received | None
    why: str = ""
    api: str = ""


def name_of(session: Session) -> str:
    """`emtui-CollectJob-20261123T011004Z-5f1c9d2a`: letters, digits and hyphens only."""
    kind = _ODD.sub("", session.type or "")[:40] or "session"
    began = f"-{_compact(session.started)}" if session.started else ""
    return f"emtui-{kind}{began}-{_ODD.sub('', session.id)[:8] or 'unknown'}"


def name_of_shift(now: datetime) -> str:
    """`emtui-shift-20261123T031204Z`."""
    return f"emtui-shift-{_compact(now)}"


def _compact(when: datetime) -> str:
    """`20261123T011004Z`."""
    told = when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{told}Z".replace("-", "").replace(":", "")


def bundle(case: Case, wire: Wire, versions: Mapping[str, str], withheld: Withheld) -> bytes:
    """The zip with all files and the manifest, as bytes."""
    files = {name: text.encode("utf-8", "replace") for name, text in _files(case, wire, versions, withheld)}
    files[MANIFEST] = _manifest(case, wire, files, withheld).encode("utf-8", "replace")
    return _zipped(files)


def _files(
    case: Case, wire: Wire, versions: Mapping[str, str], withheld: Withheld
) -> Iterator[tuple[str, str]]:
    yield "ticket.md", markdown(ticket(case), withheld.text)
    yield "session.json", json.dumps(_session(case, withheld), ensure_ascii=False, indent=2) + "\n"
    if case.log is not None:
        records = event_records(withheld.log(case.log), case.session.started)
        yield "events.jsonl", "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if case.difference is not None:
        found = withheld.difference(case.difference)
        yield "comparison.txt", difference_text(found, case.origin.zones.local)
    if wire.received is not None:
        yield "session.xml", withheld.xml(wire.received.session).rstrip("\n") + "\n"
        yield "events.xml", withheld.xml(wire.received.events).rstrip("\n") + "\n"
    named = _versions(case, wire, versions, withheld)
    yield "versions.txt", "".join(f"{name} {version}\n" for name, version in named)
    yield "clocks.txt", "".join(f"{line}\n" for line in _clocks(case))


def _session(case: Case, withheld: Withheld) -> Mapping[str, object]:
    """The session with the keys of `json_schema`."""
    record = session_record(withheld.session(case.session), Server(""), case.origin.now, known=case.is_known)
    return {**record, "server": withheld.text(case.origin.authority)}


def _versions(
    case: Case, wire: Wire, versions: Mapping[str, str], withheld: Withheld
) -> Iterator[tuple[str, str]]:
    yield "emtui", case.origin.version
    yield from versions.items()
    yield "Enterprise Manager API", withheld.text(wire.api) or "unknown"


def _clocks(case: Case) -> Iterator[str]:
    """Clock skew between server and sender, and the time of the list."""
    origin = case.origin
    if origin.skew is None:
        yield "the server does not report its time"
    else:
        seconds = origin.skew.total_seconds()
        way = "behind" if seconds < 0 else "ahead of"
        yield f"the server's clock is {abs(seconds):.0f} s {way} the sender's"
    yield f"the list was received at {origin.zones.everywhere(origin.as_of)}, by the sender's clock"


def _manifest(case: Case, wire: Wire, files: Mapping[str, bytes], withheld: Withheld) -> str:
    session = case.session
    began = f", {text_format.iso(session.started)}" if session.started else ""
    kind = session.type or session.name or session.id
    about = text_format.one_line(withheld.text(f"{kind} {session.outcome}{began}, {case.origin.server}"))
    lines = [f"emtui {case.origin.version}: {about}", "", "Contents: bytes, SHA-256, name"]
    lines += [f"{len(data):>10}  {sha256(data).hexdigest()}  {name}" for name, data in files.items()]
    lines += ["", "Not included", *(f"- {text}" for text in (*_WITHHELD, *_missing(case, wire, withheld)))]
    return "\n".join(lines) + "\n"


def _missing(case: Case, wire: Wire, withheld: Withheld) -> Iterator[str]:
    """Files that are not available, with the reason."""

    def because(why: str) -> str:
        return text_format.one_line(withheld.text(why))

    if wire.received is None:
        yield f"session.xml and events.xml: {because(wire.why)}"
    if case.log is None:
        yield f"events.jsonl: {because(case.why or 'the events were not read')}"
    if case.difference is None:
        yield "comparison.txt: no earlier successful run has readable events"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _OWNERS_ALONE << 16
            archive.writestr(entry, data)
    return out.getvalue()
