"""What is typed into a field stays in it, whatever the terminal says of its focus, and with Alt, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui, run_night_demo

FOCUS_LOST, FOCUS_GAINED = "\x1b[O", "\x1b[I"
ESC = "\x1b[27u"
LETTERS, FIELD_LETTERS = "qxQ?:/4é[O]", "bfd"
BEGINS_A_SEQUENCE = "[O]"
HELD_KEYS = 1.2
"""Seconds that such a letter is held at the most: the rest of a sequence may follow."""


def first_line_with(text: str) -> Callable[[list[str]], bool]:
    """Whether a line begins with just this, as far as it was typed."""
    return lambda lines: any(line == text or line.startswith(f"{text} ") for line in lines)


def send_in_chunks(terminal: EmtuiTerminal, text: str) -> None:
    """Each letter by itself, the focus lost before the first and after the second."""
    terminal.press(FOCUS_LOST, text[:2], FOCUS_LOST, *text[2:])


@pytest.mark.parametrize(
    "said",
    [(FOCUS_LOST,), (FOCUS_LOST, FOCUS_GAINED), (FOCUS_GAINED, FOCUS_LOST), (FOCUS_LOST, FOCUS_LOST)],
    ids=repr,
)
def test_what_is_typed_into_the_query_is_typed_there_though_the_focus_is_lost(
    demo_list: EmtuiTerminal, said: tuple[str, ...]
) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("cat", *said, "q", "Q", "?", ":", "1")
    demo_list.wait_for(first_line_with("/ catqQ?:1"))
    demo_list.press(FOCUS_LOST, ESC)
    demo_list.wait_for_row(1)
    demo_list.press(FOCUS_LOST, "j")
    demo_list.wait_for_row(2)


def test_a_focus_that_is_lost_on_the_list_leaves_the_next_query_alone(demo_list: EmtuiTerminal) -> None:
    demo_list.press(FOCUS_LOST, "/", "q")
    demo_list.wait_for(first_line_with("/ q"))


def test_what_is_typed_into_a_search_is_typed_there_though_the_focus_is_lost(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("enter")
    demo_list.wait_opened()
    demo_list.press("/")
    send_in_chunks(demo_list, "quiet")
    demo_list.wait_for(first_line_with("/ quiet"))
    demo_list.press("tab", "q")
    demo_list.wait_for(first_line_with("/ quietq"))
    demo_list.press("\x15", FOCUS_LOST, ESC, "&")
    send_in_chunks(demo_list, "query")
    demo_list.wait_for(first_line_with("& query"))


def test_what_is_typed_into_a_note_is_typed_there_though_the_focus_is_lost(demo_list: EmtuiTerminal) -> None:
    demo_list.press("am")
    demo_list.wait_for("note:")
    send_in_chunks(demo_list, "Quarantine")
    demo_list.wait_for(first_line_with("note: Quarantine"))
    demo_list.press("enter")
    demo_list.wait_for("Known until")
    demo_list.wait_for("known: Quarantine")


def test_what_is_typed_into_the_palette_is_typed_there_though_the_focus_is_lost(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press(":")
    demo_list.wait_for("Enter do it")
    send_in_chunks(demo_list, "health")
    demo_list.wait_for(first_line_with(":health"))
    demo_list.press(FOCUS_LOST, "enter")
    demo_list.wait_for("Health of")


def test_a_password_is_sent_as_it_was_typed_though_the_focus_is_lost(
    tmp_path: Path, demo: RunningDemo
) -> None:
    argv = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with run_emtui(*argv, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        send_in_chunks(terminal, demo.password)
        terminal.wait_for(f"[{'•' * len(demo.password)} ")
        terminal.press(FOCUS_LOST, "enter")
        terminal.wait_for_row(1)


def test_the_word_for_a_certificate_is_typed_though_the_focus_is_lost(
    tmp_path: Path, demo: RunningDemo
) -> None:
    with run_emtui(
        "--server", demo.url, "--user", demo.user, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("Password")
        terminal.press(FOCUS_LOST, demo.password, "enter")
        terminal.wait_for("Type pin to trust it")
        terminal.wait_idle()
        terminal.press(FOCUS_LOST, "p", "tab", "i", "n", FOCUS_LOST, "enter")
        terminal.wait_for("Save as profile:")
        send_in_chunks(terminal, "-quiet")
        terminal.wait_for(
            lambda lines: any("Save as profile:" in line and "-quiet" in line for line in lines)
        )


def test_q_types_into_the_login_and_where_it_closes_the_only_page_emtui_ends(tmp_path: Path) -> None:
    with run_emtui("--server", "vbem.example.net", environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press(FOCUS_LOST, "q", "Q", "?")
        terminal.wait_for("[qQ? ")
        terminal.press("tab", "tab")
        terminal.wait_idle()
        terminal.press("q", "?")
        assert terminal.wait_exit() == 0
    assert b"internal error" not in terminal.received


def test_alt_and_a_letter_moves_by_words_in_the_query(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("one two three", "\x1bb", "\x1bb", "A")
    demo_list.wait_for(first_line_with("/ one Atwo three"))
    demo_list.press("\x1bf", "B")
    demo_list.wait_for(first_line_with("/ one Atwo Bthree"))
    demo_list.press("\x1bb", "\x1bb", "\x1bd", "C")
    demo_list.wait_for(first_line_with("/ one CBthree"))
    demo_list.press("\x1b\x7f", "\x1b[1;3D", "\x1b[1;3C", "\x1b\x1b[D", "\x1b[98;3u", "D")
    demo_list.wait_for(first_line_with("/ Done Bthree"))


def test_alt_and_a_letter_does_nothing_on_the_list(demo_list: EmtuiTerminal) -> None:
    demo_list.press("j")
    demo_list.wait_for_row(2)
    for letter in LETTERS + FIELD_LETTERS:
        demo_list.press(f"\x1b{letter}")
        demo_list.read_for(HELD_KEYS if letter in BEGINS_A_SEQUENCE else 0.1)
        demo_list.wait_for_row(2)
    demo_list.press("k")
    demo_list.wait_for_row(1)


def test_alt_and_another_letter_does_nothing_in_a_field(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    for number, letter in enumerate(LETTERS, 1):
        demo_list.press(f"\x1b{letter}")
        demo_list.read_for(HELD_KEYS if letter in BEGINS_A_SEQUENCE else 0.1)
        demo_list.press("x")
        demo_list.wait_for(first_line_with(f"/ {number * 'x'}"))


def test_esc_and_then_a_letter_by_hand_stay_two_keys(demo_list: EmtuiTerminal) -> None:
    demo_list.press("enter")
    demo_list.wait_opened()
    demo_list.press("\x1b")
    demo_list.read_for(0.15)
    demo_list.press("j")
    demo_list.wait_for_row(2)
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("zzz", "\x1b")
    demo_list.read_for(0.15)
    demo_list.press("k")
    demo_list.wait_for_row(1)


def test_alt_and_a_letter_then_text_in_one_piece_is_typed_where_it_was_meant(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("one two")
    demo_list.press("\x1bbthat was quick ")
    demo_list.wait_for(first_line_with("/ one that was quick two"))


def test_esc_and_lines_that_are_pasted_in_one_piece_are_esc_and_a_paste(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter keep")
    demo_list.press("state:failed")
    demo_list.wait_for(first_line_with("/ state:failed"))
    demo_list.press("\x1bdisk full on bs02\r:leave it to storage\r")
    demo_list.wait_for(first_line_with("/ disk full on bs02 :leave it to storage"))


def test_keys_after_the_one_that_leaves_emtui_end_it_no_other_way(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.press("q4\x1b[B:?\x1b[B4\r")
        assert terminal.wait_exit() == 0
    assert b"internal error" not in terminal.received
