"""What is new in a match, case by case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor import occasions
from monitor.figures import Said
from monitor.model import Answer, BodyState, Change, Item, Past, StoredItem
from monitor.occasions import Finding, Situation
from monitor.settings import Rule, Severity
from world import NOON

CASES = YAML(typ="safe").load(Path(__file__).parent / "data/occasions/judge.yaml")


def situation(case: dict[str, Any]) -> Situation:
    stored = StoredItem(
        1, Item("https://a.example/1", "A"), "wire", NOON, 2, BodyState.NONE, "story",
        origin=case.get("origin"), fingerprint="1:abc",
    )  # fmt: skip
    return Situation(
        stored, "story", Change(case.get("change", "new")),
        NOON if case.get("news", True) else None, NOON, 86_400, case.get("any_told", False),
    )  # fmt: skip


def past(case: dict[str, Any]) -> Past:
    return Past(
        Severity(case["told"]) if "told" in case else None,
        frozenset(case.get("origins", ())), case.get("item_told", False),
        frozenset(case.get("keys", ())),
        {"killed": case["figures"]} if "figures" in case else {},
        case.get("item_says", case.get("item_told", False)),
    )  # fmt: skip


def rule(case: dict[str, Any]) -> Rule:
    return Rule("r", "x", on_update=case.get("on_update", True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_judge(case: dict[str, Any]) -> None:
    before = Answer(case["before"]) if "before" in case else None
    said = {"killed": [Said(*one) for one in case["said"]]} if "said" in case else {}
    finding = Finding(Severity(case.get("severity", "normal")), before, said)
    verdict = occasions.judge(situation(case), rule(case), finding, past(case))
    keys = [one.key.replace(":1:abc", "") for one in verdict.occasions]
    assert (keys, verdict.reason.value) == (case.get("new", []), case["word"])


LOST = [
    ({"change": "modified", "item_told": True}, True),
    ({"change": "modified"}, False),
    ({"change": "modified", "item_told": True, "item_says": False}, False),
    ({"change": "modified", "item_told": True, "keys": ["lost:1:abc"]}, False),
    ({"change": "modified", "item_told": True, "on_update": False}, False),
    ({"change": "completed", "item_told": True, "on_update": False}, True),
    ({"change": "modified", "item_told": True, "news": False}, False),
]


@pytest.mark.parametrize(("case", "expected"), LOST)
def test_lost(case: dict[str, Any], expected: bool) -> None:
    """Only of what people were told and take to be so, once for each text."""
    known = past({"told": "normal"} | case)
    found = occasions.lost(situation(case), rule(case), known)
    assert (found is not None) is expected
