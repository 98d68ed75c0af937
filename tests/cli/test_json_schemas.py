"""The JSON schemas in `emtui/docs/schemas`, checked against what each command prints for the demo server.

`FORMS` lists every JSON form. A form that a new command prints needs a schema and a row here.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from command_runner import CommandRunner
from json_tables import PAGE, SCHEMA_LINE, SCHEMAS, resolve, with_tables
from jsonschema import Draft202012Validator, FormatChecker
from report_factory import report_origin
from session_factory import MINUTE, NOON, make_run, make_series

from emtui.cli.command_table import COMMANDS
from emtui.cli.tail_records import FLAT_KEYS, change_record, flat_change_record
from emtui.em.model import Outcome
from emtui.em.server_address import parse_server
from emtui.handover.shift_records import shift_record
from emtui.handover.shift_summary import ShiftReport
from emtui.monitor.tail import TailLine
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import compute_type_statuses

PROFILES = """
default_profile = "prod"
[profiles.prod]
server = "em01.example.net"
user = "ops"
[profiles.lab]
server = "em02.example.net:9999"
"""
TEAM_NOTE = """
[[note]]
pattern = "Cannot connect to backup server*"
text = "storage patches bs02 on Mondays"
link = "https://wiki.example.net/bs02"
known = true
"""


@dataclass(frozen=True, slots=True)
class OutputForm:
    """One command line and the schema of what it prints; FAILED stands for the ID of a failed session.

    A command that does not end is stopped after so many `lines`. `team_config` is the file of the team.
    """

    command_line: str
    schema: str
    lines: int | None = None
    needs_server: bool = True
    team_config: str = ""

    @property
    def command(self) -> str:
        return self.command_line.split()[0]

    @property
    def output_format(self) -> str:
        words = self.command_line.split()
        return words[words.index("-o") + 1] if "-o" in words else "jsonl"


FORMS = (
    OutputForm("sessions -o json", "session"),
    OutputForm("sessions --limit 20 -o jsonl", "session"),
    OutputForm("sessions --limit 20 -o csv", "session"),
    OutputForm("show FAILED -o json", "show"),
    OutputForm("show latest:DatabaseMaintenance -o json", "show"),
    OutputForm("show latest:SecurityScopesRebuild -o json", "show"),
    OutputForm("events FAILED -o json", "event"),
    OutputForm("events FAILED -o jsonl", "event"),
    OutputForm("events FAILED --follow -o jsonl", "event"),
    OutputForm("events FAILED -o csv", "event"),
    OutputForm("events FAILED --follow -o csv", "event"),
    OutputForm("tail --from-start -o jsonl", "tail", lines=20),
    OutputForm("tail --from-start --flat", "tail-flat", lines=20),
    OutputForm("wait FAILED -o json", "session"),
    OutputForm("types -o json", "types"),
    OutputForm("types --type Cat* -o jsonl", "types"),
    OutputForm("types -o csv", "types"),
    OutputForm("timeline --since 7d -o json", "timeline"),
    OutputForm("timeline -o jsonl", "timeline"),
    OutputForm("timeline -o csv", "timeline"),
    OutputForm("explain FAILED -o json", "explain"),
    OutputForm("explain latest:DatabaseMaintenance -o json", "explain"),
    OutputForm("explain latest:SecurityScopesRebuild -o json", "explain"),
    OutputForm("diff FAILED -o json", "diff"),
    OutputForm("ticket FAILED -o json", "ticket"),
    OutputForm("ticket latest:DatabaseMaintenance -o json", "ticket"),
    OutputForm("ticket latest:SecurityScopesRebuild -o json", "ticket"),
    OutputForm("shift -o json", "shift"),
    OutputForm("profiles -o json", "profiles", needs_server=False),
    OutputForm("config show -o json", "config", needs_server=False),
    OutputForm("config path -o json", "config-path", needs_server=False),
    OutputForm(
        "config validate -o json", "config-mistake", needs_server=False, team_config="a = 1\n[profiles.lab]"
    ),
    OutputForm("doctor -o json", "doctor"),
    OutputForm("demo --serve --port 0", "demo", lines=1, needs_server=False),
)
JSON_FORMS = [form for form in FORMS if form.output_format != "csv"]
CSV_FORMS = [form for form in FORMS if form.output_format == "csv"]

format_checker = FormatChecker()


@format_checker.checks("date-time")
def is_time(value: object) -> bool:
    """Whether this is a time as emtui writes it."""
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value))


def validate(record: object, schema: str) -> None:
    Draft202012Validator(SCHEMAS[schema], format_checker=format_checker).validate(record)


# --- running the forms --------------------------------------------------------------------------


@pytest.fixture
def form_shell(demo_shell: CommandRunner) -> CommandRunner:
    """A shell with two profiles and a note that acknowledges failures."""
    folder = demo_shell.home / "config" / "emtui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(PROFILES)
    (folder / "config.toml").chmod(0o600)
    team_folder = demo_shell.home / "etc" / "emtui"
    team_folder.mkdir(parents=True)
    (team_folder / "notes.toml").write_text(TEAM_NOTE)
    return demo_shell


_outputs: dict[str, str] = {}
"""What the command lines have printed: each runs once."""


def output_of(shell: CommandRunner, form: OutputForm) -> str:
    """The output of a form."""
    if form.command_line not in _outputs:
        _outputs[form.command_line] = run_form(shell, form)
    return _outputs[form.command_line]


def run_form(shell: CommandRunner, form: OutputForm) -> str:
    command_line = form.command_line
    if "FAILED" in command_line:
        (failed,) = shell.run_json(
            "sessions", "state:failed", "type:CollectJob", "--limit", "1", "-o", "json"
        )
        command_line = command_line.replace("FAILED", failed["id"])
    arguments = shlex.split(command_line)
    if not form.needs_server:
        shell = replace(shell, leading_arguments=())
    if form.lines is not None:
        return read_lines(shell, arguments, form.lines)
    team_config = shell.home / "etc" / "emtui" / "config.toml"
    team_config.write_text(form.team_config)
    done = shell(*arguments)
    assert done.stdout, done.stderr
    return done.stdout


def read_lines(shell: CommandRunner, arguments: list[str], count: int) -> str:
    """The first lines of a command that does not end."""
    argv = [sys.executable, "-m", "emtui", *shell.leading_arguments, *arguments]
    with subprocess.Popen(argv, env=shell.environ, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        text = "".join(child.stdout.readline() for _ in range(count))
        child.terminate()
    return text


def records_of(text: str, output_format: str) -> list[dict[str, Any]]:
    """The objects of a JSON text or of JSON lines."""
    if output_format == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    parsed = json.loads(text)
    return parsed if isinstance(parsed, list) else [parsed]


# --- keys ---------------------------------------------------------------------------------------


def schema_keys(node: dict[str, Any], root: dict[str, Any], path: str = "") -> Iterator[str]:
    """The keys that a schema describes, nested ones as `events[].time`."""
    node = resolve(node, root)
    if "items" in node:
        yield from schema_keys(node["items"], root, f"{path}[]")
    for name, child in node.get("properties", {}).items():
        full_name = f"{path}.{name}".lstrip(".")
        yield full_name
        yield from schema_keys(child, root, full_name)


def record_keys(value: object, path: str = "") -> Iterator[str]:
    """The keys of a record, nested ones as `events[].time`."""
    if isinstance(value, list):
        for item in value:
            yield from record_keys(item, f"{path}[]")
    elif isinstance(value, dict):
        for name, child in value.items():
            full_name = f"{path}.{name}".lstrip(".")
            yield full_name
            yield from record_keys(child, full_name)


def nodes_of(node: object) -> Iterator[dict[str, Any]]:
    """Every object in a schema."""
    if isinstance(node, dict):
        yield node
        children: Iterable[object] = node.values()
    else:
        children = node if isinstance(node, list) else ()
    for child in children:
        yield from nodes_of(child)


SERVER = parse_server("em01.example.net")
RARE_LINES = (
    TailLine(NOON, "blind", problem="em01.example.net does not answer."),
    TailLine(NOON, "unlisted", problem="193 runs no longer listed", count=193),
    TailLine(NOON, "gone", make_run(NOON), skew=timedelta(seconds=2)),
)


def shift_with_other_message() -> Mapping[str, object]:
    """A summary of failures with two messages: the older one is not that of a finding."""
    runs = (
        make_run(NOON, outcome=Outcome.FAILED, message="the second"),
        make_run(NOON - 15 * MINUTE, outcome=Outcome.FAILED, message="the first"),
        *make_series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE),
    )
    statuses = compute_type_statuses(runs, NOON)
    findings = prioritize_findings(statuses).findings
    return shift_record(ShiftReport(report_origin(NOON), runs, statuses, findings), str)


RARE_RECORDS: dict[str, list[dict[str, Any]]] = {
    "tail": [dict(change_record(line, SERVER, is_acknowledged=False)) for line in RARE_LINES],
    "tail-flat": [dict(flat_change_record(line, SERVER, is_acknowledged=False)) for line in RARE_LINES],
    "shift": [dict(shift_with_other_message())],
}
"""Records that the demo server does not lead to within a test."""

# --- tests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", JSON_FORMS, ids=lambda form: form.command_line)
def test_the_output_of_a_command_matches_its_schema_and_has_no_other_keys(
    form_shell: CommandRunner, form: OutputForm
) -> None:
    records = records_of(output_of(form_shell, form), form.output_format)
    assert records
    schema = SCHEMAS[form.schema]
    described = list(schema_keys(schema, schema))
    for record in records:
        validate(record, form.schema)
        assert set(record_keys(record)) <= set(described)
        top_level = [key for key in described if "." not in key and "[" not in key]
        assert list(record) == [key for key in top_level if key in record], "in the order of the schema"


@pytest.mark.parametrize("form", CSV_FORMS, ids=lambda form: form.command_line)
def test_the_header_of_csv_is_the_keys_of_the_schema_that_have_one_value(
    form_shell: CommandRunner, form: OutputForm
) -> None:
    header, *rows = csv.reader(io.StringIO(output_of(form_shell, form)))
    properties = SCHEMAS[form.schema]["properties"]
    assert header == [key for key, node in properties.items() if "items" not in node]
    assert rows


@pytest.mark.parametrize("schema", sorted(SCHEMAS))
def test_a_schema_describes_no_key_that_is_never_printed(form_shell: CommandRunner, schema: str) -> None:
    records = [
        record
        for form in JSON_FORMS
        if form.schema == schema
        for record in records_of(output_of(form_shell, form), form.output_format)
    ]
    records += RARE_RECORDS.get(schema, [])
    printed = {key for record in records for key in record_keys(record)}
    assert set(schema_keys(SCHEMAS[schema], SCHEMAS[schema])) == printed
    for record in RARE_RECORDS.get(schema, []):
        validate(record, schema)


@pytest.mark.parametrize("schema", sorted(SCHEMAS))
def test_a_schema_is_valid_and_each_of_its_keys_has_a_description(schema: str) -> None:
    document = SCHEMAS[schema]
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert document["$id"] == f"urn:emtui:schema:{schema}"
    for node in nodes_of(document):
        assert "additionalProperties" not in node, "new keys may come"
        for name, child in node.get("properties", {}).items():
            assert child.get("description") or child.keys() == {"const"}, name


def test_a_session_and_an_event_are_described_alike_in_every_schema() -> None:
    session, event = (SCHEMAS[name]["properties"] for name in ("session", "event"))
    for name in ("show", "explain", "ticket"):
        assert SCHEMAS[name]["properties"].items() >= session.items()
        assert SCHEMAS[name]["$defs"]["finding"] == SCHEMAS["show"]["$defs"]["finding"]
    assert SCHEMAS["show"]["$defs"]["event"]["properties"] == event
    for name in ("tail", "diff", "ticket"):
        assert SCHEMAS[name]["$defs"]["session"]["properties"] == session
    assert tuple(SCHEMAS["tail-flat"]["properties"]) == FLAT_KEYS
    assert len(set(FLAT_KEYS)) == len(FLAT_KEYS), "no key of the session is called like one of the change"


@pytest.mark.parametrize("schema", ["session", "event", "tail-flat", "timeline", "types"])
def test_forms_that_tables_are_made_of_always_have_all_keys(schema: str) -> None:
    assert SCHEMAS[schema]["required"] == list(SCHEMAS[schema]["properties"])


def test_every_json_form_of_the_commands_has_a_row_and_every_schema_is_used() -> None:
    printed = {
        (command.name, output_format)
        for command in COMMANDS
        for option in command.options
        if option.name == "--output"
        for output_format in {"json", "jsonl", "csv"} & set(option.choices)
    }
    rows = {(form.command, form.output_format) for form in FORMS if "-o" in form.command_line}
    assert printed == rows
    assert {form.schema for form in FORMS} == SCHEMAS.keys()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"started": "2026-11-23 02:10"}, "is not a 'date-time'"),
        ({"duration_s": "31"}, "is not of type"),
        ({"outcome": "Failed"}, "is not one of"),
    ],
)
def test_a_wrong_record_does_not_match(change: dict[str, object], problem: str) -> None:
    record = RARE_RECORDS["tail"][2]["session"]
    assert isinstance(record, dict)
    validate(record, "session")
    (error, *_) = Draft202012Validator(SCHEMAS["session"], format_checker=format_checker).iter_errors(
        {**record, **change}
    )
    assert problem in error.message
    without_id = {key: value for key, value in record.items() if key != "id"}
    assert not Draft202012Validator(SCHEMAS["session"]).is_valid(without_id)


# --- the page -----------------------------------------------------------------------------------


def test_the_page_has_a_table_for_every_schema_and_a_row_for_every_form() -> None:
    text = PAGE.read_text("utf-8")
    assert with_tables(text) == text, "run python tests/json_tables.py"
    assert set(SCHEMA_LINE.findall(text)) == SCHEMAS.keys(), "add a section with a line Schema: `NAME`"
    rows = {
        (command, output_format.strip("`"), schema)
        for command, formats, schema in re.findall(
            r"^\| `emtui ([^`]+)` \| (.+) \| \[(\S+)\]", text, re.MULTILINE
        )
        for output_format in formats.split(", ")
    }
    assert {(command.split()[0], *rest) for command, *rest in rows} == {
        (form.command, "one line" if form.schema == "demo" else form.output_format, form.schema)
        for form in FORMS
    }


EXAMPLES = re.findall(r"^emtui (.+) \| jq (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.skipif(shutil.which("jq") is None and "CI" not in os.environ, reason="jq is not installed")
@pytest.mark.parametrize(("command_line", "jq_arguments"), EXAMPLES)
def test_the_examples_of_the_page_work(
    form_shell: CommandRunner, command_line: str, jq_arguments: str
) -> None:
    if command_line.startswith("tail"):
        schema = "tail-flat" if "--flat" in command_line else "tail"
        text = output_of(form_shell, next(form for form in FORMS if form.schema == schema))
    else:
        text = form_shell(*shlex.split(command_line)).stdout
    argv = ["jq", *shlex.split(jq_arguments)]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
