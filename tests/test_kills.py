"""SIGKILL at every point of the path: nothing lost, nothing told twice but in the one window.

The long run is `python -m tests.rig.killer --kills 300 --seed 1 --json OUT`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.killer import POINTS, Patience, Result, run
from tests.rig.world import World

pytestmark = pytest.mark.kill

# The stand-in is up in 0.1 s and does all it ever will within another.
QUICK = Patience(moment=5, grace=0.5, settling=8, quiet=0.5)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def run_dummy(world: World, *words: str) -> Result:
    command = (sys.executable, "-m", "tests.rig.dummy", *words, "--config")
    return run(world, len(POINTS), seed=1, command=command, patience=QUICK)


def test_thirty_kills_lose_nothing_and_tell_nothing_twice(world: World) -> None:
    """Three kills at each point; every report arrives on both channels, no process is left."""
    result = run(world, 30, seed=1)
    assert result.faults == []
    assert result.missed == {}


def test_rig_finds_nothing_wrong_with_a_right_daemon(world: World) -> None:
    """A copy after a kill between acceptance and record is counted, and is no fault."""
    result = run_dummy(world)
    assert result.faults == []
    assert result.reached == dict.fromkeys(result.reached, 1)
    assert set(result.reached) == set(POINTS)
    assert result.verdict is not None
    assert result.verdict.twice >= 2


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [("lossy", "lost:"), ("forgetful", "told twice:"), ("orphan", "processes left behind:")],
)
def test_rig_names_what_is_wrong_with_a_wrong_daemon(world: World, wrong: str, fault: str) -> None:
    faults = run_dummy(world, "--wrong", wrong).faults
    assert any(words.startswith(fault) for words in faults), faults
