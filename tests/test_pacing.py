"""When a channel is told, case by case, to the millisecond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor import pacing
from monitor.model import Alert, Crowd, Reason, Revision, Talk
from monitor.pacing import Due, Held
from monitor.settings import Pace, Severity
from world import MINUTE, NOON

CASES = YAML(typ="safe").load(Path(__file__).parent / "data/pace/plan.yaml")


def alert(severity: str, reason: str = "first", **changed: Any) -> Alert:
    known: dict[str, Any] = {"late": False, "partial": False, "version": 1}
    return Alert(
        "a", "rule", 1, "story", reason, Reason(reason), NOON, Severity(severity), (),
        **(known | changed),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_plan(case: dict[str, Any]) -> None:
    ago = lambda minutes: NOON - round(minutes * MINUTE)  # noqa: E731
    talk = Talk(
        "story",
        tuple(Revision(ago(at), Severity(level)) for at, level in case.get("told", ())),
        NOON + case["waits"] if "waits" in case else None,
        ago(case["followed"]) if "followed" in case else None,
    )
    crowd = Crowd(case.get("conversations", 0), {"rule": case.get("by_rule", 0)})
    new = alert(case["new"], case.get("reason", "first"))
    found = pacing.plan(Pace(), talk, crowd, [new], NOON)
    if "held" in case:
        assert isinstance(found, Held)
        assert found.why == case["held"]
    else:
        assert isinstance(found, Due)
        assert found.at - NOON == case["due"]


def test_a_cap_of_one_rule_holds_no_message_of_two() -> None:
    crowd = Crowd(6, {"rule": 6})
    both = [alert("normal"), Alert(**{**fields(alert("normal")), "rule_id": "other"})]
    assert isinstance(pacing.plan(Pace(), Talk("story"), crowd, both, NOON), Due)


def fields(one: Alert) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"severity": "low"}, "low"),
        ({"late": True}, "late"),
        ({"demoted": "film"}, "demoted"),
        ({"severity": "low", "late": True}, "low"),
        ({"severity": "critical", "late": True}, "late"),
        ({"severity": "low", "demoted": "film"}, "demoted"),
    ],
)
def test_what_is_never_told_at_once(changed: dict[str, Any], why: str | None) -> None:
    held = pacing.kept(alert(changed.pop("severity", "normal"), **changed))
    assert (held.why if held else None) == why
