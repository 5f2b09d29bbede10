"""Whether `rules missed` names what a rule of one phrase did not see, in two weeks of world news.

A rule `"car bomb*"` is run over `stream/world-news` as `replay` fills its archive; then the command
is asked, as a user asks it, by what names its stories go in the articles that it did not match.
Measured are the places of "car blast" and "car explosion" in its answer, and whether any phrase
that the rule finds stands there.  No peer: nobody else offers this.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import kit
import replay
from monitor import config

RULES = """\
rules:
  - id: car-bomb
    query: '"car bomb*"'
"""
SOUGHT = ("car blast", "car explosion")
FIRST = 5  # places
NEVER = 999  # the place of what is not named


def write_files(directory: Path, outlets: int) -> None:
    sources = [
        f"  - {{id: outlet-{n}, url: 'https://{n}.example/feed', kind: feed, article: false}}"
        for n in range(outlets)
    ]
    for name, text in {
        "monitor.yaml": "database: news.db\n",
        "sources.yaml": "\n".join(["sources:", *sources, ""]),
        "rules.yaml": RULES,
        "routes.yaml": "channels: {desk: {console: {}}}\nops: desk\n",
    }.items():
        (directory / name).write_text(text, "utf-8")


async def fill(directory: Path) -> None:
    rows = replay.headlines(None)
    outlets = sorted({row["source"] for row in rows})
    write_files(directory, len(outlets))
    store = await replay.fill(config.load(directory, {}), outlets, rows)
    await store.close()


def ask(directory: Path) -> list[str]:
    """The phrases, in the order of the command's answer."""
    words = ["rules", "missed", "car-bomb", "--since", "9999d", "--json"]
    told = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *words, "--config", str(directory)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line)["phrase"] for line in told.stdout.splitlines()]


def main() -> int:
    if not replay.STREAM.exists():
        print(f"there is no {replay.STREAM}: set WIREWATCH_REAL_DATA", file=sys.stderr)
        return 1 if "--check" in sys.argv else 77
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(fill(Path(place)))
        named = ask(Path(place))
    print("named: " + ", ".join(named))
    matching = sum("car bomb" in phrase for phrase in named)
    places = [named.index(phrase) + 1 if phrase in named else NEVER for phrase in SOUGHT]
    return kit.report("missed", [
        *(kit.Figure(f'"{phrase}"', at, "th", ceiling=FIRST)
          for phrase, at in zip(SOUGHT, places, strict=True)),
        kit.Figure("phrases that the rule finds", matching, "", ceiling=0),
    ])  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
