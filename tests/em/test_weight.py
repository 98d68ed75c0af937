"""Memory of a long list after parsing, in bytes."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.documents import DocumentSerializer
from emtui.demo.world import SimulatedWorld
from emtui.em import xml_codec

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
MAX_BYTES_PER_SESSION = 440
"""Bytes per session: little more than its own UID, name and two times."""


def test_a_session_takes_little_more_memory_than_its_own_values() -> None:
    world = SimulatedWorld(1, NOW, 10_000)
    body = DocumentSerializer("https://em01.example.net:9398/api", ActiveFaults()).serialize_list(
        world.sessions(NOW), json=False
    )
    xml_codec.read_list(body)
    tracemalloc.start()
    listing = xml_codec.read_list(body)
    retained, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert retained / len(listing.sessions) <= MAX_BYTES_PER_SESSION
    assert peak - retained <= 1024 * 1024
