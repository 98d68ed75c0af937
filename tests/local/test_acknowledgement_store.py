"""Acknowledgements between runs: per server, never lost, in memory if they cannot be saved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local.acknowledgement_store import MOST, MarkBook

PROD, LAB = "em01.example.net:9398", "lab.example.net:9398"
PARTS = {"note": "INC0012345", "made": "2026-11-23T02:12:04+00:00", "type": "CollectJob"}


def put(book: MarkBook, of: str) -> None:
    book.put(of, PARTS)
    book.keep()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def test_an_acknowledgement_is_available_to_the_next_process_for_the_same_server(state: Path) -> None:
    put(MarkBook(PROD), "f00d")
    assert MarkBook(PROD).read() == {"f00d": PARTS}
    assert MarkBook(LAB).read() == {}
    assert (state / "marks.json").stat().st_mode & 0o777 == 0o600
    book = MarkBook(PROD)
    book.take(["f00d", "never made"])
    book.keep()
    assert MarkBook(PROD).read() == {}


def test_looking_alone_writes_nothing(state: Path) -> None:
    assert MarkBook(PROD).read() == {}
    assert not list(state.glob("*"))


def test_two_at_once_keep_each_others_marks() -> None:
    one, two = MarkBook(PROD), MarkBook(PROD)
    put(one, "1")
    put(two, "2")
    assert set(one.read()) == set(two.read()) == {"1", "2"}
    two.take(["1"])
    assert set(two.read()) == {"2"}
    two.keep()
    assert set(one.read()) == {"2"}


def test_many_processes_lose_no_mark() -> None:
    script = "import sys; from emtui.local.acknowledgement_store import MarkBook; book = MarkBook('a')\n"
    script += (
        "for n in range(20): book.put(f'{sys.argv[1]}-{n}', {'made': 'x'}); book.keep()\nprint(book.problem)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    assert [writer.communicate()[0].strip() for writer in writers] == [""] * 4
    assert len(MarkBook("a").read()) == 80


def test_acknowledgements_of_a_demo_apply_but_are_not_saved(state: Path) -> None:
    book = MarkBook(None)
    put(book, "f00d")
    assert book.read() == {"f00d": PARTS}
    assert not state.exists()


def test_without_storage_an_acknowledgement_lasts_in_memory_and_the_problem_is_reported(state: Path) -> None:
    state.write_text("a file in place of the folder")
    book = MarkBook(PROD)
    put(book, "f00d")
    assert "cannot be used" in book.problem
    assert book.read() == {"f00d": PARTS}
    state.unlink()
    put(book, "1")
    assert book.problem == ""
    assert set(MarkBook(PROD).read()) == {"f00d", "1"}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": {"b": 1}}', "\xff", "[" * 100_000])
def test_a_file_that_is_none_of_ours_is_left_as_it_is(state: Path, text: str) -> None:
    put(MarkBook(LAB), "f00d")
    (state / "marks.json").write_text(text, "latin-1")
    book = MarkBook(PROD)
    assert book.read() == {}
    assert "marks.json is not a valid emtui file" in book.problem
    put(book, "1")
    assert (state / "marks.json").read_text("latin-1") == text
    assert set(book.read()) == {"1"}


def test_file_content_is_sanitized_and_the_oldest_records_are_dropped(state: Path) -> None:
    book = MarkBook(PROD)
    book.put("f00d", PARTS | {"note": "\x1b[31mred"})
    book.keep()
    assert book.read()["f00d"]["note"] == "␛[31mred"
    many = {"f00d": PARTS} | {str(number): PARTS for number in range(MOST)}
    (state / "marks.json").write_text(json.dumps({PROD: many}))
    put(book, "last")
    kept = MarkBook(PROD).read()
    assert len(kept) == MOST
    assert "last" in kept
    assert "f00d" not in kept


def test_a_link_in_place_of_the_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    put(MarkBook(LAB), "f00d")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("{}")
    (state / "marks.json").unlink()
    (state / "marks.json").symlink_to(elsewhere)
    book = MarkBook(PROD)
    put(book, "1")
    assert book.problem
    assert elsewhere.read_text() == "{}"
    assert book.read() == {"1": PARTS}
