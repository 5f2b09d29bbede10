"""The pairs of Reuters' texts that stories are fitted to and judged by: as drawn, all labelled."""

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
Rows = list[dict[str, str]]


def rows(name: str) -> Rows:
    with (TESTS / "data" / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def pairs(name: str) -> list[frozenset[str]]:
    return [frozenset((row["id_a"], row["id_b"])) for row in rows(name)]


@pytest.mark.parametrize(
    ("name", "number"), [("reuters_pairs.csv", 300), ("reuters_dev_pairs.csv", 1877)]
)
def test_every_pair_is_labelled(name, number):
    """None twice, each the same event or a different one."""
    assert len(set(pairs(name))) == len(rows(name)) == number
    assert {row["label"] for row in rows(name)} == {"same", "different"}


def test_no_text_is_in_two_of_the_pairs_that_stories_are_judged_by():
    """So that no one text counts for more than another."""
    assert len(set(chain(*pairs("reuters_pairs.csv")))) == 2 * 300


def test_no_pair_is_both_fitted_to_and_judged_by():
    """What judges is held out of what is fitted."""
    assert set(pairs("reuters_pairs.csv")).isdisjoint(pairs("reuters_dev_pairs.csv"))


@pytest.mark.parametrize(
    ("name", "arguments"), [("reuters_pairs.csv", []), ("reuters_dev_pairs.csv", ["--to-fit"])]
)
def test_the_script_still_draws_these_pairs(name, arguments, real_data):
    """Labels hold for the pairs that were drawn, in their order and strata, and for no others."""
    if not (real_data / TEXTS).is_file():
        pytest.skip(f"no {TEXTS} in the real data")
    drawn = subprocess.run(
        [sys.executable, DRAW, *arguments],
        env={**os.environ, "WIREWATCH_REAL_DATA": str(real_data)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    columns = ("id_a", "id_b", "stratum")
    expected = [columns, *(tuple(row[column] for column in columns) for row in rows(name))]
    assert [tuple(row) for row in csv.reader(drawn.stdout.splitlines())] == expected
