"""What a long list weighs once it is read: a count of bytes, not of time."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

from emtui.demo.demo_options import Plays
from emtui.demo.documents import Documents
from emtui.demo.world import World
from emtui.em import xml_codec

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
MOST = 440
"""Bytes a session: its UID, name and two times are texts and moments of its own, and hardly anything else."""


def test_a_session_takes_little_more_memory_than_its_own_values() -> None:
    world = World(1, NOW, 10_000)
    body = Documents("https://em01.example.net:9398/api", Plays()).listing(world.sessions(NOW), json=False)
    xml_codec.read_list(body)
    tracemalloc.start()
    listing = xml_codec.read_list(body)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / len(listing.sessions) <= MOST
    assert peak - kept <= 1024 * 1024
