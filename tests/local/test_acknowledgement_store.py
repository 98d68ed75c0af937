"""Acknowledgements between runs: per server, never lost, in memory if they cannot be saved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local.acknowledgement_store import MAX_ACKNOWLEDGEMENTS, AcknowledgementStore

PROD, LAB = "em01.example.net:9398", "lab.example.net:9398"
RECORD = {"note": "INC0012345", "made": "2026-11-23T02:12:04+00:00", "type": "CollectJob"}


def save_record(store: AcknowledgementStore, key: str) -> None:
    store.put(key, RECORD)
    store.save()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def test_an_acknowledgement_is_available_to_the_next_process_for_the_same_server(state: Path) -> None:
    save_record(AcknowledgementStore(PROD), "f00d")
    assert AcknowledgementStore(PROD).read() == {"f00d": RECORD}
    assert AcknowledgementStore(LAB).read() == {}
    assert (state / "marks.json").stat().st_mode & 0o777 == 0o600
    book = AcknowledgementStore(PROD)
    book.remove(["f00d", "never made"])
    book.save()
    assert AcknowledgementStore(PROD).read() == {}


def test_reading_alone_writes_nothing(state: Path) -> None:
    assert AcknowledgementStore(PROD).read() == {}
    assert not list(state.glob("*"))


def test_two_stores_at_once_keep_each_others_acknowledgements() -> None:
    one, two = AcknowledgementStore(PROD), AcknowledgementStore(PROD)
    save_record(one, "1")
    save_record(two, "2")
    assert set(one.read()) == set(two.read()) == {"1", "2"}
    two.remove(["1"])
    assert set(two.read()) == {"2"}
    two.save()
    assert set(one.read()) == {"2"}


def test_many_processes_lose_no_acknowledgement() -> None:
    script = (
        "import sys; from emtui.local.acknowledgement_store import AcknowledgementStore\n"
        "book = AcknowledgementStore('a')\n"
        "for n in range(20): book.put(f'{sys.argv[1]}-{n}', {'made': 'x'}); book.save()\nprint(book.problem)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    assert [writer.communicate()[0].strip() for writer in writers] == [""] * 4
    assert len(AcknowledgementStore("a").read()) == 80


def test_acknowledgements_of_a_demo_apply_but_are_not_saved(state: Path) -> None:
    book = AcknowledgementStore(None)
    save_record(book, "f00d")
    assert book.read() == {"f00d": RECORD}
    assert not state.exists()


def test_without_storage_an_acknowledgement_lasts_in_memory_and_the_problem_is_reported(state: Path) -> None:
    state.write_text("a file in place of the folder")
    book = AcknowledgementStore(PROD)
    save_record(book, "f00d")
    assert "cannot be used" in book.problem
    assert book.read() == {"f00d": RECORD}
    state.unlink()
    save_record(book, "1")
    assert book.problem == ""
    assert set(AcknowledgementStore(PROD).read()) == {"f00d", "1"}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": {"b": 1}}', "\xff", "[" * 100_000])
def test_a_file_not_written_by_emtui_is_left_unchanged(state: Path, text: str) -> None:
    save_record(AcknowledgementStore(LAB), "f00d")
    (state / "marks.json").write_text(text, "latin-1")
    book = AcknowledgementStore(PROD)
    assert book.read() == {}
    assert "marks.json is not a valid emtui file" in book.problem
    save_record(book, "1")
    assert (state / "marks.json").read_text("latin-1") == text
    assert set(book.read()) == {"1"}


def test_file_content_is_sanitized_and_the_oldest_records_are_dropped(state: Path) -> None:
    book = AcknowledgementStore(PROD)
    book.put("f00d", RECORD | {"note": "\x1b[31mred"})
    book.save()
    assert book.read()["f00d"]["note"] == "␛[31mred"
    many = {"f00d": RECORD} | {str(number): RECORD for number in range(MAX_ACKNOWLEDGEMENTS)}
    (state / "marks.json").write_text(json.dumps({PROD: many}))
    save_record(book, "last")
    kept = AcknowledgementStore(PROD).read()
    assert len(kept) == MAX_ACKNOWLEDGEMENTS
    assert "last" in kept
    assert "f00d" not in kept


def test_a_link_in_place_of_the_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    save_record(AcknowledgementStore(LAB), "f00d")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("{}")
    (state / "marks.json").unlink()
    (state / "marks.json").symlink_to(elsewhere)
    book = AcknowledgementStore(PROD)
    save_record(book, "1")
    assert book.problem
    assert elsewhere.read_text() == "{}"
    assert book.read() == {"1": RECORD}
