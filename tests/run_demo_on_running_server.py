"""Runs `emtui demo` with a server that is running already, shared by many tests.

    python run_demo_on_running_server.py ANNOUNCEMENT demo [ARGUMENT…]

ANNOUNCEMENT is the JSON of a `ServerAnnouncement`; nothing else is changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from emtui.cli import main
from emtui.demo import server_process
from emtui.demo.demo_options import DemoOptions


@contextmanager
def use_running_server(options: DemoOptions) -> Iterator[server_process.ServerAnnouncement]:  # noqa: ARG001 - the server is running
    """Yield the running server instead of starting one."""
    yield server_process.ServerAnnouncement(**json.loads(sys.argv[1]))


if __name__ == "__main__":
    server_process.run_server = use_running_server
    sys.exit(main(sys.argv[2:]))
