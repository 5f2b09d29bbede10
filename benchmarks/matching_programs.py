"""The programs that `matching` puts beside each other, and how each is run on one core.

Lucene is a package of the system; unpacked it serves as well as installed.  It wants a JDK, too:
    cd "$(mktemp -d)" && apt-get download liblucene8-java
    dpkg -x liblucene8-java*.deb REPOSITORY/benchmarks/.bench/lucene
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import kit

OURS, LUCENE, POSTGRES, RE2, FTS5, RE = (
    "wirewatch", "lucene", "postgresql", "re2", "fts5", "re",
)  # fmt: skip
PEERS = (LUCENE, POSTGRES, RE2, FTS5, RE)
# The most rules that a program is asked to hold; with more one item takes it seconds.
MOST_RULES = {
    OURS: 100_000,
    LUCENE: 100_000,
    POSTGRES: 100_000,
    RE2: 100_000,
    FTS5: 10_000,
    RE: 10_000,
}
SCRIPTS = kit.HERE / "peers"
UNPACKED = kit.HERE / ".bench" / "lucene"
PINNED = {RE2: ("google-re2==1.1.20251105",), POSTGRES: ("psycopg[binary]==3.3.9",)}
MOST_SECONDS = 900.0
WARM_SECONDS = 10.0  # Java compiles what runs often while it runs, on the same core


class Broken(Exception):
    """A program cannot be run, or took too long."""


@dataclass(frozen=True)
class Work:
    """What is asked: a folder with the items and rules, and how much of it."""

    folder: Path
    warm: int
    rounds: int
    seconds: float
    core: int
    tree: Path


@dataclass
class Series:
    """All rounds of one program over one number of rules."""

    name: str
    rules: int
    kind: str = "phrases"
    rounds: list[tuple[int, float, float]] = field(default_factory=list)
    hits: dict[int, list[Any]] = field(default_factory=dict)
    build_seconds: float = 0.0
    memory_bytes: int = 0
    version: str = ""
    note: str = ""

    @property
    def speeds(self) -> list[float]:
        """Items a second of CPU time, by round."""
        return [items / cpu for items, _, cpu in self.rounds]

    @property
    def speed(self) -> float:
        return median(self.speeds)

    @property
    def wall_speed(self) -> float:
        return median(items / seconds for items, seconds, _ in self.rounds)

    @property
    def spread(self) -> float:
        """Fastest to slowest round, as a part of the median."""
        return (max(self.speeds) - min(self.speeds)) / self.speed

    @property
    def items(self) -> int:
        return sum(items for items, _, _ in self.rounds)

    @property
    def hits_an_item(self) -> float:
        return sum(map(len, self.hits.values())) / max(1, len(self.hits))


def run(name: str, work: Work, rules: int, kind: str, place: str = "") -> Series:
    """One program, one number of rules, in a process of its own.  `place`: PostgreSQL's socket."""
    command = _commands[name](work, place)
    if name == LUCENE:
        files = [str(work.folder / "texts.txt"), str(work.folder / f"{kind}.txt")]
    else:
        asked = "queries" if name == OURS and kind == "phrases" else kind
        files = [str(work.folder), f"{asked}.txt"]
    numbers = [str(rules), str(work.warm), str(work.rounds), str(work.seconds)]
    numbers += [str(WARM_SECONDS)] if name == LUCENE else []
    said = ask([*command, *files, *numbers], work)
    return Series(
        name, rules, kind, [tuple(one) for one in said["rounds"]],
        dict(said["hits"]), said["build_seconds"], said["memory_bytes"],
        said["version"], said["note"],
    )  # fmt: skip


def change(work: Work, rules: int) -> dict[str, Any]:
    """Seconds until a changed rule of ours is live."""
    command = [sys.executable, str(SCRIPTS / "match_wirewatch.py"), "change", str(work.folder)]
    return ask([*command, "queries.txt", str(rules), "0", "0", "0"], work)


def ask(command: list[str], work: Work) -> dict[str, Any]:
    """The JSON that the command prints.  Raises Broken."""
    environment = {**os.environ, "PYTHONPATH": str(work.tree)}
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, check=True, timeout=MOST_SECONDS,
            preexec_fn=lambda: os.sched_setaffinity(0, {work.core}),
        )  # fmt: skip
        said: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise Broken(str(error)[-300:]) from error
    return said


def _ours(work: Work, place: str) -> list[str]:
    return [sys.executable, str(SCRIPTS / "match_wirewatch.py"), OURS]


def _scan(name: str) -> Callable[[Work, str], list[str]]:
    def command(work: Work, place: str) -> list[str]:
        python = kit.peer(*PINNED[name]) if name in PINNED else Path(sys.executable)
        return [str(python), str(SCRIPTS / "match_scan.py"), name]

    return command


def _postgres(work: Work, place: str) -> list[str]:
    return [str(kit.peer(*PINNED[POSTGRES])), str(SCRIPTS / "match_postgres.py"), place]


def _lucene(work: Work, place: str) -> list[str]:
    jars = [
        next(root.glob(f"usr/share/java/lucene-{part}-8*.jar"), None)
        for part in ("core", "memory", "analyzers-common")
        for root in (UNPACKED if UNPACKED.exists() else Path("/"),)
    ]
    if None in jars:
        raise Broken(f"there is no Lucene 8, neither in {UNPACKED} nor in /usr/share/java")
    classes = work.folder / "classes"
    path = ":".join(map(str, [*jars, classes]))
    if not classes.exists():
        source = str(SCRIPTS / "MemIndex.java")
        try:
            subprocess.run(["javac", "-cp", path, "-d", str(classes), source], check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise Broken(f"javac: {error}") from error
    return ["java", "-cp", path, "MemIndex"]


_commands: dict[str, Callable[[Work, str], list[str]]] = {
    OURS: _ours, LUCENE: _lucene, POSTGRES: _postgres,
    RE2: _scan(RE2), FTS5: _scan(FTS5), RE: _scan(RE),
}  # fmt: skip
