"""Whatever happens to a desk: nothing lost, nothing twice, nothing before its time."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from alert_streams import Run

EVENTS = 25


async def live(directory: Path, seed: int) -> None:
    run = await Run(directory, Random(seed)).open()
    for _ in range(EVENTS):
        await run.step()
    await run.end()


# The last: accepted in the moment of a kill, then refused, with an update behind it.
@pytest.mark.parametrize("seed", [*range(10), 1_000_085])
async def test_a_stream(tmp_path: Path, seed: int) -> None:
    await live(tmp_path, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1000))
async def test_a_thousand_streams(tmp_path: Path, seed: int) -> None:
    await live(tmp_path, 1_000_000 + seed)
