"""Who may import whom, and how things are named: the rules of the design, checked against the sources."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from textual_private_names import private_uses

TESTS_FOLDER = Path(__file__).parent
ROOT = TESTS_FOLDER.parent / "emtui"

INNER_MODULES = {
    "text_format": (),
    "ascii": ("text_format",),
    "chunked_work": (),
    "child_process": (),
    "query": ("em.model", "em.chunked_sort", "chunked_work", "text_format"),
    "triage": ("em.model", "chunked_work", "text_format"),
    "em": ("em", "chunked_work"),
    "handover": ("em.model", "em.server_address", "em.secret", "query", "triage", "text_format"),
    "monitor": ("em", "triage", "local", "handover"),
    "keys": (),
    "local": ("em", "text_format", "child_process", "keys"),
    "demo": ("em.model", "em.server_address", "text_format", "child_process"),
    "doctor": ("em", "local"),
    "display_text": ("text_format", "query", "triage", "handover", "em", "monitor", "local", "keys"),
    "tui": (
        "display_text",
        "text_format",
        "ascii",
        "chunked_work",
        "query",
        "triage",
        "handover",
        "em",
        "monitor",
        "local",
        "keys",
    ),
    "line_mode": (
        "display_text",
        "text_format",
        "ascii",
        "chunked_work",
        "query",
        "triage",
        "handover",
        "em",
        "monitor",
        "local",
        "keys",
    ),
    "cli": (
        "line_mode",
        "child_process",
        "display_text",
        "text_format",
        "ascii",
        "query",
        "triage",
        "handover",
        "em",
        "monitor",
        "local",
        "keys",
        "demo",
        "doctor",
        "tui",
    ),
    "__main__": ("cli",),
}
"""Which packages of ours each may import besides itself, and `emtui` for the version."""

OUTER_MODULES = {
    "httpx": ("em",),
    "httpcore": ("em",),
    "anyio": (),
    "idna": ("em.server_address",),
    "lxml": ("em.xml_document", "demo.documents"),
    "cryptography": ("em.certificate_reader", "demo"),
    "keyring": ("local",),
    "secretstorage": ("local.keyring_worker",),
    "tomlkit": ("local.config_writer",),
    "prometheus_client": ("cli.metrics_text",),
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
    """Every module that this one imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            if node.module == "emtui":
                yield from (f"emtui.{alias.name}" for alias in node.names if alias.name != "__version__")


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def forbidden_imports(module: str, imported: str) -> bool:
    """Whether the table forbids this import."""
    top_level, _, rest = imported.partition(".")
    if top_level == "emtui":
        package = module.partition(".")[0]
        return bool(rest) and not is_within(rest, (package, *INNER_MODULES.get(package, ())))
    if top_level in OUTER_MODULES:
        return not is_within(module, OUTER_MODULES[top_level])
    return top_level not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    module = name_of(path)
    assert [imported for imported in imports(path) if forbidden_imports(module, imported)] == []


def test_the_table_forbids_what_it_should() -> None:
    assert forbidden_imports("em.client", "emtui.text_format")
    assert forbidden_imports("tui.app", "emtui.demo.world")
    assert forbidden_imports("em.client", "lxml.etree")
    assert forbidden_imports("text_format", "requests")
    assert forbidden_imports("triage.idle_periods", "emtui.em.client")
    assert not forbidden_imports("tui.app", "emtui.em.model")


def test_only_the_modules_that_format_text_contain_sentences() -> None:
    worded = {name_of(path) for path in MODULES if "emtui.text_format" in set(imports(path))}
    formatters = {"triage.finding_text", "triage.acknowledgement_text", "triage.diff_text"}
    assert {name for name in worded if name.startswith("triage.")} == formatters


TUI_MODULES = [path for path in MODULES if is_within(name_of(path), ("tui",))]
TERMINAL = ("tui.terminal",)


@pytest.mark.parametrize(
    "path", [path for path in TUI_MODULES if not is_within(name_of(path), TERMINAL)], ids=name_of
)
def test_private_parts_of_textual_are_used_in_the_terminal_package_only(path: Path) -> None:
    assert private_uses(path) == set()


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
    assert private_uses(module) == used


@pytest.mark.parametrize(
    "path", [path for path in TUI_MODULES if is_within(name_of(path), TERMINAL)], ids=name_of
)
def test_the_terminal_package_imports_no_screen_no_widget_and_no_command(path: Path) -> None:
    ours = {name for name in imports(path) if name.startswith("emtui.tui.")}
    assert {name for name in ours if not name.startswith("emtui.tui.terminal")} <= {"emtui.tui.theme"}


