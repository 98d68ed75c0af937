"""`emtui metrics` as a collector calls it: text or a file, also after a failed poll."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server
from other_user_shell import OtherUserShell, other_user
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from session_list_server import listing_shell, runs_from_letters

from emtui.cli.metric_families import METRICS

Labels = frozenset[tuple[str, str]]


def numbers_of(text: str) -> dict[str, dict[Labels, float]]:
    """The numbers of each metric by its labels."""
    return {
        family.name: {frozenset(one.labels.items()): one.value for one in family.samples}
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    }


def single(text: str, name: str) -> float:
    """The number of a metric that has only the label `server`."""
    (number,) = numbers_of(text)[name].values()
    return number


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("textfile")


def test_the_metrics_say_what_check_says(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    done = demo_shell("metrics")
    assert (done.returncode, done.stderr) == (0, "")
    line = demo_shell("check", "--timeout", "60").stdout
    on_time = re.search(r"types=(\d+);.* on_time=(\d+);.* failing=(\d+);", line)
    assert on_time, line
    numbers = numbers_of(done.stdout)
    failures = numbers["emtui_type_consecutive_failures"].values()
    assert [single(done.stdout, name) for name in ("emtui_types", "emtui_types_on_schedule")] == [
        int(on_time[1]),
        int(on_time[2]),
    ]
    assert sum(number > 0 for number in failures) == int(on_time[3])
    overdue = {
        dict(labels)["type"] for labels, number in numbers["emtui_type_overdue_starts"].items() if number
    }
    assert overdue
    assert all(f"{name} " in line for name in overdue)
    assert "due" in line
    sessions = demo_shell.run_json("sessions", "-o", "json")
    assert sum(numbers["emtui_list_sessions"].values()) == len(sessions)
    assert {dict(labels)["server"] for samples in numbers.values() for labels in samples} == {
        sessions[0]["server"]
    }
    assert {*numbers} <= {metric.name for metric in METRICS}
    assert demo.user not in done.stdout
    assert single(done.stdout, "emtui_exit_code") == 0
    assert single(done.stdout, "emtui_list_request_duration_seconds") > 0
    assert single(done.stdout, "emtui_list_response_bytes") > 100_000


def test_a_file_is_replaced_also_by_a_failed_poll(demo_shell: CommandRunner, folder: Path) -> None:
    path = folder / "emtui.prom"
    path.write_text("old")
    done = demo_shell("metrics", "-o", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    before = path.read_text()
    assert single(before, "emtui_up") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    done = demo_shell("metrics", "-o", str(path), EMTUI_PASSWORD="wrong")
    assert done.returncode == 4
    assert "refused the logon" in done.stderr
    after = path.read_text()
    assert (single(after, "emtui_up"), single(after, "emtui_exit_code")) == (0, 4)
    received = "emtui_list_received_timestamp_seconds"
    assert single(after, received) == single(before, received)
    assert single(after, "emtui_poll_timestamp_seconds") > single(before, "emtui_poll_timestamp_seconds")
    assert [*folder.iterdir()] == [path]


def test_a_list_of_names_only_is_not_a_quiet_day(shell: CommandRunner) -> None:
    for demo in run_demo_server("--seed", "0", "--sessions", "1000", "--play", "references"):
        done = shell("metrics", **demo.variables())
        assert done.returncode == 6
        assert "their outcomes are unknown" in done.stderr
        assert (single(done.stdout, "emtui_up"), single(done.stdout, "emtui_exit_code")) == (0, 6)
        assert "emtui_alerts" not in done.stdout


def test_a_failed_poll_is_printed_with_its_exit_code(shell: CommandRunner) -> None:
    argv = ("--server", "127.0.0.1:1", "--user", "x", "--pin", "00" * 32, "metrics")
    done = shell(*argv, EMTUI_PASSWORD="x")
    assert done.returncode == 5
    assert (single(done.stdout, "emtui_up"), single(done.stdout, "emtui_exit_code")) == (0, 5)
    assert "emtui_list_received_timestamp_seconds" not in done.stdout
    assert done.stderr.count("\n") == 1


def test_without_a_password_there_is_no_prompt_and_the_reason_is_a_metric(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    done = demo_shell("metrics")
    assert done.returncode == single(done.stdout, "emtui_exit_code") == 4
    assert "No password for" in done.stderr


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("-o", "missing/x.prom"), "is not a directory: create it first."),
        (("-o", "/dev/null"), "/dev/null is not a regular file: use the path of a file."),
        (("--timeout", "soon"), "--timeout: "),
        (("--type", "CollectJob"), "emtui metrics has no option --type."),
        (("-p", "nowhere"), "nowhere"),
    ],
)
def test_wrong_usage_is_one_sentence_and_nothing_is_sent(
    shell: CommandRunner, argv: tuple[str, ...], sentence: str
) -> None:
    done = shell("--server", "127.0.0.1:1", "--user", "x", "metrics", *argv, EMTUI_PASSWORD="x")
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_runs_of_an_earlier_list_that_are_missing_are_counted(shell: CommandRunner, tmp_path: Path) -> None:
    runs = runs_from_letters("s" * 30)
    with listing_shell(shell, runs, tmp_path) as first:
        assert single(first("metrics").stdout, "emtui_unlisted_sessions") == 0
        server = first.leading_arguments[1]
        saved = next((tmp_path / "state" / "emtui").glob("listed-*.json"))
        record = json.loads(saved.read_text())
        record["sessions"] = [
            *record["sessions"],
            *(
                [f"urn:veeam:SystemSession:{number:032x}", *row[1:]]
                for number, row in enumerate(record["sessions"][:5])
            ),
        ]
        saved.write_text(json.dumps(record))
        text = first("metrics").stdout
    assert single(text, "emtui_unlisted_sessions") == 5
    labels = frozenset({("server", server), ("kind", "unlisted"), ("acknowledged", "false")})
    assert numbers_of(text)["emtui_alerts"][labels] == 1


def test_the_clock_of_the_server_is_compared_with_ours(shell: CommandRunner, tmp_path: Path) -> None:
    clock = datetime(2099, 1, 1, tzinfo=UTC)
    with listing_shell(shell, runs_from_letters("sss"), tmp_path, clock) as served:
        text = served("metrics").stdout
    ahead = single(text, "emtui_poll_timestamp_seconds") + single(text, "emtui_clock_skew_seconds")
    assert ahead == pytest.approx(clock.timestamp(), abs=60)


@pytest.fixture
def other_user_shell(demo: RunningDemo) -> Iterator[OtherUserShell]:
    with other_user() as runner:
        runner.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
        runner.environ["EMTUI_PASSWORD"] = demo.password
        yield runner


def test_a_folder_that_belongs_to_root_is_one_sentence(
    other_user_shell: OtherUserShell, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "emtui.prom"
    path.write_text("old")
    done = other_user_shell("metrics", "-o", str(path))
    assert done.returncode == 2
    assert done.stderr == (
        f"emtui: Cannot create a file in {tmp_path} (Permission denied):"
        " allow this user to write to the directory.\n"
    )
    assert path.read_text() == "old"


def test_without_its_library_the_command_that_installs_it_is_shown(other_user_shell: OtherUserShell) -> None:
    other_user_shell.missing_modules = ("prometheus_client",)
    done = other_user_shell("metrics")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("emtui: The library for metrics is not installed. Run: ")
    assert "prometheus-client>=" in done.stderr
    assert done.stderr.count("\n") == 1
    assert other_user_shell("sessions", "--limit", "1").returncode == 0
