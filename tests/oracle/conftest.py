"""One server and one person for all of the oracle's questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oracle.asked import Emtui, emtui_of
from rogue import identity


@pytest.fixture(scope="session")
def emtui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emtui]:
    folder = tmp_path_factory.mktemp("oracle")
    with emtui_of(folder, identity(folder)) as asked:
        yield asked