SCREENS = [path for path in MODULES if is_within(name_of(path), ("tui.screens", "tui.app"))]
SCREEN_CLASSES = {
    f"emtui.{name_of(path)}" for path in SCREENS if any(name.startswith("textual") for name in imports(path))
}
"""What only the driver of the tests uses, so that another structure of the screens changes no test.

Modules below `tui.screens` that do not import Textual are pure, and tested alone.
"""
DRIVER = "tui_driver.py"
OTHER_ENTRY_POINTS = {
    "test_architecture.py": "it measures what importing them loads",
    "safety/test_secrets.py": "a subprocess breaks the app and a list itself, on a real terminal",
    "tui/terminal/test_caret.py": "screens and widgets hold the protocols of the terminal",
    "tui/screens/session_detail/test_backup_server_rows.py": "a pure function of a screen's height",
    "tui/screens/test_text_viewer.py": "a widget that is not shown",
}
"""Other tests that name the screens or the app, and why."""
TESTS = {path.relative_to(TESTS_FOLDER).as_posix(): path for path in TESTS_FOLDER.rglob("*.py")}


def names_internals(text: str) -> bool:
    """Whether a test names the screens or the app: in an import, or in a text that a subprocess runs."""
    return "EmtuiApp" in text or any(
        re.search(rf"\b{re.escape(name)}\b(?!\.\w+ import)", text) for name in SCREEN_CLASSES
    )


def test_only_the_driver_of_the_tests_uses_the_screens_and_the_app() -> None:
    naming = {name for name, path in TESTS.items() if names_internals(path.read_text())}
    assert naming == {DRIVER, *OTHER_ENTRY_POINTS}


@pytest.mark.parametrize(
    "text",
    [
        "from emtui.tui.app import EmtuiApp",
        "import emtui.tui.screens.session_list.screen",
        "from emtui.tui.screens.login.screen import LoginScreen",
        'monkeypatch.setattr("emtui.tui.screens.base.COMPACT_HEIGHT", 3)',
    ],
)
def test_a_test_that_uses_the_screens_is_found(text: str) -> None:
    assert names_internals(text)
    assert not names_internals("from emtui.keys.tui_commands import COMMANDS")


HEAVY = ("textual", "rich", "httpx", "lxml", "keyring", "asyncio", "cryptography", "tomlkit", "starlette")


def test_the_command_line_loads_nothing_heavy_before_it_has_parsed_the_command() -> None:
    script = f"import emtui.cli, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_client_loads_no_command_line_and_no_certificate_parser_before_it_is_needed() -> None:
    heavy = ("click", "rich", "httpx._main", "cryptography")
    script = f"import emtui.em.client, sys; print([name for name in {heavy!r} if sys.modules.get(name)])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_screens_load_no_client_before_the_first_paint() -> None:
    heavy = ("httpx", "lxml", "keyring", "cryptography", "tomlkit")
    script = f"import emtui.tui.app, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_line_mode_loads_neither_textual_nor_rich() -> None:
    script = "import emtui.line_mode.startup, sys; print({'textual', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


LATER = (
    "em.model",
    "em.session_source",
    "local.credentials",
    "query",
    "triage",
    "handover",
    "monitor.alert_policy",
)
"""Modules that are needed only after the logon, or to use a keyring."""
BEFORE_PAINT = (
    "emtui.cli.dispatch, emtui.local.crash_report, emtui.cli.start_tui,"
    " emtui.tui.app, emtui.tui.terminal.driver"
)
BEFORE_LOGIN = f"{BEFORE_PAINT}, emtui.tui.screens.login.screen"
BEFORE_LIST = f"{BEFORE_PAINT}, emtui.tui.screens.session_list.screen"
MAX_BEFORE_LOGIN, MAX_BEFORE_LIST = 88, 150
"""Maximum numbers of our modules: each is loaded before anything is shown."""


def loaded_by(modules: str) -> list[str]:
    script = f"import {modules}, sys; print(*(name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def count_ours(modules: list[str]) -> int:
    return sum(name.partition(".")[0] == "emtui" for name in modules)


def test_the_login_is_painted_before_anything_about_sessions_and_keyrings_is_loaded() -> None:
    loaded = loaded_by(BEFORE_LOGIN)
    assert not {*(f"emtui.{name}" for name in LATER), "tomllib", "json"} & set(loaded)
    assert count_ours(loaded) <= MAX_BEFORE_LOGIN


