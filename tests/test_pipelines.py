"""The page about pipelines and its files: complete, and in agreement with the metrics and exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emtui.cli.metric_families import METRICS
from emtui.triage.finding_kinds import KINDS_OF_ALL_TYPES, KINDS_OF_ONE_TYPE

DOCS = Path(__file__).parents[1] / "emtui" / "docs"
EXAMPLES = DOCS / "examples"
PAGE = (DOCS / "pipelines.md").read_text("utf-8")
FOLDERS = ("tail", "node_exporter", "telegraf", "prometheus", "logrotate", "rsyslog", "vector", "kafka")
FILES = sorted(
    path.relative_to(EXAMPLES).as_posix() for name in FOLDERS for path in (EXAMPLES / name).iterdir()
)
LONG_RUNNING = ("tail/emtui-tail@.service", "kafka/emtui-kafka@.service")


def example(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def test_the_page_lists_every_metric_with_its_labels_and_meaning() -> None:
    rows = re.findall(r"^\| `(emtui_\w+)` \| (.*?) \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (metric.name, ", ".join(f"`{label}`" for label in metric.labels), metric.help.removesuffix("."))
        for metric in METRICS
    ]


def test_the_page_names_every_kind_of_alert() -> None:
    for kind in (*KINDS_OF_ALL_TYPES.values(), *KINDS_OF_ONE_TYPE.values()):
        assert f"`{kind}`" in PAGE


def test_the_page_names_every_file_and_each_exists() -> None:
    named = {
        *re.findall(r"`((?:" + "|".join(FOLDERS) + r")/[\w@.-]+)`", PAGE),
        "node_exporter/emtui-metrics@.timer",
    }
    assert named == {*FILES}


def test_the_rules_use_only_metrics_and_kinds_that_exist() -> None:
    rules = example("prometheus/emtui.rules.yml")
    expressions = re.findall(r"expr: (.*)", rules)
    names = {name for text in expressions for name in re.findall(r"\bemtui_\w+", text)}
    assert names <= {metric.name for metric in METRICS}
    patterns = [pattern for text in expressions for pattern in re.findall(r'kind=~?"([^"]*)"', text)]
    kinds = {kind for pattern in patterns for kind in pattern.split("|")}
    assert kinds <= {*KINDS_OF_ALL_TYPES.values(), *KINDS_OF_ONE_TYPE.values()}
    assert rules.count("- alert: ") == len(expressions) == 14
    assert "has 14:" in PAGE


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_service_that_runs_on_is_not_restarted_when_a_person_must_decide(name: str) -> None:
    unit = example(name)
    assert "\nRestart=always\nRestartSec=60\nRestartPreventExitStatus=2 4 7\nSuccessExitStatus=143\n" in unit
    assert "\nStartLimitIntervalSec=0\n" in unit


@pytest.mark.parametrize("name", [*LONG_RUNNING, "node_exporter/emtui-metrics@.service"])
def test_the_password_of_a_service_is_a_credential_of_its_profile(name: str) -> None:
    unit = example(name)
    assert "\nLoadCredential=emtui:/etc/emtui/%i.password\n" in unit
    assert "EMTUI_PASSWORD" not in unit
    assert "\nUser=emtui\n" in unit


@pytest.mark.parametrize("name", FILES)
def test_a_file_begins_with_its_purpose_and_its_place_and_names_no_real_host(name: str) -> None:
    text = example(name)
    assert re.match(r"# \S.*[^.]\n# File: /etc/\S+", text)
    hosts = re.findall(r"\b[\w-]+\.(?:com|net|org|io|local)\b(?!\w)", text)
    assert {host for host in hosts if host != "example.net"} == set()
