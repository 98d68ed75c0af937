"""Changes between two snapshots."""

from dataclasses import replace

from snapshot_factory import make_snapshot, numbered_run

from emtui.monitor.changes import NO_CHANGES, Changes


def test_added_changed_and_gone_runs_are_distinguished() -> None:
    before = make_snapshot(numbered_run(2, "InProgress"), numbered_run(3), numbered_run(4))
    after = make_snapshot(numbered_run(1), numbered_run(2), numbered_run(3))
    assert Changes.between(before, after) == Changes(
        (numbered_run(1),), (numbered_run(2),), (numbered_run(4),)
    )


def test_the_same_sessions_in_another_snapshot_are_no_change() -> None:
    before = make_snapshot(numbered_run(1), numbered_run(2))
    assert Changes.between(before, replace(before, as_of=before.as_of)) is NO_CHANGES
    assert not Changes.between(before, make_snapshot(numbered_run(1), numbered_run(2)))
