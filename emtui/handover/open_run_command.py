"""The command that opens one run for any user."""

from __future__ import annotations

import shlex

from emtui.em.model import Session
from emtui.em.server_address import Server


def open_run_command(server: Server, session: Session, *options: str) -> str:
    """Format `emtui open --server em01.example.net 5f1c9d2a-…`, without profile or user name."""
    return shlex.join(["emtui", "open", "--server", str(server), session.id, *options])
