"""200 recorded polls of the network's feed: what is new is told once, what is re-dated never."""

import asyncio
import json
import sys
from pathlib import Path

import pytest


@pytest.mark.real
async def test_recorded_polls_replayed_through_the_real_spider(
    tmp_path: Path, real_data: Path
) -> None:
    """Every distinct link is one item, each poll finds the recorded number of new ones, and a rule
    that says yes to all of them tells each after the first sight, or counts it with its story."""
    polls = real_data / "spacemedia" / "polls"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.rig.replay",
        str(polls / "snapshots.tar.gz"), str(polls / "timeline.json"), str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    done = json.loads(output)
    expected = [poll["new"] for poll in json.loads((polls / "timeline.json").read_text())]
    assert done["items"] == 155
    assert done["new"] == expected
    assert done["told"] == [0, *expected[1:]]
    assert done["alerts"] >= 108  # a few of these tell one event
