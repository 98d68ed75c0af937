"""Command that runs a module of emtui in a second Python process, however emtui is installed.

The child imports from the same places as this process: the path of a virtual environment, of a zip file,
or of a single file that was unpacked. `python -m` would not find emtui there, and would import from the
current folder, which is never done. The command contains no secret: it is visible to other users.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

KEYRING_WORKER = "emtui.local.keyring_worker"
DEMO_SERVER = "emtui.demo.__main__"
CHILD_OPTION = "--child-process"
"""First argument that makes a frozen executable (PyInstaller), which is no Python, run a module."""

_MODULES = (KEYRING_WORKER, DEMO_SERVER)
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - compared with sys.path
_CODE = "import sys; sys.path[:] = {path!a}; from {module} import main; sys.exit(main())"


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs `main()` of one of the modules above with these arguments."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_OPTION, module, *arguments]
    code = _CODE.format(path=import_path(sys.path), module=module)
    return [sys.executable, "-P", *_isolation_flags(), "-c", code, *arguments]


def import_path(path: Sequence[str]) -> list[str]:
    """Return the absolute entries of `sys.path`, without the current folder unless emtui is in it."""
    try:
        current = os.getcwd()  # noqa: PTH109 - compared with sys.path
    except OSError:  # it has been deleted
        current = ""
    entries = [each for each in path if Path(each).is_absolute() and (each != current or each == _ROOT)]
    return entries if _ROOT in entries else [*entries, _ROOT]


def run_child(arguments: Sequence[str]) -> int:
    """Run the module that the arguments after `CHILD_OPTION` name; only in a frozen executable."""
    module, *rest = arguments
    if module not in _MODULES:
        return 2
    sys.argv = [sys.argv[0], *rest]
    return int(import_module(module).main())


def _isolation_flags() -> list[str]:
    """Return the options of this interpreter that decide where it imports from."""
    flags = {
        "-I": sys.flags.isolated,
        "-S": sys.flags.no_site,
        "-E": sys.flags.ignore_environment,
        "-s": sys.flags.no_user_site,
    }
    return [flag for flag, is_set in flags.items() if is_set]
