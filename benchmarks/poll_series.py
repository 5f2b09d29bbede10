"""The rounds of one program in `poll`, and how two programs' rounds compare.  Measures nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

import kit
from poll_ours import Poll
from poll_watch import MB, Memory

MOST_SECONDS = 60.0  # then a program's rounds of a phase are at an end
FIRST, NEW, NOT_MODIFIED, SAME = PHASES = ("first", "new", "304", "same")


@dataclass
class Series:
    """All rounds of one program over one number of feeds, by phase."""

    name: str
    feeds: int
    version: str = ""
    rounds: dict[str, list[Poll]] = field(default_factory=lambda: {phase: [] for phase in PHASES})

    def seconds(self, phase: str) -> list[float]:
        return [one.seconds for one in self.rounds[phase]]

    def speed(self, phase: str) -> float:
        return self.feeds / median(self.seconds(phase))

    def spread(self, phase: str) -> float:
        seconds = self.seconds(phase)
        return (max(seconds) - min(seconds)) / median(seconds)

    def cpu_ms(self, phase: str) -> float:
        return median(one.cpu_seconds for one in self.rounds[phase]) * 1000 / self.feeds

    def memory(self, phases: Iterable[str] = PHASES) -> Memory:
        most = Memory()
        for phase in phases:
            for one in self.rounds[phase]:
                most = most.most(one.memory)
        return most

    def is_over(self, phase: str) -> bool:
        return sum(self.seconds(phase)) > MOST_SECONDS


def table(series: Iterable[Series]) -> str:
    lines = [
        f"{'':11} {'feeds':>6} {'phase':>6} {'rounds':>6} {'feeds/s':>8} {'spread':>7}"
        f" {'CPU ms/feed':>11} {'all MB':>7} {'main MB':>7}"
    ]
    for phase in PHASES:
        for one in series:
            memory = one.memory([phase])
            lines.append(
                f"{one.name:11} {one.feeds:6} {phase:>6} {len(one.rounds[phase]):6}"
                f" {one.speed(phase):8.1f} {one.spread(phase):7.0%} {one.cpu_ms(phase):11.2f}"
                f" {memory.tree / MB:7.0f} {memory.main / MB:7.0f}"
            )
    return "\n".join(lines)


def beside(phase: str, ours: Series, peer: Series, floor: float | None) -> list[kit.Figure]:
    """How many times as fast, and how many times less CPU time: that is what noise spares.  The
    median of what each turn says: a machine may be half as fast in the next one."""
    name = f"{ours.feeds} feeds, {phase}, beside {peer.name}"
    turns = list(zip(ours.rounds[phase], peer.rounds[phase], strict=False))
    faster = median(other.seconds / own.seconds for own, other in turns)
    cheaper = median(other.cpu_seconds / own.cpu_seconds for own, other in turns)
    return [
        kit.Figure(name, faster, "times", floor),
        kit.Figure(f"{name}, by CPU time", cheaper, "times"),
    ]


def without_index(series: Series) -> float:
    """Feeds per second of storing alone."""
    return series.feeds / median(one.seconds - one.index_seconds for one in series.rounds[NEW])
