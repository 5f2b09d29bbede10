"""Invented reports by number: each matches the rig's rule, and no two read alike.

Unlike the demo's articles they carry no story.  The slug stands in the article's address, which
every message bears: by it the rig finds the messages about one report.
"""

from __future__ import annotations

import random

from monitor.demo.newswire import SECTION
from monitor.demo.stories import Story

_WORDS = {
    "noun": "kettle lantern orchard ferry ledger anvil pelican cellar marsh turret saddle beacon "
    "cistern thicket harness quarry spindle ladder meadow compass bakery flagpole trellis culvert "
    "barge hatchet gutter pulpit scaffold wicket granary plough causeway timber buckle chimney "
    "reservoir tannery parapet windmill",
    "verb": "guards carries borders hides feeds crosses outlasts repairs measures shelters follows "
    "divides lifts counts warns trades mends empties",
    "adjective": "amber brittle crooked distant eager faded gentle hollow idle jagged knotted "
    "lonely muddy narrow oblong patient quiet rusty silver tepid upright vacant weathered yellow",
}


def slug_of(number: int) -> str:
    return f"Rig_report_{number:05d}"


def invent(number: int) -> Story:
    """Report `number`, the same on every call: four paragraphs, "car bombing" in the third."""
    draw = random.Random(number)  # not for secrets: the same report each time is the point
    paragraphs = [_paragraph(draw) for _ in range(4)]
    paragraphs[2] = f"Witnesses spoke of a car bombing near the {_noun(draw)}. {paragraphs[2]}"
    return Story(
        slug=slug_of(number),
        outlet="wire",
        section=SECTION,
        title=f"{_noun(draw).title()} and {_noun(draw)} in report {number:05d}",
        byline="by NWA Staff Writers",
        place="Port Saren",
        paragraphs=tuple(paragraphs),
        wire="NWA",
        initials="mk/st",
    )


def _paragraph(draw: random.Random) -> str:
    return " ".join(
        f"The {_noun(draw)} {_word(draw, 'verb')} the {_noun(draw)} and {_word(draw, 'verb')} "
        f"a {_noun(draw)}."
        for _ in range(4)
    )


def _noun(draw: random.Random) -> str:
    return f"{_word(draw, 'adjective')} {_word(draw, 'noun')}"


def _word(draw: random.Random, kind: str) -> str:
    return draw.choice(_WORDS[kind].split())
