"""What is typed into a field stays in it, whatever the terminal says of its focus, and with Alt, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, at_night, emtui
from served import Demo

LOST, GAINED = "\x1b[O", "\x1b[I"
ESC = "\x1b[27u"
LETTERS, FIELD_LETTERS = "qxQ?:/4é[O]", "bfd"
BEGINS_A_SEQUENCE = "[O]"
HELD = 1.2
"""Seconds that such a letter is held at the most: the rest of a sequence may follow."""


def begins(text: str) -> Callable[[list[str]], bool]:
    """Whether a line begins with just this, as far as it was typed."""
    return lambda lines: any(line == text or line.startswith(f"{text} ") for line in lines)


def in_pieces(terminal: Terminal, text: str) -> None:
    """Each letter by itself, the focus lost before the first and after the second."""
    terminal.press(LOST, text[:2], LOST, *text[2:])


@pytest.mark.parametrize("said", [(LOST,), (LOST, GAINED), (GAINED, LOST), (LOST, LOST)], ids=repr)
def test_what_is_typed_into_the_query_is_typed_there_though_the_focus_is_lost(
    demo_list: Terminal, said: tuple[str, ...]
) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
    demo_list.press("cat", *said, "q", "Q", "?", ":", "1")
    demo_list.until(begins("/ catqQ?:1"))
    demo_list.press(LOST, ESC)
    demo_list.at_row(1)
    demo_list.press(LOST, "j")
    demo_list.at_row(2)


def test_a_focus_that_is_lost_on_the_list_leaves_the_next_query_alone(demo_list: Terminal) -> None:
    demo_list.press(LOST, "/", "q")
    demo_list.until(begins("/ q"))


def test_what_is_typed_into_a_search_is_typed_there_though_the_focus_is_lost(demo_list: Terminal) -> None:
    demo_list.press("enter")
    demo_list.opened()
    demo_list.press("/")
    in_pieces(demo_list, "quiet")
    demo_list.until(begins("/ quiet"))
    demo_list.press("tab", "q")
    demo_list.until(begins("/ quietq"))
    demo_list.press("\x15", LOST, ESC, "&")
    in_pieces(demo_list, "query")
    demo_list.until(begins("& query"))


def test_what_is_typed_into_a_note_is_typed_there_though_the_focus_is_lost(demo_list: Terminal) -> None:
    demo_list.press("am")
    demo_list.until("note:")
    in_pieces(demo_list, "Quarantine")
    demo_list.until(begins("note: Quarantine"))
    demo_list.press("enter")
    demo_list.until("Known until")
    demo_list.until("known: Quarantine")


def test_what_is_typed_into_the_palette_is_typed_there_though_the_focus_is_lost(demo_list: Terminal) -> None:
    demo_list.press(":")
    demo_list.until("Enter do it")
    in_pieces(demo_list, "health")
    demo_list.until(begins(":health"))
    demo_list.press(LOST, "enter")
    demo_list.until("Health of")


def test_a_password_is_sent_as_it_was_typed_though_the_focus_is_lost(tmp_path: Path, demo: Demo) -> None:
    argv = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with emtui(*argv, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        in_pieces(terminal, demo.password)
        terminal.until(f"[{'•' * len(demo.password)} ")
        terminal.press(LOST, "enter")
        terminal.at_row(1)


def test_the_word_for_a_certificate_is_typed_though_the_focus_is_lost(tmp_path: Path, demo: Demo) -> None:
    with emtui("--server", demo.url, "--user", demo.user, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press(LOST, demo.password, "enter")
        terminal.until("Type pin to trust it")
        terminal.rest()
        terminal.press(LOST, "p", "tab", "i", "n", LOST, "enter")
        terminal.until("Save as profile:")
        in_pieces(terminal, "-quiet")
        terminal.until(lambda lines: any("Save as profile:" in line and "-quiet" in line for line in lines))


def test_q_types_into_the_login_and_where_it_closes_the_only_page_emtui_ends(tmp_path: Path) -> None:
    with emtui("--server", "vbem.example.net", environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press(LOST, "q", "Q", "?")
        terminal.until("[qQ? ")
        terminal.press("tab", "tab")
        terminal.rest()
        terminal.press("q", "?")
        assert terminal.end() == 0
    assert b"internal error" not in terminal.received


def test_alt_and_a_letter_moves_by_words_in_the_query(demo_list: Terminal) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
    demo_list.press("one two three", "\x1bb", "\x1bb", "A")
    demo_list.until(begins("/ one Atwo three"))
    demo_list.press("\x1bf", "B")
    demo_list.until(begins("/ one Atwo Bthree"))
    demo_list.press("\x1bb", "\x1bb", "\x1bd", "C")
    demo_list.until(begins("/ one CBthree"))
    demo_list.press("\x1b\x7f", "\x1b[1;3D", "\x1b[1;3C", "\x1b\x1b[D", "\x1b[98;3u", "D")
    demo_list.until(begins("/ Done Bthree"))


def test_alt_and_a_letter_does_nothing_on_the_list(demo_list: Terminal) -> None:
    demo_list.press("j")
    demo_list.at_row(2)
    for letter in LETTERS + FIELD_LETTERS:
        demo_list.press(f"\x1b{letter}")
        demo_list.for_a_while(HELD if letter in BEGINS_A_SEQUENCE else 0.1)
        demo_list.at_row(2)
    demo_list.press("k")
    demo_list.at_row(1)


def test_alt_and_another_letter_does_nothing_in_a_field(demo_list: Terminal) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
    for number, letter in enumerate(LETTERS, 1):
        demo_list.press(f"\x1b{letter}")
        demo_list.for_a_while(HELD if letter in BEGINS_A_SEQUENCE else 0.1)
        demo_list.press("x")
        demo_list.until(begins(f"/ {number * 'x'}"))


def test_esc_and_then_a_letter_by_hand_stay_two_keys(demo_list: Terminal) -> None:
    demo_list.press("enter")
    demo_list.opened()
    demo_list.press("\x1b")
    demo_list.for_a_while(0.15)
    demo_list.press("j")
    demo_list.at_row(2)
    demo_list.press("/")
    demo_list.until("Enter keep")
    demo_list.press("zzz", "\x1b")
    demo_list.for_a_while(0.15)
    demo_list.press("k")
    demo_list.at_row(1)


def test_alt_and_a_letter_then_text_in_one_piece_is_typed_where_it_was_meant(demo_list: Terminal) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
    demo_list.press("one two")
    demo_list.press("\x1bbthat was quick ")
    demo_list.until(begins("/ one that was quick two"))


def test_esc_and_lines_that_are_pasted_in_one_piece_are_esc_and_a_paste(demo_list: Terminal) -> None:
    demo_list.press("/")
    demo_list.until("Enter keep")
    demo_list.press("state:failed")
    demo_list.until(begins("/ state:failed"))
    demo_list.press("\x1bdisk full on bs02\r:leave it to storage\r")
    demo_list.until(begins("/ disk full on bs02 :leave it to storage"))


def test_keys_after_the_one_that_leaves_emtui_end_it_no_other_way(tmp_path: Path, demo: Demo) -> None:
    with at_night(demo, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("enter")
        terminal.at_row(1)
        terminal.press("q4\x1b[B:?\x1b[B4\r")
        assert terminal.end() == 0
    assert b"internal error" not in terminal.received
