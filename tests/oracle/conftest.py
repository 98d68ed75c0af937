"""One server and one person for all of the oracle's questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oracle.asked import EmtuiRunner, running_emtui
from scripted_server import make_identity


@pytest.fixture(scope="session")
def emtui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmtuiRunner]:
    folder = tmp_path_factory.mktemp("oracle")
    with running_emtui(folder, make_identity(folder)) as runner:
        yield runner
