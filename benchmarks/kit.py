"""What every benchmark shares: timing, peers in an environment of their own, the table, the floors.

No benchmark itself: `./run.sh bench` leaves this file out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Figure:
    """One measured number.  `floor` and `ceiling` bind under --check alone.

    Bound a ratio to a peer of the same run, or a quality; an absolute speed holds on one machine.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    ceiling: float | None = None

    @property
    def holds(self) -> bool:
        above = self.floor is None or self.value >= self.floor
        return above and (self.ceiling is None or self.value <= self.ceiling)

    def __str__(self) -> str:
        bounds = [f">= {self.floor:g}"] if self.floor is not None else []
        bounds += [f"<= {self.ceiling:g}"] if self.ceiling is not None else []
        verdict = "" if self.holds else "  MISSED"
        return f"{self.name:44} {self.value:12,.4g} {self.unit:10} {' '.join(bounds)}{verdict}"


def best_seconds(run: Callable[[], object], times: int = 3) -> float:
    """The shortest of several runs: what disturbs a run only ever makes it longer."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return min(taken)


def peer(*requirements: str) -> Path:
    """The Python of an environment that holds exactly these, pinned ("reader==3.18"); made once.

    Peers never meet our own dependencies.  Raises CalledProcessError when pip cannot install them.
    """
    pinned = "\n".join(sorted(requirements))
    place = HERE / ".venv" / hashlib.sha256(f"{sys.version} {pinned}".encode()).hexdigest()[:12]
    made = place / "made-from"
    python = place / "bin" / "python"
    if not made.exists():
        print(f"installing {', '.join(requirements)} apart from ours", file=sys.stderr)
        venv.create(place, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([*pip, "install", *requirements], check=True)
        made.write_text(pinned)
    return python


def ask(python: Path, script: Path, *args: str) -> object:
    """Run a script of `benchmarks/peers/` with a peer's Python.  It prints one JSON value."""
    command = [str(python), str(script), *args]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def report(name: str, figures: Sequence[Figure]) -> int:
    """Print the table, keep it in results/NAME.json; the exit code: 1 for a miss under --check."""
    parser = argparse.ArgumentParser(prog=f"./run.sh bench {name}")
    parser.add_argument("--check", action="store_true", help="fail when a figure misses its bound")
    must_hold = parser.parse_known_args()[0].check
    print(*figures, sep="\n")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    kept = [asdict(figure) for figure in figures]
    (results / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")
    return int(must_hold and not all(figure.holds for figure in figures))
