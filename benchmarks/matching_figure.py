"""Draw `docs/matching.svg` from what `matching` kept: items per second against number of rules.

    .venv/bin/python benchmarks/matching_figure.py [KEPT.json [FIGURE.svg]]

Both axes are logarithmic, one line is one program, its name stands at the line's end.  The drawing
has no background and takes its greys from what the reader's system says, light or dark.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from math import ceil, floor, log10
from pathlib import Path
from xml.sax.saxutils import escape

import kit

RESULTS = kit.HERE / "results" / "matching-rounds.json"
FIGURE = kit.HERE.parent / "docs" / "matching.svg"
WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 52
APART = 16  # two names at the right keep this distance
OURS = "wirewatch"
NAMES = {
    "wirewatch": "Wirewatch", "lucene": "Lucene", "postgresql": "PostgreSQL",
    "re2": "RE2 Set", "fts5": "SQLite FTS5", "re": "Python re",
}  # fmt: skip

Point = tuple[float, float]
Lines = dict[str, list[Point]]  # of each program: (rules, items a second), ascending

STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600; font-size: 14px }
.tick { fill: #666; font-size: 12px }
.grid { stroke: #888; stroke-opacity: .25 }
.line { fill: none; stroke: #777; stroke-width: 1.5 }
.dot { fill: #777 }
.ours { stroke: #c2410c; stroke-width: 3 }
.dot.ours { fill: #c2410c; stroke: none }
text.ours { fill: #c2410c; font-weight: 600; stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .tick { fill: #aaa } .line { stroke: #999 } .dot { fill: #999 }
  .ours { stroke: #fb923c } .dot.ours, text.ours { fill: #fb923c }
}"""


def read(path: Path) -> Lines:
    lines: Lines = {}
    for row in json.loads(path.read_text())["series"]:
        if row["kind"] == "phrases":
            lines.setdefault(row["name"], []).append((row["rules"], row["items_per_second"]))
    ours_on_top = [*(name for name in NAMES if name != OURS), OURS]
    return {name: sorted(lines[name]) for name in ours_on_top if name in lines}


class Scale:
    """Where a number of rules and a speed are on the page; whole decades on both axes."""

    def __init__(self, lines: Lines) -> None:
        points = [point for line in lines.values() for point in line]
        across, up = ([log10(point[axis]) for point in points] for axis in (0, 1))
        self.across = range(floor(min(across)), max(ceil(max(across)), floor(min(across)) + 1) + 1)
        self.up = range(floor(min(up)), max(ceil(max(up)), floor(min(up)) + 1) + 1)

    def x(self, rules: float) -> float:
        part = (log10(rules) - self.across[0]) / (self.across[-1] - self.across[0])
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, speed: float) -> float:
        part = (log10(speed) - self.up[0]) / (self.up[-1] - self.up[0])
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def draw(lines: Lines) -> str:
    scale = Scale(lines)
    title = "News items matched per second on one core, by number of rules"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title>",
        f"<style>\n{STYLE}\n</style>",
        f'<text class="title" x="{LEFT}" y="22">{title}</text>',
        *_grid(scale),
        *(part for name, line in lines.items() for part in _line(scale, name, line)),
        *_names(scale, lines),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(scale: Scale) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for decade in scale.up:
        y = scale.y(10.0**decade)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>'
        yield _tick(LEFT - 8, y + 4, "end", _decade(decade))
    for decade in scale.across:
        x = scale.x(10.0**decade)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>'
        yield _tick(x, bottom + 18, "middle", _decade(decade))
    yield _tick((LEFT + right) / 2, HEIGHT - 12, "middle", "rules")


def _tick(x: float, y: float, anchor: str, said: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{said}</text>'


def _decade(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _line(scale: Scale, name: str, line: list[Point]) -> Iterator[str]:
    ours = " ours" if name == OURS else ""
    points = [(scale.x(rules), scale.y(speed)) for rules, speed in line]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path class="line{ours}" d="M{path}"/>'
    for x, y in points:
        yield f'<circle class="dot{ours}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if ours else 3}"/>'


def _names(scale: Scale, lines: Lines) -> Iterator[str]:
    """Each at its line's end; those that would meet at one place are moved down."""
    ends = sorted((scale.y(line[-1][1]), name) for name, line in lines.items())
    taken: list[Point] = []
    for y, name in ends:
        x = scale.x(lines[name][-1][0])
        at = max([y, *(other + APART for left, other in taken if abs(left - x) < 1)])
        taken.append((x, at))
        ours = ' class="ours"' if name == OURS else ""
        said = f"{NAMES[name]} {_short(lines[name][-1][1])}"
        yield f'<text{ours} x="{x + 9:.1f}" y="{at + 4:.1f}">{escape(said)}</text>'


def _short(speed: float) -> str:
    """Two digits that count: 8,200 and 1.2."""
    digits = 1 - floor(log10(speed))
    return f"{round(speed, digits):,.{max(0, digits)}f}"


def main() -> None:
    source, target = [*map(Path, sys.argv[1:]), *(RESULTS, FIGURE)[len(sys.argv) - 1 :]]
    target.write_text(draw(read(source)))


if __name__ == "__main__":
    main()
