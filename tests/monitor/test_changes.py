"""Changes between two snapshots."""

from dataclasses import replace

from looks import look, run

from emtui.monitor.changes import NOTHING, Changes


def test_added_changed_and_gone_runs_are_distinguished() -> None:
    before = look(run(2, "InProgress"), run(3), run(4))
    after = look(run(1), run(2), run(3))
    assert Changes.between(before, after) == Changes((run(1),), (run(2),), (run(4),))


def test_the_same_sessions_in_another_snapshot_are_no_change() -> None:
    before = look(run(1), run(2))
    assert Changes.between(before, replace(before, as_of=before.as_of)) is NOTHING
    assert not Changes.between(before, look(run(1), run(2)))
