"""What every program that `matching` measures in Python shares: the items, the rounds, the answer.

    SCRIPT NAME FOLDER RULES COUNT WARM ROUNDS SECONDS

FOLDER holds items.jsonl, a [title, body] a line, RULES a rule a line; the first COUNT are taken.
The first WARM items warm up, again and again; the others are shared out among the rounds, so that
nobody is asked of one twice.  A round ends when its items do, or after SECONDS.
Prints {"rounds": [[items, seconds, CPU seconds], ...], "hits": [[item, [rule, ...]], ...],
"build_seconds", "memory_bytes", "version", "note"}.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

WARM_SECONDS = 3.0
MOST_TIMES = 8  # as long by the clock at most
MOST_SECONDS = 900  # then this process is killed


class Story(NamedTuple):
    title: str
    body: str

    @property
    def text(self) -> str:
        return f"{self.title}\n\n{self.body}"


class Asked(NamedTuple):
    """The command line."""

    name: str
    folder: Path
    rules: str
    count: int
    warm: int
    rounds: int
    seconds: float


class Program(Protocol):
    """`prepare` and `read` are not timed: `read` makes rules' numbers of what `match` answered."""

    version: str
    note: str

    def prepare(self, story: Story) -> Any: ...
    def build(self, rules: Sequence[str]) -> None: ...
    def match(self, item: Any) -> Any: ...
    def read(self, answer: Any) -> Sequence[Any]: ...
    def cpu_seconds(self) -> float: ...
    def memory(self) -> int: ...


class InProcess:
    """A program that works in this process alone: its CPU time and memory are the process's."""

    version, note = "", ""

    def prepare(self, story: Story) -> Any:
        return story.text

    def read(self, answer: Any) -> Sequence[Any]:
        found: Sequence[int] = answer
        return found

    def cpu_seconds(self) -> float:
        return time.process_time()

    def memory(self) -> int:
        gc.collect()
        return resident()


def resident() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def asked() -> Asked:
    name, folder, rules, count, warm, rounds, seconds = sys.argv[1:]
    return Asked(name, Path(folder), rules, int(count), int(warm), int(rounds), float(seconds))


def run(program: Program, what: Asked) -> None:
    signal.alarm(MOST_SECONDS)
    lines = (what.folder / "items.jsonl").read_text().splitlines()
    items = [program.prepare(Story(*json.loads(line))) for line in lines]
    rules = (what.folder / what.rules).read_text().splitlines()[: what.count]
    warming, measured = items[: what.warm], items[what.warm :]
    # What a program makes ready at its first use is not what the rules cost.
    program.build(rules[:1])
    _warm(program, warming, 0.0)
    before = program.memory()
    started = time.perf_counter()
    program.build(rules)
    built = time.perf_counter() - started
    _warm(program, warming, WARM_SECONDS)
    memory = program.memory() - before
    hits: list[list[Any]] = []
    taken = [
        _round(program, measured, what.warm, part, what.seconds, hits)
        for part in _parts(len(measured), what.rounds)
    ]
    answer = {
        "rounds": taken, "hits": hits, "build_seconds": built, "memory_bytes": memory,
        "version": program.version, "note": program.note,
    }  # fmt: skip
    print(json.dumps(answer))


def _warm(program: Program, items: Sequence[Any], seconds: float) -> None:
    """Again and again until that much CPU time is used: a busy machine must not warm up less."""
    until = time.perf_counter() + max(seconds, WARM_SECONDS) * MOST_TIMES
    before = program.cpu_seconds()
    while True:
        for item in items:
            program.match(item)
            if time.perf_counter() > until or program.cpu_seconds() - before > WARM_SECONDS:
                return
        if program.cpu_seconds() - before >= seconds:
            return


def _parts(length: int, rounds: int) -> list[range]:
    size = length // rounds
    return [range(n * size, (n + 1) * size) for n in range(rounds)]


def _round(
    program: Program, items: Sequence[Any], warm: int, part: range, seconds: float, hits: list[Any]
) -> tuple[int, float, float]:
    match, answers = program.match, []
    gc.collect()
    cpu, started = program.cpu_seconds(), time.perf_counter()
    for number in part:
        answers.append(match(items[number]))
        if time.perf_counter() - started > seconds:
            break
    taken = time.perf_counter() - started, program.cpu_seconds() - cpu
    hits += [[warm + number, program.read(a)] for number, a in zip(part, answers, strict=False)]
    return len(answers), *taken
