"""Who may import whom: the table of the design, held against the real imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from private_parts import used_in

TESTS_FOLDER = Path(__file__).parent
ROOT = TESTS_FOLDER.parent / "emtui"

INSIDE = {
    "words": (),
    "ascii": ("words",),
    "stepwise": (),
    "lookup": ("em.model", "em.gently", "stepwise", "words"),
    "triage": ("em.model", "stepwise", "words"),
    "em": ("em", "stepwise"),
    "handover": ("em.model", "em.address", "em.secret", "lookup", "triage", "words"),
    "monitor": ("em", "triage", "local"),
    "local": ("em", "words"),
    "demo": ("em.model", "em.address", "words"),
    "doctor": ("em", "local"),
    "tui": ("words", "ascii", "stepwise", "lookup", "triage", "handover", "em", "monitor", "local"),
    "cli": (
        "words",
        "ascii",
        "lookup",
        "triage",
        "handover",
        "em",
        "monitor",
        "local",
        "demo",
        "doctor",
        "tui",
    ),
    "__main__": ("cli",),
}
"""Which packages of ours each may import besides itself, and `emtui` for the version."""

OUTSIDE = {
    "httpx": ("em",),
    "httpcore": ("em",),
    "anyio": (),
    "idna": ("em.address",),
    "lxml": ("em.document", "demo.documents"),
    "cryptography": ("em.certificate_reader", "demo"),
    "keyring": ("local",),
    "secretstorage": ("local.keyring_child",),
    "tomlkit": ("local.writing",),
    "starlette": ("demo",),
    "uvicorn": ("demo",),
    "textual": ("tui",),
    "rich": ("tui",),
}
"""Who may import a library; everything else is the standard library or ours."""

MODULES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """The module's name below `emtui`, such as `em.client`; empty for the package itself."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module that this one names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            if node.module == "emtui":
                yield from (f"emtui.{alias.name}" for alias in node.names if alias.name != "__version__")


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def wrong(module: str, imported: str) -> bool:
    """Whether the table forbids this import."""
    top, _, rest = imported.partition(".")
    if top == "emtui":
        package = module.partition(".")[0]
        return bool(rest) and not within(rest, (package, *INSIDE.get(package, ())))
    if top in OUTSIDE:
        return not within(module, OUTSIDE[top])
    return top not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_ring_may(path: Path) -> None:
    module = name_of(path)
    assert [imported for imported in imports(path) if wrong(module, imported)] == []


def test_the_table_forbids_what_it_should() -> None:
    assert wrong("em.client", "emtui.words")
    assert wrong("tui.app", "emtui.demo.world")
    assert wrong("em.client", "lxml.etree")
    assert wrong("words", "requests")
    assert wrong("triage.gaps", "emtui.em.client")
    assert not wrong("tui.app", "emtui.em.model")


def test_only_the_telling_of_findings_of_marks_and_of_differences_knows_words() -> None:
    worded = {name_of(path) for path in MODULES if "emtui.words" in set(imports(path))}
    telling = {"triage.telling", "triage.telling_known", "triage.differing"}
    assert {name for name in worded if name.startswith("triage.")} == telling


TUI_MODULES = [path for path in MODULES if within(name_of(path), ("tui",))]
TERMINAL = ("tui.terminal",)


@pytest.mark.parametrize(
    "path", [path for path in TUI_MODULES if not within(name_of(path), TERMINAL)], ids=name_of
)
def test_private_parts_of_textual_are_used_in_the_terminal_package_only(path: Path) -> None:
    assert used_in(path) == set()


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("from textual._compositor import LayoutUpdate", {"textual._compositor.LayoutUpdate"}),
        ("import textual._compositor", {"textual._compositor"}),
        ("from textual import _compositor", {"textual._compositor"}),
        ("app._driver.write('')", {"_driver"}),
        ("getattr(app, '_driver', None)", {"_driver"}),
        ("class Page(Screen):\n    def _forward_event(self, event): ...", {"_forward_event"}),
        ("class Page(Screen):\n    async def _on_key(self, event): ...", {"_on_key"}),
        ("class Page(Screen):\n    _size = 3", {"_size"}),
        ("os._exit(1)\nself._own = app.driver", set()),
    ],
)
def test_each_use_of_a_private_part_is_found(tmp_path: Path, code: str, used: set[str]) -> None:
    module = tmp_path / "module.py"
    module.write_text(code)
    assert used_in(module) == used


