"""The command for a missing extra; `.ci/integration packages` tries it with the real programs."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from emtui.cli.missing_extra import Installation, current_installation, install_command, requirements_of

ROOT = Path(__file__).parents[2]
EXTRAS: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
REQUIRED = (
    "rich>=14.2",
    'starlette>=0.46; extra == "demo"',
    "uvicorn>=0.34; extra == 'demo'",
    'mypy; extra == "dev"',
)
DEMO = "'starlette>=0.46' 'uvicorn>=0.34'"


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    """A virtual environment with pip."""
    prefix = tmp_path / "tools" / "emtui"
    prefix.mkdir(parents=True)
    return Installation(
        executable=str(prefix / "bin" / "python"),
        prefix=prefix,
        has_pip=True,
        is_externally_managed=False,
        source=None,
        requirements=REQUIRED,
    )


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "my wheels" / "emtui-1-py3-none-any.whl"
    path.parent.mkdir()
    path.touch()
    return path


def test_pip_installs_the_requirements_and_not_emtui_from_an_index(installed: Installation) -> None:
    assert install_command("demo", installed) == f"{installed.executable} -m pip install {DEMO}"


def test_without_pip_uv_installs_them_into_this_python(installed: Installation) -> None:
    command = install_command("demo", replace(installed, has_pip=False))
    assert command == f"uv pip install --python {installed.executable} {DEMO}"


def test_a_python_of_the_system_must_be_told_to_accept_them(installed: Installation) -> None:
    command = install_command("demo", replace(installed, is_externally_managed=True))
    assert command == f"{installed.executable} -m pip install --break-system-packages {DEMO}"


def test_pipx_injects_them_into_the_environment_of_this_name(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed.prefix / "pipx_metadata.json").write_text("{}")
    home = installed.prefix.parents[1]
    assert install_command("demo", installed) == f"env PIPX_HOME={home} pipx inject emtui {DEMO}"
    monkeypatch.setenv("HOME", str(home))
    assert install_command("demo", installed) == f"pipx inject emtui {DEMO}"


RECEIPT = """\
[tool]
requirements = [
    { name = "emtui", extras = ["metrics"], path = "/x/emtui-1-py3-none-any.whl" },
    { name = "keyrings-alt", specifier = ">=5" },
]
python = "/usr/bin/python3"
"""


def test_uv_tool_keeps_the_source_and_what_was_added_before(installed: Installation, wheel: Path) -> None:
    (installed.prefix / "uv-receipt.toml").write_text(RECEIPT)
    command = install_command("demo", replace(installed, has_pip=False, source=wheel))
    assert shlex.split(command) == [
        *("uv", "tool", "install", "--python", "/usr/bin/python3", "--with", "keyrings-alt>=5"),
        f"{wheel}[demo,metrics]",
    ]


def test_uv_tool_without_its_source_adds_them_to_its_environment(installed: Installation) -> None:
    (installed.prefix / "uv-receipt.toml").write_text(RECEIPT)
    command = install_command("demo", replace(installed, has_pip=False))
    assert command == f"uv pip install --python {installed.executable} {DEMO}"


def test_uvx_names_its_source_with_the_extra(installed: Installation, wheel: Path) -> None:
    (installed.prefix.parents[1] / "CACHEDIR.TAG").touch()
    command = install_command("demo", replace(installed, has_pip=False, source=wheel))
    assert shlex.split(command) == ["uvx", "--from", f"{wheel}[demo]", "emtui", "demo"]


def test_without_metadata_the_folder_of_sources_is_installed(installed: Installation) -> None:
    command = install_command("demo", replace(installed, source=Path("/src/emtui"), requirements=()))
    assert command == f"{installed.executable} -m pip install '/src/emtui[demo]'"
    assert install_command("demo", replace(installed, requirements=())) == ""


@pytest.mark.parametrize("extra", [name for name in EXTRAS if name not in {"dev", "mutation"}])
def test_every_extra_for_users_is_read_from_the_metadata_of_this_installation(extra: str) -> None:
    found = requirements_of(extra, current_installation().requirements)
    assert sorted(found) == sorted(EXTRAS[extra])


def test_this_installation_is_the_one_that_runs() -> None:
    found = current_installation()
    assert (found.executable, found.prefix) == (sys.executable, Path(sys.prefix))


def test_demo_without_its_libraries_names_the_command() -> None:
    without = (
        "import sys; sys.modules['starlette'] = None; from emtui.cli import main; sys.exit(main(['demo']))"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    command = install_command("demo", current_installation())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"emtui: The demo server is not installed. Run: {command}\n"
