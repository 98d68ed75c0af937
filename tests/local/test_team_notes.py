"""Team notes: read strictly, matched as plain text, never fatal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Event, Result, Session, Uid
from emtui.local.team_notes import TeamNote, TeamNotes, find_notes, load_notes

CONNECTION_FAILED = "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
NOTE = """
[[note]]
pattern = "bs02.example.net*closed the connection"
text = "storage patches bs02 on Mondays: INC0012345"
link = "https://wiki.example.net/bs02"
"""


def failed_session(message: str | None) -> Session:
    return Session(Uid("1"), type="CollectJob", state="Failed", result=Result("Failed", message))


def load_notes_text(tmp_path: Path, text: str) -> TeamNotes:
    file = tmp_path / "notes.toml"
    file.write_text(text)
    return load_notes(tmp_path / "own.toml", file, zone=UTC)


def load_problem(tmp_path: Path, text: str) -> str:
    found = load_notes_text(tmp_path, text)
    assert found.notes == ()
    (sentence,) = found.problems
    return sentence


def test_a_note_has_a_text_a_link_and_its_source(tmp_path: Path) -> None:
    (note,) = load_notes_text(tmp_path, NOTE).notes
    assert note.matches("CollectJob", CONNECTION_FAILED)
    assert note.text == "storage patches bs02 on Mondays: INC0012345"
    assert (note.link, note.source) == ("https://wiki.example.net/bs02", "team file")


def test_the_users_notes_come_first_and_a_missing_file_is_skipped(tmp_path: Path) -> None:
    own, team = tmp_path / "own.toml", tmp_path / "team.toml"
    own.write_text('[[note]]\npattern = "bs02"\ntext = "mine"\n')
    team.write_text(NOTE)
    found = load_notes(own, team, tmp_path / "none.toml")
    run = failed_session(CONNECTION_FAILED)
    assert [note.source for note in find_notes(found.notes, run)] == ["your file", "team file"]
    assert load_notes(tmp_path / "none.toml") == TeamNotes()


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("bs02", True),
        ("BS02.EXAMPLE.NET", True),
        ("cannot*closed", True),
        ("closed*cannot", False),
        ("*", True),
        ("c*a*n*n*o*t", True),
        ("^cannot", False),
        ("bs0[0-9]", False),
    ],
)
def test_a_pattern_is_plain_text_anywhere_in_the_message_with_stars_as_wildcards(
    pattern: str, fits: bool
) -> None:
    assert TeamNote(pattern, "x").matches("CollectJob", CONNECTION_FAILED) is fits


@pytest.mark.parametrize(
    ("kind", "fits"),
    [("CollectJob", True), ("collectjob", True), ("Collect", False), ("*Job", True), ("Collect*", True)],
)
def test_a_type_must_match_completely(kind: str, fits: bool) -> None:
    assert TeamNote("bs02", "x", type=kind).matches("CollectJob", CONNECTION_FAILED) is fits


def test_a_note_may_be_about_a_line_of_the_log_of_a_run_that_did_not_end_well() -> None:
    note = TeamNote("bs02", "x")
    lines = (Event(1, None, "Starting..."), Event(2, None, CONNECTION_FAILED))
    assert find_notes((note,), failed_session("Something went wrong"), lines) == (note,)
    assert find_notes((note,), failed_session("Something went wrong")) == ()
    good = replace(failed_session(None), state="CompletedSuccessfully", result=Result("Success"))
    assert find_notes((note,), good, lines) == ()


def test_composed_and_decomposed_letters_match() -> None:
    assert TeamNote("café*STRASSE", "x").matches(None, "Cafe\u0301 in der Straße")
    assert not TeamNote("cafe*", "x").matches(None, "Cafe\u0301")


def test_without_a_message_no_note_matches() -> None:
    assert not TeamNote("*", "x").matches("CollectJob", None)


def test_an_acknowledgement_by_the_team_may_expire(tmp_path: Path) -> None:
    (note,) = load_notes_text(tmp_path, NOTE + "known = true\nuntil = 2026-11-30\n").notes
    assert note.is_acknowledgement
    assert note.until == datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("[[note]\n", "is not TOML"),
        ("[[notes]]\n", "notes is not valid in a notes file: did you mean note?"),
        ("note = 1\n", "each note must start with [[note]]."),
        ('[note]\npattern = "a"\ntext = "b"\n', "each note must start with [[note]]."),
        ('[[note]]\ntext = "a"\n', "note 1: pattern is missing."),
        ('[[note]]\npattern = "a"\n', "note 1: text is missing."),
        ('pattern = "a"\n', "pattern is not valid in a notes file: put it into a note, below a line with"),
        (
            "[rules]\n",
            "begins with a line [[note]], followed by pattern, text, link, type, known and until.",
        ),
        (
            '[[note]]\nmessage = "a"\n',
            "message is not a key of a note: valid names are pattern, text, link, type, known, until",
        ),
        ('[[note]]\npatern = "a"\n', "note 1: patern is not a key of a note: did you mean pattern?"),
        ('[[note]]\npattern = ""\ntext = "b"\n', "pattern must be a string"),
        ('[[note]]\npattern = 1\ntext = "b"\n', "pattern must be a string"),
        (NOTE + 'known = "yes"\n', "known must be true or false."),
        (NOTE + "until = 2026-11-30\n", "until requires known = true"),
        (NOTE + 'known = true\nuntil = "soon"\n', "until must be a date"),
        (NOTE + "known = true\nuntil = 08:00:00\n", "until must be a date"),
        (NOTE + 'link = "x"\n', "is not TOML"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, output: str) -> None:
    sentence = load_problem(tmp_path, text)
    assert sentence.startswith(str(tmp_path / "notes.toml"))
    assert output in sentence
    assert "\n" not in sentence


def test_a_file_that_others_can_write_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "notes.toml"
    file.write_text(NOTE)
    file.chmod(0o666)
    (sentence,) = load_notes(tmp_path / "own.toml", file).problems
    assert "is writable by group or others" in sentence


def test_an_invalid_notes_file_does_not_affect_the_others(tmp_path: Path) -> None:
    own, team = tmp_path / "own.toml", tmp_path / "team.toml"
    own.write_text("[[")
    team.write_text(NOTE)
    found = load_notes(own, team)
    assert (len(found.notes), len(found.problems)) == (1, 1)


def test_control_characters_are_made_visible(tmp_path: Path) -> None:
    (note,) = load_notes_text(tmp_path, '[[note]]\npattern = "a"\ntext = "\\u001b[31mred\\u202e"\n').notes
    assert note.text == "␛[31mred⟨U+202E⟩"


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=4), st.text("abc", max_size=6))
def test_stars_stand_for_whatever_is_between(parts: list[str], between: str) -> None:
    assert TeamNote("*".join(parts), "x").matches("T", "c" + between.join(parts))
    assert TeamNote("x", "x", type="*".join(parts)).matches(between.join(parts), "x") or len(parts) == 1
