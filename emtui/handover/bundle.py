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
from emtui.handover.json_records import event_records, session_record
from emtui.handover.render_markdown import render_markdown
from emtui.handover.run_report import RunReport
from emtui.handover.ticket import build_ticket
from emtui.handover.withheld_fields import ReportRedactor
from emtui.triage.diff_text import format_difference

MANIFEST = "manifest.txt"
_ALWAYS_WITHHELD = (
    "sender's password, token and logon ID: replaced by *** where the server repeated them",
    "sender's account, with and without its domain: replaced by ***",
    "emtui's profile, configuration, keyring, certificate and log: not included",
)
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY_MODE = 0o600
_CREATED_ON_UNIX = 3
_NOT_ALPHANUMERIC = re.compile("[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class RawXml:
    """Raw XML of a session and its events."""

    session_xml: str
    events_xml: str


@dataclass(frozen=True, slots=True)
class RawResponses:
    """Raw responses for a run, or the reason why there are none; `api_versions` lists those of the server."""

    xml: RawXml | None
    missing_reason: str = ""
    api_versions: str = ""


def bundle_name(session: Session) -> str:
    """`emtui-CollectJob-20261123T011004Z-5f1c9d2a`: letters, digits and hyphens only."""
    kind = _NOT_ALPHANUMERIC.sub("", session.type or "")[:40] or "session"
    started = f"-{_format_compact(session.started)}" if session.started else ""
    return f"emtui-{kind}{started}-{_NOT_ALPHANUMERIC.sub('', session.id)[:8] or 'unknown'}"


def shift_summary_name(now: datetime) -> str:
    """`emtui-shift-20261123T031204Z`."""
    return f"emtui-shift-{_format_compact(now)}"


def _format_compact(when: datetime) -> str:
    """`20261123T011004Z`."""
    text = when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{text}Z".replace("-", "").replace(":", "")


def build_bundle(
    report: RunReport, responses: RawResponses, versions: Mapping[str, str], redactor: ReportRedactor
) -> bytes:
    """The zip with all files and the manifest, as bytes."""
    files = {
        name: text.encode("utf-8", "replace")
        for name, text in _build_files(report, responses, versions, redactor)
    }
    files[MANIFEST] = _build_manifest(report, responses, files, redactor).encode("utf-8", "replace")
    return _zip_files(files)


def _build_files(
    report: RunReport, responses: RawResponses, versions: Mapping[str, str], redactor: ReportRedactor
) -> Iterator[tuple[str, str]]:
    yield "ticket.md", render_markdown(build_ticket(report), redactor.redact_text)
    yield "session.json", json.dumps(_session_json(report, redactor), ensure_ascii=False, indent=2) + "\n"
    if report.log is not None:
        records = event_records(redactor.redact_log(report.log), report.session.started)
        yield "events.jsonl", "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if report.difference is not None:
        redacted_difference = redactor.redact_difference(report.difference)
        yield "comparison.txt", format_difference(redacted_difference, report.origin.zones.local)
    if responses.xml is not None:
        yield "session.xml", redactor.redact_xml(responses.xml.session_xml).rstrip("\n") + "\n"
        yield "events.xml", redactor.redact_xml(responses.xml.events_xml).rstrip("\n") + "\n"
    version_lines = _version_lines(report, responses, versions, redactor)
    yield "versions.txt", "".join(f"{name} {version}\n" for name, version in version_lines)
    yield "clocks.txt", "".join(f"{line}\n" for line in _clock_lines(report))


def _session_json(report: RunReport, redactor: ReportRedactor) -> Mapping[str, object]:
    """The session with the keys of `json_records`."""
    record = session_record(
        redactor.redact_session(report.session),
        Server(""),
        report.origin.now,
        is_acknowledged=report.is_acknowledged,
    )
    return {**record, "server": redactor.redact_text(report.origin.authority)}


def _version_lines(
    report: RunReport, responses: RawResponses, versions: Mapping[str, str], redactor: ReportRedactor
) -> Iterator[tuple[str, str]]:
    yield "emtui", report.origin.version
    yield from versions.items()
    yield "Enterprise Manager API", redactor.redact_text(responses.api_versions) or "unknown"


def _clock_lines(report: RunReport) -> Iterator[str]:
    """Clock skew between server and sender, and the time of the list."""
    origin = report.origin
    if origin.skew is None:
        yield "the server does not report its time"
    else:
        seconds = origin.skew.total_seconds()
        direction = "behind" if seconds < 0 else "ahead of"
        yield f"the server's clock is {abs(seconds):.0f} s {direction} the sender's"
    yield f"the list was received at {origin.zones.format_in_all_zones(origin.as_of)}, by the sender's clock"


def _build_manifest(
    report: RunReport, responses: RawResponses, files: Mapping[str, bytes], redactor: ReportRedactor
) -> str:
    session = report.session
    started = f", {text_format.format_iso(session.started)}" if session.started else ""
    kind = session.type or session.name or session.id
    summary = text_format.join_lines(
        redactor.redact_text(f"{kind} {session.outcome}{started}, {report.origin.server}")
    )
    lines = [f"emtui {report.origin.version}: {summary}", "", "Contents: bytes, SHA-256, name"]
    lines += [f"{len(data):>10}  {sha256(data).hexdigest()}  {name}" for name, data in files.items()]
    lines += [
        "",
        "Not included",
        *(f"- {text}" for text in (*_ALWAYS_WITHHELD, *_missing_files(report, responses, redactor))),
    ]
    return "\n".join(lines) + "\n"


def _missing_files(report: RunReport, responses: RawResponses, redactor: ReportRedactor) -> Iterator[str]:
    """Files that are not available, with the reason."""

    def redact_reason(reason: str) -> str:
        return text_format.join_lines(redactor.redact_text(reason))

    if responses.xml is None:
        yield f"session.xml and events.xml: {redact_reason(responses.missing_reason)}"
    if report.log is None:
        yield f"events.jsonl: {redact_reason(report.missing_log_reason or 'the events were not read')}"
    if report.difference is None:
        yield "comparison.txt: no earlier successful run has readable events"


def _zip_files(files: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _CREATED_ON_UNIX
            entry.external_attr = _OWNER_ONLY_MODE << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
