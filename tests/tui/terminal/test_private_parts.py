"""The private parts of Textual that emtui uses: a failure here means that an upgrade has changed them."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.keys import Keys
from textual.strip import Strip
from textual_private_names import class_attributes, private_uses

TERMINAL = Path(__file__).parents[3] / "emtui" / "tui" / "terminal"

IMPORTED = (
    "textual._ansi_sequences.ANSI_SEQUENCES_KEYS",
    "textual._compositor.ChopsUpdate",
    "textual._compositor.LayoutUpdate",
    "textual._keyboard_protocol.FUNCTIONAL_KEYS",
    "textual._xterm_parser.XTermParser",
)

ATTRIBUTES: tuple[tuple[type, str], ...] = (
    (App, "_batch_count"),
    (App, "_clipboard"),
    (App, "_disable_notifications"),
    (App, "_disable_tooltips"),
    (App, "_driver"),
    (App, "_exception"),
    (App, "_exit"),
    (DOMNode, "_bindings"),
    (DOMNode, "_pruning"),
    (Driver, "_app"),
    (Driver, "_mouse"),
    (Driver, "_size"),
    (LinuxDriver, "attrs_before"),
    (LinuxDriver, "exit_event"),
    (LinuxDriver, "fileno"),
)
"""Attributes that emtui reads or sets."""

CALLED: tuple[tuple[type, str, str], ...] = (
    (App, "_begin_update", ""),
    (App, "_check_bindings", "key, priority"),
    (App, "_close_messages_no_wait", ""),
    (App, "_end_update", ""),
    (Driver, "process_message", "message"),
    (XTermParser, "feed", "data"),
)
"""Methods that emtui calls, with their parameters."""

OVERRIDDEN: tuple[tuple[type, str, str], ...] = (
    (App, "_display", "screen, renderable"),
    (App, "_fatal_error", ""),
    (App, "on_event", "event"),
    (App, "panic", "renderables"),
    (App, "refresh_css", "animate"),
    (LinuxDriver, "__init__", "app, debug, mouse, size"),
    (LinuxDriver, "_disable_mouse_support", ""),
    (LinuxDriver, "_enable_mouse_pixels", ""),
    (LinuxDriver, "_enable_mouse_support", ""),
    (LinuxDriver, "_get_terminal_size", ""),
    (LinuxDriver, "_sigtstp_application", "_"),
    (LinuxDriver, "close", ""),
    (LinuxDriver, "run_input_thread", ""),
    (LinuxDriver, "start_application_mode", ""),
    (LinuxDriver, "stop_application_mode", ""),
    (LinuxDriver, "write", "data"),
)
"""Methods that Textual calls and emtui replaces, with their parameters."""


@pytest.mark.parametrize("name", IMPORTED)
def test_names_imported_from_private_modules_exist(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(import_module(module), attribute), f"{name} has moved"


@pytest.mark.parametrize(("kind", "name"), ATTRIBUTES)
def test_a_private_attribute_exists(kind: type, name: str) -> None:
    assert name in class_attributes(kind), f"{kind.__name__}.{name} has moved"


@pytest.mark.parametrize(("kind", "name", "parameters"), [*CALLED, *OVERRIDDEN])
def test_a_private_method_has_its_parameters(kind: type, name: str, parameters: str) -> None:
    method = getattr(kind, name, None)
    assert method is not None, f"{kind.__name__}.{name} has moved"
    assert ", ".join([*inspect.signature(method).parameters][1:]) == parameters, f"{kind.__name__}.{name}"


def test_a_layout_update_has_its_strips_by_line() -> None:
    update = LayoutUpdate([[Strip.blank(2)]], Region(3, 4, 2, 1))
    assert (update.region.x, update.region.y) == (3, 4)
    assert [[strip.cell_length for strip in line] for line in update.strips] == [[2]]


def test_an_update_of_spans_has_its_strips_by_start_and_end() -> None:
    update = ChopsUpdate([{0: Strip.blank(2), 2: None}], [(0, 0, 2)], [[2, 4]])
    assert update.spans == [(0, 0, 2)]
    assert [*zip(update.chop_ends[0], update.chops[0], strict=True)] == [(2, 0), (4, 2)]


def test_key_tables_are_indexed_by_sequence_and_by_number_with_suffix() -> None:
    assert ANSI_SEQUENCES_KEYS["\x1b[A"] == (Keys.Up,)
    assert FUNCTIONAL_KEYS["57414u"] == "enter"


def test_the_parser_returns_keys_for_text_and_for_a_report() -> None:
    for sequence, key in (("j", "j"), ("\x1b[A", "up"), ("\x1b[106;;106u", "j")):
        assert [event.key for event in XTermParser().feed(sequence) if isinstance(event, events.Key)] == [key]


def test_every_private_part_in_use_is_listed_here() -> None:
    named = {name for _, name in ATTRIBUTES} | {name for _, name, _ in (*CALLED, *OVERRIDDEN)} | {*IMPORTED}
    used = {name for path in TERMINAL.glob("*.py") for name in private_uses(path)}
    assert used - named == set()
    assert {name for name in named if name.startswith(("_", "textual."))} - used == {"__init__"}