def test_the_list_is_painted_before_the_client_and_what_assesses_a_list_are_loaded() -> None:
    loaded = loaded_by(BEFORE_LIST)
    late = ("em.client", "em.xml_document", "local.knowledge_base", "monitor.assessment", "triage.grouping")
    assert not {*(f"emtui.{name}" for name in late), "httpx", "lxml", "keyring", "cryptography"} & set(loaded)
    assert count_ours(loaded) <= MAX_BEFORE_LIST


# --- import cycles --------------------------------------------------------------------------------

NAMES = {name_of(path) for path in MODULES}


def imported_names(tree: ast.AST) -> Iterator[str]:
    """The modules of ours that are imported, anywhere in a module; names below `emtui`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [name if name.removeprefix("emtui.") in NAMES else node.module or "" for name in named]
        else:
            continue
        below = (name.removeprefix("emtui.") for name in named if name.startswith("emtui."))
        yield from (name for name in below if name in NAMES)


TREES = {name_of(path): ast.parse(path.read_text()) for path in MODULES}
IMPORTED = {name: set(imported_names(tree)) - {name} for name, tree in TREES.items()}


def import_cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules each of which can be reached from each other one of its group."""

    def reachable(start: str) -> set[str]:
        visited, pending = set[str](), [start]
        while pending:
            for name in graph[pending.pop()] - visited:
                visited.add(name)
                pending.append(name)
        return visited

    graph_closure = {name: reachable(name) for name in graph}
    groups = {
        frozenset(other for other in graph_closure[name] if name in graph_closure[other]) for name in graph
    }
    return sorted(sorted(group) for group in groups if group)


def test_there_are_no_import_cycles_wherever_the_imports_are() -> None:
    assert import_cycles(IMPORTED) == []


def test_an_import_cycle_is_found() -> None:
    assert import_cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c"]]


def test_imports_in_functions_and_for_types_only_count() -> None:
    code = (
        "if TYPE_CHECKING:\n    from emtui.em.model import Session\n"
        "def run():\n    import emtui.text_format\n    from emtui.tui import launch\n"
    )
    assert set(imported_names(ast.parse(code))) == {"em.model", "text_format", "tui.launch"}


# --- imports inside functions ------------------------------------------------------------------

LATE_IMPORTS = {
    "cli": "`--version` loads next to nothing",
    "cli.stdio": "the same",
    "cli.dispatch": "loads what the command needs; `check` prints its line even if a module cannot be loaded",
    "cli.arguments": "query is loaded for mistakes only",
    "cli.exit_codes": "query and logging are loaded for errors only",
    "cli.client_session": "the client, httpx and asyncio are loaded by commands that connect",
    "cli.password_sources": "asyncio and keyring are loaded to use a keyring",
    "cli.start_line_mode": "recordings are written when used",
    "cli.replay": "line mode is loaded when it is used",
    "cli.start_tui": "the login is painted without query; recordings load when used",
    "cli.complete_words": "each key press of a shell loads only what completes one kind of word",
    "cli.doctor": "only `--report` makes a report",
    "cli.demo": "the libraries of the demo server may not be installed",
    "cli.list_context": "few commands need triage",
    "cli.metrics": "asyncio is loaded to connect; the library for metrics may not be installed",
    "cli.login": "tomlkit is loaded to write a configuration",
    "cli.prompts": "termios does not exist on Windows",
    "em.server_address": "idna is loaded for names that are not ASCII",
    "em.transport": "cryptography is loaded to show a certificate",
    "local.configuration": "tomllib is loaded if there is a configuration",
    "local.keyring_worker": "its process loads keyring libraries; others load the module for its names",
    "local.file_lock": "fcntl does not exist on Windows",
    "local.process_hardening": "ctypes is loaded if there is a password in the environment",
    "local.remembered_logon": "the login is painted before keyrings and tomlkit are loaded",
    "local.timezones": "zoneinfo is loaded for profiles that name a zone",
    "line_mode.console": "termios does not exist on Windows",
    "monitor.list_feed": "the list is painted before what assesses it is loaded",
    "tui.formatting.open_command": "the list is painted before reports are loaded",
    "tui.app": "the words of themes are loaded when one is chosen",
    "tui.context": "the login is painted before anything about sessions is loaded",
    "tui.launch": "the terminal replies while Textual is loaded",
    "tui.screen_factory": "a screen is loaded when it is first shown",
    "tui.screens.base": "the login is painted before anything about sessions is loaded",
    "tui.screens.login.remember_password": "the login is painted before keyrings are loaded",
    "tui.screens.login.screen": "the same",
    "tui.screens.session_list.day_strip": "the list is painted before what counts its runs is loaded",
    "tui.screens.session_list.row_model": "the list is painted before what groups it is loaded",
    "tui.screens.session_list.screen": "the list is painted before triage is loaded",
    "tui.services.past_view": "an earlier list is shown late, or never",
    "tui.services.notifier": "the login is painted before anything about sessions is loaded",
    "tui.services.list_service": "the same",
    "tui.services.exporter": "the same",
    "tui.services.logon_service": "the screens are painted before the client is loaded, in a thread",
    "tui.services.navigator": "the login is painted before query is loaded",
    "tui.services.last_viewed_tracker": "the login is painted before json is loaded",
    "tui.terminal.background_color": "termios does not exist on Windows",
}
"""Modules with imports inside functions, and why; all but four of them keep the start short."""


