"""The pairs of Reuters' texts that stories are judged by: as they were drawn, all labelled."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DRAW = TESTS.parent / "benchmarks" / "draw_reuters_pairs.py"
TEXTS = Path("stream", "reuters-21578-april.jsonl.gz")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (TESTS / "data" / "reuters_pairs.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_pair_is_labelled(rows):
    """300 pairs, no text in two of them, each the same event or a different one."""
    assert len(rows) == 300
    assert {row["label"] for row in rows} == {"same", "different"}
    assert len(set(chain(*((row["id_a"], row["id_b"]) for row in rows)))) == 600


def test_the_script_still_draws_these_pairs(rows, real_data):
    """Labels hold for the pairs that were drawn, in their order and strata, and for no others."""
    if not (real_data / TEXTS).is_file():
        pytest.skip(f"no {TEXTS} in the real data")
    drawn = subprocess.run(
        [sys.executable, DRAW],
        env={**os.environ, "WIREWATCH_REAL_DATA": str(real_data)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    columns = ("id_a", "id_b", "stratum")
    expected = [columns, *(tuple(row[column] for column in columns) for row in rows)]
    assert [tuple(row) for row in csv.reader(drawn.stdout.splitlines())] == expected
