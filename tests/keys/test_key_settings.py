"""`[keys]`: other keys for commands, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.keys.key_names import parse_key
from emtui.keys.key_settings import (
    FIELD_SCOPES,
    FIXED_COMMANDS,
    FIXED_KEYS,
    VIEW_TABLES,
    KeySettingError,
    build_keymap,
    changeable_commands,
    conflicts_on,
)
from emtui.keys.keymap import DEFAULT_KEYMAP, SHARED_SCOPES, Keymap
from emtui.keys.tui_commands import COMMANDS, CommandScope, TuiCommand
from emtui.tui.terminal.bindings import bindings_for

VIEW_SCOPES = [scope for scope in CommandScope if scope not in (*SHARED_SCOPES, *FIELD_SCOPES)]
PAIRS = [
    (scope, first, second)
    for scope in VIEW_SCOPES
    for first, second in combinations(
        [*DEFAULT_KEYMAP.commands_in(scope), *DEFAULT_KEYMAP.commands_in(*SHARED_SCOPES)], 2
    )
    if first.scope is scope or second.scope is scope or scope is VIEW_SCOPES[0]
]
"""Every two commands of one screen."""
NEW_KEYS = [
    *"ßöäüéèñçøåæœłžšřþðđ",
    *(f"ctrl+f{number}" for number in (1, 2, *range(4, 13))),
    "ctrl+o",
    "ctrl+g",
]
"""Keys that no command has by default."""


def is_changeable(command: TuiCommand) -> bool:
    return command.name in changeable_commands() and command.scope not in FIELD_SCOPES


def keys_of(keymap: Keymap, name: str, scope: CommandScope) -> tuple[str, ...]:
    return keymap.find(name, scope).keys


def refusal(settings: Mapping[str, tuple[str, ...]]) -> str:
    with pytest.raises(KeySettingError) as raised:
        build_keymap(settings)
    return str(raised.value)


def test_the_default_keys_have_no_conflict() -> None:
    screens = [scope for scope in CommandScope if scope not in SHARED_SCOPES]
    assert [conflict for scope in screens for conflict in conflicts_on(scope, DEFAULT_KEYMAP)] == []
    assert build_keymap({}) == DEFAULT_KEYMAP


def test_a_conflict_is_found_between_any_two_commands_of_one_screen() -> None:
    assert len(PAIRS) > 3000
    for scope, first, second in PAIRS:
        keymap = Keymap(
            tuple(
                command._replace(keys=("ø",)) if command in (first, second) else command
                for command in COMMANDS
            )
        )
        found = [(key, {one, other}) for key, one, other in conflicts_on(scope, keymap)]
        wanted = {first._replace(keys=("ø",)), second._replace(keys=("ø",))}
        assert found == [("ø", wanted)], (scope, first.name, second.name)


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if is_changeable(one)], ids=lambda one: f"{one.scope.name}-{one.name}"
)
def test_a_command_cannot_take_the_key_of_another_one_of_its_screen(command: TuiCommand) -> None:
    scopes = VIEW_SCOPES if command.scope in SHARED_SCOPES else [command.scope]
    others = [one for one in DEFAULT_KEYMAP.commands_in(*scopes, *SHARED_SCOPES) if one.name != command.name]
    for key in {key for other in others for key in other.keys}:
        sentence = refusal({command.name: (key,)})
        if key in FIXED_KEYS:
            assert f"cannot run {command.name}: it always runs " in sentence
        else:
            assert " would run both " in sentence
            assert command.name in sentence


@given(st.data())
def test_any_legal_change_gives_bindings_that_all_work(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(changeable_commands())), unique=True, max_size=12))
    first = data.draw(st.integers(0, len(NEW_KEYS) - 1))
    keys = [*NEW_KEYS[first:], *NEW_KEYS[:first]]
    settings = {name: (key,) for name, key in zip(names, keys, strict=False)}
    keymap = build_keymap(settings)
    for scope in VIEW_SCOPES:
        bound: dict[str, str] = {}
        for binding in bindings_for(scope, *SHARED_SCOPES, keymap=keymap):
            for key in binding.key.split(","):  # type: ignore[union-attr]
                assert bound.setdefault(key, binding.id or "") == binding.id  # type: ignore[union-attr]
        for command in keymap.commands_in(scope, *SHARED_SCOPES):
            wanted = tuple(map(parse_key, settings.get(command.name, ())))
            assert set(wanted) <= set(command.keys)
            for key in command.keys:
                assert bound[key] == f"{command.scope.name}.{command.name}"
            lost = set(DEFAULT_KEYMAP.find(command.name, command.scope).keys) - {*command.keys, *FIXED_KEYS}
            assert not lost or command.name in settings
            assert not (lost & set(command.keys))


def test_two_commands_can_exchange_their_keys() -> None:
    keymap = build_keymap(
        {"next_failed": ("n",), "next_match": ("e",), "next_error": ("n",), "next_difference": ()}
    )
    for name, scope, keys in (
        ("next_failed", CommandScope.SESSION_LIST, ("n",)),
        ("next_match", CommandScope.SESSION_LIST, ("e",)),
        ("next_failed", CommandScope.TIMELINE, ("n",)),
        ("next_error", CommandScope.SESSION_DETAIL, ("n",)),
        ("next_difference", CommandScope.COMPARISON, ()),
    ):
        assert keys_of(keymap, name, scope) == keys


def test_the_setting_of_a_view_applies_before_that_of_all_views() -> None:
    keymap = build_keymap({"query": ("ctrl+o",), "timeline_view.query": ("F7", "ø")})
    assert keys_of(keymap, "query", CommandScope.SESSION_LIST) == ("ctrl+o",)
    assert keys_of(keymap, "query", CommandScope.OVERVIEW) == ("ctrl+o",)
    assert keys_of(keymap, "query", CommandScope.TIMELINE) == ("f7", "ø")


def test_enter_and_esc_stay_whatever_else_runs_the_command() -> None:
    keymap = build_keymap({"open": ("ø",), "cancel": ()})
    for scope in (CommandScope.SESSION_LIST, CommandScope.RUN_PICKER, CommandScope.OVERVIEW):
        assert keys_of(keymap, "open", scope) == ("ø", "enter")
    assert keys_of(keymap, "cancel", CommandScope.SESSION_LIST) == ("escape",)


def test_text_fields_keep_their_keys() -> None:
    keymap = build_keymap({"copy": ("ø",), "half_up": ("F7",)})
    for scope in FIELD_SCOPES:
        assert list(keymap.commands_in(scope)) == list(DEFAULT_KEYMAP.commands_in(scope))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"next_failed": ("n",)},
            (
                "next_failed: n would run both next_failed and next_match (Session list)."
                " Choose another key for one of them, or [] for no key."
            ),
        ),
        ({"statistics": ("q",)}, "statistics: q would run both statistics and close ("),
        ({"top": ("7",)}, "top: 7 would run both top and saved_query (Session list)."),
        ({"quit": ("y",), "copy": ("ø",)}, "quit: y would run both quit and copy (Certificate)."),
        (
            {"timeline_view.open": ("w",)},
            "timeline_view.open: w would run both open and next_warning (Timeline).",
        ),
        ({"help": ("enter",)}, "help: Enter cannot run help: it always runs open."),
        ({"sort": ("ctrl+c",)}, "sort: ctrl+c cannot run sort: it always runs stop."),
        ({"report_view.save": ("Esc",)}, "report_view.save: Esc cannot run save: it always runs cancel."),
        ({"next_faild": ("x",)}, "next_faild is not a command: did you mean next_failed?"),
        ({"health": ("x",)}, "health is not a command: did you mean statistics?"),
        ({"": ("x",)}, " is not a command: the command palette shows the name of each."),
        ({"zzz": ("x",)}, "zzz is not a command: the command palette shows the name of each."),
        ({"stop": ("x",)}, "stop cannot be changed: ctrl+c always cancels, and quits when pressed twice."),
        ({"saved_query": ("x",)}, "saved_query cannot be changed: each digit applies its own saved query."),
        ({"submit": ("x",)}, "submit cannot be changed: the keys of text fields are fixed."),
        ({"timelin_view.open": ("x",)}, "timelin_view is not a view: did you mean timeline_view?"),
        ({"zzz.open": ("x",)}, "zzz is not a view: valid names are list_view, session_view,"),
        ({"list_view.refresh": ("x",)}, "list_view.refresh does not exist: set refresh in [keys]."),
        (
            {"timeline_view.wrap": ("x",)},
            "timeline_view.wrap does not exist: set wrap in [keys.session_view].",
        ),
        ({"help": ("foo",)}, "help: 'foo' is not a key. Write one character or a name such as ctrl+r,"),
        ({"help": ("ctrl+i",)}, "help: 'ctrl+i' cannot be used: a terminal reports it as Tab."),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_sentence(
    settings: Mapping[str, tuple[str, ...]], sentence: str
) -> None:
    assert refusal(settings).startswith(sentence)


def test_no_name_of_a_view_is_that_of_a_command() -> None:
    assert not {command.name for command in COMMANDS} & {*VIEW_TABLES}


@pytest.mark.parametrize("table", VIEW_TABLES)
def test_each_view_has_commands_to_change(table: str) -> None:
    for name, command in changeable_commands(VIEW_TABLES[table]).items():
        keymap = build_keymap({f"{table}.{name}": ("ø",)})
        assert keys_of(keymap, name, VIEW_TABLES[table])[0] == "ø"
        changed = [one for one, before in zip(keymap.commands, COMMANDS, strict=True) if one != before]
        assert [one.name for one in changed] == [command.name]


def test_what_cannot_be_changed_exists() -> None:
    names = {command.name for command in COMMANDS}
    assert {*FIXED_COMMANDS} <= names
    assert {*FIXED_KEYS} <= {key for command in COMMANDS for key in command.keys}
