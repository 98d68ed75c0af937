"""Text typed into a field stays there, whatever focus events the terminal sends, also with Alt."""

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
"""Maximum delay in seconds of such a letter: the rest of a sequence may follow."""


def first_line_with(text: str) -> Callable[[list[str]], bool]:
    """Whether a line is this text, optionally followed by blanks and more."""
    return lambda lines: any(line == text or line.startswith(f"{text} ") for line in lines)


def send_in_chunks(terminal: EmtuiTerminal, text: str) -> None:
    """Send each letter separately, with the focus lost before the first and after the second."""
    terminal.press(FOCUS_LOST, text[:2], FOCUS_LOST, *text[2:])


@pytest.mark.parametrize(
    "text",
    [(FOCUS_LOST,), (FOCUS_LOST, FOCUS_GAINED), (FOCUS_GAINED, FOCUS_LOST), (FOCUS_LOST, FOCUS_LOST)],
    ids=repr,
)
def test_text_typed_into_the_query_arrives_there_though_the_focus_is_lost(
    demo_list: EmtuiTerminal, text: tuple[str, ...]
) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("cat", *text, "q", "Q", "?", ":", "1")
    demo_list.wait_for(first_line_with("/ catqQ?:1"))
    demo_list.press(FOCUS_LOST, ESC)
    demo_list.wait_for_row(1)
    demo_list.press(FOCUS_LOST, "j")
    demo_list.wait_for_row(2)


def test_losing_the_focus_on_the_list_does_not_affect_the_next_query(demo_list: EmtuiTerminal) -> None:
    demo_list.press(FOCUS_LOST, "/", "q")
    demo_list.wait_for(first_line_with("/ q"))


def test_text_typed_into_a_search_arrives_there_though_the_focus_is_lost(
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


def test_text_typed_into_a_note_arrives_there_though_the_focus_is_lost(demo_list: EmtuiTerminal) -> None:
    demo_list.press("am")
    demo_list.wait_for("note:")
    send_in_chunks(demo_list, "Quarantine")
    demo_list.wait_for(first_line_with("acknowledge, note: Quarantine"))
    demo_list.press("enter")
    demo_list.wait_for("Acknowledged until")
    demo_list.wait_for("acknowledged: Quarantine")


def test_text_typed_into_the_palette_arrives_there_though_the_focus_is_lost(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press(":")
    demo_list.wait_for("Enter run")
    send_in_chunks(demo_list, "statistics")
    demo_list.wait_for(first_line_with(":statistics"))
    demo_list.press(FOCUS_LOST, "enter")
    demo_list.wait_for("Statistics of")


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


def test_q_types_into_login_fields_and_quits_elsewhere_on_the_only_screen(tmp_path: Path) -> None:
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
    demo_list.wait_for("Enter accept")
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
    demo_list.wait_for("Enter accept")
    for number, letter in enumerate(LETTERS, 1):
        demo_list.press(f"\x1b{letter}")
        demo_list.read_for(HELD_KEYS if letter in BEGINS_A_SEQUENCE else 0.1)
        demo_list.press("x")
        demo_list.wait_for(first_line_with(f"/ {number * 'x'}"))


def test_esc_and_a_letter_typed_slowly_stay_two_keys(demo_list: EmtuiTerminal) -> None:
    demo_list.press("enter")
    demo_list.wait_opened()
    demo_list.press("\x1b")
    demo_list.read_for(0.15)
    demo_list.press("j")
    demo_list.wait_for_row(2)
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("zzz", "\x1b")
    demo_list.read_for(0.15)
    demo_list.press("k")
    demo_list.wait_for_row(1)


def test_alt_and_a_letter_and_text_received_together_are_typed_at_the_new_cursor(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("one two")
    demo_list.press("\x1bbthat was quick ")
    demo_list.wait_for(first_line_with("/ one that was quick two"))


def test_esc_and_pasted_lines_received_together_are_esc_and_a_paste(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/")
    demo_list.wait_for("Enter accept")
    demo_list.press("state:failed")
    demo_list.wait_for(first_line_with("/ state:failed"))
    demo_list.press("\x1bdisk full on bs02\r:leave it to storage\r")
    demo_list.wait_for(first_line_with("/ disk full on bs02 :leave it to storage"))


def test_keys_after_the_one_that_quits_do_not_change_the_exit(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for_row(1)
        terminal.press("q4\x1b[B:?\x1b[B4\r")
        assert terminal.wait_exit() == 0
    assert b"internal error" not in terminal.received