def late_imports(tree: ast.AST) -> bool:
    """Whether an import is inside a function."""
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return any(
        isinstance(node, (ast.Import, ast.ImportFrom))
        for statement in functions
        for node in ast.walk(statement)
    )


def test_imports_are_inside_functions_only_with_a_reason() -> None:
    assert {name for name, tree in TREES.items() if late_imports(tree)} == LATE_IMPORTS.keys()


def test_an_import_inside_a_function_is_found() -> None:
    assert late_imports(
        ast.parse("class A:\n    async def run(self):\n        if self:\n            import json")
    )
    assert not late_imports(
        ast.parse("import json\nif TYPE_CHECKING:\n    import re\nclass A:\n    import ast")
    )


# --- names ------------------------------------------------------------------------------------

SHARED_CLASS_NAMES: dict[str, str] = {}
"""Class names that stand for two things, and why; at most two."""
MAX_SHARED_CLASS_NAMES, MAX_SHARED_MODULE_NAMES = 2, 6
ORDINARY_MODULE_NAMES = {"__init__", "__main__", "screen"}


def repeated(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names that occur in several places, with these places."""
    by_name: dict[str, list[str]] = {}
    for name, place in places:
        by_name.setdefault(name, []).append(place)
    return {name: found for name, found in by_name.items() if len(found) > 1}


def class_places(trees: Mapping[str, ast.AST]) -> Iterator[tuple[str, str]]:
    """The name and the module of each class, nested ones included."""
    for module, tree in trees.items():
        yield from ((node.name, module) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def module_places(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The name and the folder of each module and package."""
    for path in paths:
        named = path.parent if path.stem == "__init__" else path
        yield named.stem, named.parent.relative_to(ROOT.parent).as_posix()


def test_a_class_name_stands_for_one_thing() -> None:
    shared = repeated(class_places(TREES))
    assert {name: places for name, places in shared.items() if name not in SHARED_CLASS_NAMES} == {}
    assert SHARED_CLASS_NAMES.keys() <= shared.keys()
    assert len(SHARED_CLASS_NAMES) <= MAX_SHARED_CLASS_NAMES


def test_few_module_names_repeat() -> None:
    shared = repeated(module_places(MODULES)).keys() - ORDINARY_MODULE_NAMES
    assert len(shared) <= MAX_SHARED_MODULE_NAMES, sorted(shared)


def test_a_class_name_that_repeats_is_found() -> None:
    trees = {"a": ast.parse("class A: ..."), "b": ast.parse("def f():\n    class B:\n        class A: ...")}
    assert repeated(class_places(trees)) == {"A": ["a", "b"]}


def test_a_module_name_that_repeats_is_found() -> None:
    paths = [ROOT / name for name in ("cli/demo.py", "demo/__init__.py", "demo/world.py")]
    assert repeated(module_places(paths)) == {"demo": ["emtui/cli", "emtui"]}


# --- classes of the terminal user interface -----------------------------------------------------

TUI_TREES = {name: tree for name, tree in TREES.items() if is_within(name, ("tui",))}
NO_BASES = ("Protocol", "Generic")
"""Bases for the type checker only."""


def own_class_names(tree: ast.AST) -> set[str]:
    """Names in this module for something of ours: its classes, and its imports from emtui."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "emtui":
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname or "emtui" for alias in node.names if alias.name.startswith("emtui.")}
    return names


def mixin_classes(tree: ast.AST) -> dict[str, list[str]]:
    """Classes with a base of ours and another base, which makes one of them a mixin; with their bases."""
    own_bases, found = own_class_names(tree), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
            bases = [base for base in bases if base not in NO_BASES]
            if len(bases) > 1 and any(base.partition(".")[0] in own_bases for base in bases):
                found[node.name] = bases
    return found


@pytest.mark.parametrize("name", TUI_TREES)
def test_a_class_has_one_base_of_ours_and_no_mixin(name: str) -> None:
    assert mixin_classes(TUI_TREES[name]) == {}


@pytest.mark.parametrize(
    ("code", "mixed"),
    [
        ("from emtui.tui.a import A, B\nclass C(A, B): ...", {"C": ["A", "B"]}),
        ("class Mixin: ...\nclass C(Mixin, Screen[str]): ...", {"C": ["Mixin", "Screen"]}),
        (
            "from emtui.tui import a\nclass C(Widget):\n    class D(a.A, Message): ...",
            {"D": ["a.A", "Message"]},
        ),
        ("import emtui.tui.a\nclass C(emtui.tui.a.A, Widget): ...", {"C": ["emtui.tui.a.A", "Widget"]}),
        ("from emtui.tui.a import A\nclass C(A, Generic[T]): ...\nclass D(A, Protocol): ...", {}),
        ("from enum import Enum\nclass C(str, Enum): ...", {}),
    ],
)
def test_a_mixin_is_found(code: str, mixed: dict[str, list[str]]) -> None:
    assert mixin_classes(ast.parse(code)) == mixed


# --- who imports whom on the screens --------------------------------------------------------------

BUILDERS = ("tui.app", "tui.launch", "tui.screen_factory")
FORBIDDEN = {
    "tui.screens": BUILDERS,
    "tui.services": (*BUILDERS, "tui.screens"),
    "tui.widgets": (*BUILDERS, "tui.screens", "tui.context", "tui.services"),
    "tui.formatting": (*BUILDERS, "tui.screens", "tui.context", "tui.services"),
}
"""What a package of `tui` must not import; so only the app and its factory import the screens."""
SCREEN_MODULES = {
    name
    for name, tree in TREES.items()
    if is_within(name, ("tui.screens",))
    for node in ast.walk(tree)
    if isinstance(node, ast.ClassDef) and "BaseScreen" in {ast.unparse(base) for base in node.bases}
}
"""Modules that define a screen."""


def feature_of(name: str) -> str:
    """The folder of a screen, such as `tui.screens.login`; for a module beside the folders its own name."""
    return ".".join(name.split(".")[:3])


def misplaced_imports(name: str, imported: str) -> bool:
    """Whether one module of `tui` must not import another."""
    package = ".".join(name.split(".")[:2])
    if is_within(imported, FORBIDDEN.get(package, ())):
        return True
    if package != "tui.screens" or not is_within(imported, ("tui.screens",)):
        return False
    is_folder = imported != feature_of(imported) or f"{imported}.screen" in NAMES
    return feature_of(name) != feature_of(imported) and (is_folder or imported in SCREEN_MODULES)


@pytest.mark.parametrize("name", TUI_TREES)
def test_a_module_of_the_screens_imports_only_lower_layers(name: str) -> None:
    assert [imported for imported in IMPORTED[name] if misplaced_imports(name, imported)] == []


def test_screens_services_widgets_and_formatting_are_separate() -> None:
    assert misplaced_imports("tui.screens.login.screen", "tui.app")
    assert misplaced_imports("tui.screens.login.screen", "tui.screens.session_list.screen")
    assert misplaced_imports("tui.screens.report.screen", "tui.screens.session_list.row_format")
    assert misplaced_imports("tui.screens.report.screen", "tui.screens.text_viewer")
    assert misplaced_imports("tui.screens.base", "tui.screens.login.screen")
    assert misplaced_imports("tui.services.navigator", "tui.screens.login.screen")
    assert misplaced_imports("tui.widgets.prompt", "tui.services.exporter")
    assert misplaced_imports("tui.formatting.log_text", "tui.screens.base")
    assert not misplaced_imports("tui.screens.login.screen", "tui.screens.login.login_form")
    assert not misplaced_imports("tui.screens.login.screen", "tui.screens.base")
    assert not misplaced_imports("tui.app", "tui.screens.login.screen")


STACK = {"push_screen", "push_screen_wait", "pop_screen", "switch_screen", "install_screen", "switch_mode"}
"""Textual's methods that change which screen is shown; `dismiss` returns a result to the caller."""


def changes_screens(tree: ast.AST) -> bool:
    """Whether a module pushes or pops screens."""
    return any(isinstance(node, ast.Attribute) and node.attr in STACK for node in ast.walk(tree))


def test_only_the_navigator_pushes_and_pops_screens() -> None:
    assert {name for name, tree in TUI_TREES.items() if changes_screens(tree)} == {"tui.services.navigator"}