@pytest.mark.parametrize(
    "path", [path for path in TUI_MODULES if within(name_of(path), TERMINAL)], ids=name_of
)
def test_the_terminal_package_knows_no_screen_no_widget_and_no_command(path: Path) -> None:
    ours = {name for name in imports(path) if name.startswith("emtui.tui.")}
    assert {name for name in ours if not name.startswith("emtui.tui.terminal")} <= {"emtui.tui.theme"}


SCREENS = [path for path in MODULES if within(name_of(path), ("tui.screens", "tui.app"))]
DRAWN = {
    f"emtui.{name_of(path)}" for path in SCREENS if any(name.startswith("textual") for name in imports(path))
}
"""What only the driver of the tests knows, so that another structure of the screens changes no test.

Modules below `tui.screens` that know nothing of Textual are pure, and tested alone.
"""
DRIVER = "tui_driver.py"
OTHER_WAYS_IN = {
    "test_architecture.py": "it measures what importing them loads",
    "pty/test_endings.py": "a subprocess breaks the app itself, on a real terminal",
    "safety/test_secrets.py": "a subprocess breaks the app and a list itself, on a real terminal",
    "tui/terminal/test_caret.py": "screens and widgets hold the protocols of the terminal",
    "tui/screens/session_list/test_attention_lines.py": "a pure function of a text and the room for it",
    "tui/screens/session_detail/test_server_rows.py": "a pure function of a screen's height",
    "tui/screens/test_text_viewer.py": "a widget that is not shown",
}
"""Tests that name the screens or the app all the same, and why."""
TESTS = {path.relative_to(TESTS_FOLDER).as_posix(): path for path in TESTS_FOLDER.rglob("*.py")}


def names_the_inside(text: str) -> bool:
    """Whether a test names the screens or the app: in an import, or in a text that a subprocess runs."""
    return "EmtuiApp" in text or any(
        re.search(rf"\b{re.escape(name)}\b(?!\.\w+ import)", text) for name in DRAWN
    )


def test_only_the_driver_of_the_tests_knows_the_screens_and_the_app() -> None:
    naming = {name for name, path in TESTS.items() if names_the_inside(path.read_text())}
    assert naming == {DRIVER, *OTHER_WAYS_IN}


@pytest.mark.parametrize(
    "text",
    [
        "from emtui.tui.app import EmtuiApp",
        "import emtui.tui.screens.session_list.screen",
        "from emtui.tui.screens.login.screen import LoginScreen",
        'monkeypatch.setattr("emtui.tui.screens.base.SHORT", 3)',
    ],
)
def test_a_test_that_knows_the_screens_is_found(text: str) -> None:
    assert names_the_inside(text)
    assert not names_the_inside("from emtui.tui.commands import COMMANDS")


HEAVY = ("textual", "rich", "httpx", "lxml", "keyring", "asyncio", "cryptography", "tomlkit", "starlette")


def test_the_command_line_loads_nothing_heavy_before_it_knows_what_is_wanted() -> None:
    script = f"import emtui.cli, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_client_loads_no_command_line_and_reads_no_certificate_before_one_is_wanted() -> None:
    heavy = ("click", "rich", "httpx._main", "cryptography")
    script = f"import emtui.em.client, sys; print([name for name in {heavy!r} if sys.modules.get(name)])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_screens_load_no_client_before_the_first_paint() -> None:
    heavy = ("httpx", "lxml", "keyring", "cryptography", "tomlkit")
    script = f"import emtui.tui.app, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


LATER = ("em.model", "em.source", "local.credentials", "lookup", "triage", "handover", "monitor.alert_policy")
"""What a person needs who is logged on, or whose keyring is asked."""
BEFORE_THE_LOGIN = (
    "emtui.cli.browse, emtui.tui.app, emtui.tui.terminal.driver, emtui.tui.screens.login.screen"
)
AT_MOST = 75
"""Modules of ours: each is read, and each class in it made, before there is anything to see."""


def test_the_login_is_painted_before_anything_about_sessions_and_keyrings_is_loaded() -> None:
    script = f"import {BEFORE_THE_LOGIN}, sys; print(*(name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {*(f"emtui.{name}" for name in LATER), "tomllib", "json"} & set(loaded)
    assert sum(name.partition(".")[0] == "emtui" for name in loaded) <= AT_MOST
