"""The table of `matching`, and its raw figures as they are kept.  Measures and bounds nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matching_programs import OURS, Series

MB = 1e6
Measured = Mapping[tuple[str, str, int], Series]  # by name, kind of rules, number of rules


def table(measured: Measured) -> str:
    lines = [
        f"{'':11} {'rules':>7} {'kind':8} {'items':>6} {'items/s':>9} {'spread':>7} {'by clock':>9}"
        f" {'build s':>8} {'MB':>8} {'hits/item':>9} {'off ours':>8}  note"
    ]
    for one in sorted(measured.values(), key=lambda one: (one.kind, one.rules)):
        lines.append(
            f"{one.name:11} {one.rules:7} {one.kind:8} {one.items:6} {one.speed:9,.1f}"
            f" {one.spread:7.0%} {one.wall_speed:9,.1f} {one.build_seconds:8.2f}"
            f" {one.memory_bytes / MB:8.1f} {one.hits_an_item:9.3f} {_apart(measured, one):>8}"
            f"  {one.note}"
        )
    return "\n".join(lines)


def _apart(measured: Measured, one: Series) -> str:
    """How many answers differ from ours, in the items that both were given, beside all of ours."""
    ours = measured.get((OURS, one.kind, one.rules))
    if ours is None or one is ours:
        return "-"
    both = ours.hits.keys() & one.hits.keys()
    mine = {(at, number) for at in both for number, _ in ours.hits[at]}
    theirs = {(at, number) for at in both for number in one.hits[at]}
    return f"{len(mine ^ theirs) / max(1, len(mine)):.1%}"


def keep(path: Path, measured: Measured, more: Mapping[str, Any]) -> None:
    """What `matching_figure` draws from."""
    rows = [
        {
            "name": one.name,
            "kind": one.kind,
            "rules": one.rules,
            "version": one.version,
            "note": one.note,
            "items_per_second": one.speed,
            "spread": one.spread,
            "rounds": one.rounds,
            "build_seconds": one.build_seconds,
            "memory_bytes": one.memory_bytes,
            "hits_an_item": one.hits_an_item,
        }
        for one in measured.values()
    ]
    path.write_text(json.dumps({**more, "series": rows}, indent=2) + "\n")
