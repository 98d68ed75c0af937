"""The command that adds the requirements of an extra to this very installation of emtui.

emtui is on no package index, so `pip install 'emtui[demo]'` would fail, or install something else of that
name. The requirements are read from the metadata of the installed package; whether pip, pipx or uv
installed it is read from the files that they leave in the environment.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
import sysconfig
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from emtui.cli.arguments import UsageError

_PACKAGE = "emtui"
_SOURCES = Path(__file__).parents[2]
_OF_EXTRA = re.compile(r"""(?P<requirement>[^;]+?)\s*;\s*extra\s*==\s*["'](?P<extra>[\w.-]+)["']""")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where emtui runs: what decides how something is added to it.

    `source` is the wheel or folder that it was installed from, `requirements` are those of its metadata.
    """

    executable: str
    prefix: Path
    has_pip: bool
    is_externally_managed: bool
    source: Path | None
    requirements: tuple[str, ...]


def missing_extra_error(feature: str, extra: str) -> UsageError:
    """Return the error for a feature whose libraries are not installed: a sentence and a command."""
    command = install_command(extra, current_installation())
    next_step = f"Run: {command}" if command else f"Install emtui again, with its extra {extra}."
    return UsageError(f"{feature} is not installed. {next_step}")


def install_command(extra: str, installation: Installation) -> str:
    """Return the command, quoted for a shell, that installs what this extra requires; empty if unknown."""
    required = requirements_of(extra, installation.requirements)
    if not required and installation.source:
        required = [_with_extras(installation.source, {extra})]
    if not required:
        return ""
    if (installation.prefix / "pipx_metadata.json").is_file():
        return shlex.join([*_pipx(installation.prefix), "inject", installation.prefix.name, *required])
    if command := _uv_tool_command(extra, installation) or _uvx_command(extra, installation):
        return shlex.join(command)
    options = ["--break-system-packages"] if installation.is_externally_managed else []
    if installation.has_pip:
        return shlex.join([installation.executable, "-m", "pip", "install", *options, *required])
    target = ["--python", installation.executable]
    return shlex.join(["uv", "pip", "install", *target, *options, *required])


def requirements_of(extra: str, requirements: Iterable[str]) -> list[str]:
    """Return the requirements that only this extra has, without their markers."""
    matches = filter(None, map(_OF_EXTRA.fullmatch, requirements))
    return [match["requirement"] for match in matches if match["extra"] == extra]


def current_installation() -> Installation:
    """Describe the running Python and the emtui installed in it."""
    try:
        installed = distribution(_PACKAGE)
        required, source = installed.requires or [], _local_source(installed.read_text("direct_url.json"))
    except PackageNotFoundError:  # run from a folder of sources, which can be installed as well
        required, source = [], _SOURCES if (_SOURCES / "pyproject.toml").is_file() else None
    is_venv = sys.prefix != sys.base_prefix
    marker = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return Installation(
        executable=sys.executable,
        prefix=Path(sys.prefix),
        has_pip=find_spec("pip") is not None,
        is_externally_managed=not is_venv and marker.is_file(),
        source=source,
        requirements=tuple(required),
    )


def _local_source(direct_url: str | None) -> Path | None:
    """Return the wheel or folder named in a package's `direct_url.json`, if it is still there."""
    if direct_url is None:
        return None
    url = urlsplit(json.loads(direct_url)["url"])
    path = Path(url2pathname(url.path))
    return path if url.scheme == "file" and path.exists() else None


def _pipx(prefix: Path) -> list[str]:
    """Return the start of a pipx command; a home that is not the user's own is named."""
    home = prefix.parents[1]
    return ["pipx"] if home.is_relative_to(Path.home()) else ["env", f"PIPX_HOME={home}", "pipx"]


def _uv_tool_command(extra: str, installation: Installation) -> list[str]:
    """Return the `uv tool install` command that keeps earlier additions; empty elsewhere.

    The source is named again: with the name alone, later upgrades would look for it on an index. Packages
    added by `uv pip` would be removed by the next upgrade.
    """
    receipt = installation.prefix / "uv-receipt.toml"
    if not receipt.is_file() or installation.source is None:
        return []
    tool: dict[str, Any] = tomllib.loads(receipt.read_text("utf-8"))["tool"]
    extras, options = {extra}, ["--python", tool["python"]] if "python" in tool else []
    for each in tool["requirements"]:
        if each["name"] == _PACKAGE:
            extras |= set(each.get("extras", ()))
            options += ["--editable"] if "editable" in each else []
        else:
            options += ["--with", each["name"] + each.get("specifier", "")]
    return ["uv", "tool", "install", *options, _with_extras(installation.source, extras)]


def _uvx_command(extra: str, installation: Installation) -> list[str]:
    """Return the `uvx` command if this environment is a temporary one in uv's cache; empty otherwise.

    The command of emtui that needs an extra has the same name.
    """
    cache = installation.prefix.parents[1] if len(installation.prefix.parts) > 2 else installation.prefix
    if installation.source is None or not (cache / "CACHEDIR.TAG").is_file():
        return []
    return ["uvx", "--from", _with_extras(installation.source, {extra}), _PACKAGE, extra]


def _with_extras(source: Path, extras: Iterable[str]) -> str:
    return f"{source}[{','.join(sorted(extras))}]"
