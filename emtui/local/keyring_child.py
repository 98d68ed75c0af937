"""The process that talks to the operating system's keyring, so that it can be killed.

Keyring libraries unlock without a time-out, raise foreign exceptions and may hang for
ever. Reads one JSON object from standard input (`do`: recall, store or forget; `service`,
`user`, `password`), writes one to standard output: `backend` with `password`, or `trouble`.
Run as a file: nothing of emtui is imported here.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Any

_REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it in clear."""


class _Refused(Exception):
    """A backend that is not used for passwords."""


def _backend() -> Any:  # noqa: ANN401 - keyring's own type, loaded here and nowhere else
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    if isinstance(found, ChainerBackend):
        found = next((one for one in found.backends if not _refused(one)), found)
    if _refused(found):
        raise _Refused(_why(type(found).__module__))
    return found


def _refused(backend: object) -> bool:
    return type(backend).__module__.startswith(_REFUSED)


def _why(module: str) -> str:
    """What is wrong with a refused backend; `fail` stands for none at all."""
    if module.startswith("keyring.backends.fail"):
        return "it has no keyring that answers"
    fault = "keeps nothing" if module.startswith("keyring.backends.null") else "writes them in clear"
    return f"its keyring backend {module} {fault}"


def _label(backend: Any) -> str:  # noqa: ANN401 - as above
    """The backend as people know it: `Secret Service`, `macOS Keychain`."""
    names = {
        "SecretService": "Secret Service",
        "macOS": "macOS Keychain",
        "Windows": "Windows Credential Locker",
    }
    module = type(backend).__module__.rpartition(".")[2]
    return names.get(module, str(getattr(backend, "name", module)))


def _answer(asked: dict[str, str]) -> dict[str, str | None]:
    backend = _backend()
    service, user = asked["service"], asked["user"]
    match asked["do"]:
        case "recall":
            return {"backend": _label(backend), "password": backend.get_password(service, user)}
        case "store":
            backend.set_password(service, user, asked["password"])
        case _:
            if backend.get_password(service, user) is not None:
                backend.delete_password(service, user)
                return {"backend": _label(backend), "password": "***"}
    return {"backend": _label(backend), "password": None}


def _trouble(error: Exception) -> str:
    """What went wrong, by the kind alone: the text of a foreign error could hold anything."""
    kind = type(error).__name__
    return "its keyring is locked" if kind == "KeyringLocked" else f"its keyring failed ({kind})"


def main() -> int:
    """Answer one question; what a backend prints does not come between."""
    asked = json.load(sys.stdin)
    try:
        with redirect_stdout(sys.stderr):
            answer = _answer(asked)
    except _Refused as refused:
        answer = {"trouble": str(refused)}
    except Exception as error:  # noqa: BLE001 - backends raise anything
        answer = {"trouble": _trouble(error)}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
