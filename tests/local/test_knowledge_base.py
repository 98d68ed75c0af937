"""Acknowledgements and notes: applied at once, saved for the next process, reread when changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtui.local.knowledge_base import Knowledge, KnowledgeBase

SERVER = "em01.example.net:9398"
RECORD = {"note": "INC0012345", "made": "2026-11-23T02:12:04+00:00", "type": "CollectJob"}
NOTE = '[[note]]\npattern = "bs02"\ntext = "patched on Mondays"\n'
PREFIX = "Marks cannot be kept"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
        (tmp_path / name.lower() / "emtui").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "team"))
    return tmp_path


def own_notes_file(home: Path) -> Path:
    return home / "config" / "emtui" / "notes.toml"


def test_an_acknowledgement_applies_at_once_and_persists_after_save() -> None:
    base = KnowledgeBase(SERVER)
    assert base.load().is_empty
    base.acknowledge("f00d", RECORD)
    assert base.load() == Knowledge({"f00d": RECORD})
    assert KnowledgeBase(SERVER).load().is_empty
    base.save()
    assert KnowledgeBase(SERVER).load() == Knowledge({"f00d": RECORD})
    assert KnowledgeBase("lab.example.net:9398").load().is_empty
    base.unacknowledge("f00d")
    base.save()
    assert KnowledgeBase(SERVER).load().is_empty


def test_expired_acknowledgements_are_dropped_without_a_revision() -> None:
    base = KnowledgeBase(SERVER)
    base.acknowledge("f00d", RECORD)
    base.acknowledge("beef", RECORD)
    assert base.revision == 2
    base.save(ended_keys=["beef"])
    assert base.revision == 2
    assert set(KnowledgeBase(SERVER).load().acknowledgements) == {"f00d"}
    base.unacknowledge("f00d")
    assert base.revision == 3


def test_a_demo_or_recording_reads_and_writes_no_files(home: Path) -> None:
    own_notes_file(home).write_text(NOTE)
    base = KnowledgeBase(None)
    base.acknowledge("f00d", RECORD)
    base.save()
    assert base.load() == Knowledge({"f00d": RECORD})
    assert not list((home / "state" / "emtui").iterdir())


def test_notes_are_read_again_once_their_file_has_changed(home: Path) -> None:
    base = KnowledgeBase(SERVER)
    assert base.load().notes == ()
    own_notes_file(home).write_text(NOTE)
    (note,) = base.load().notes
    assert (note.text, note.is_acknowledgement) == ("patched on Mondays", False)
    assert base.load().notes[0] is note
    assert base.load().is_empty
    own_notes_file(home).write_text(NOTE + "known = true\n")
    knowledge = base.load()
    assert knowledge.notes[0].is_acknowledgement
    assert not knowledge.is_empty
    own_notes_file(home).unlink()
    assert base.load().notes == ()


def test_a_problem_is_reported_once_while_it_lasts(home: Path) -> None:
    marks = home / "state" / "emtui" / "marks.json"
    marks.write_text("[]")
    marks.chmod(0o600)
    own_notes_file(home).write_text("[[notes]]\n")
    base = KnowledgeBase(SERVER)
    assert base.load().is_empty
    store, notes = base.new_problems(PREFIX)
    assert store.startswith(f"{PREFIX}: {marks} is not a valid emtui file")
    assert notes.startswith(f"{own_notes_file(home)}: notes is not valid")
    base.load()
    assert base.new_problems(PREFIX) == ()
    marks.unlink()
    base.load()
    assert base.new_problems(PREFIX) == ()
    marks.write_text("[]")
    marks.chmod(0o600)
    base.load()
    assert base.new_problems(PREFIX) == (store,)
