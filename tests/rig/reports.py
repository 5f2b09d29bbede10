"""Invented reports by number: each matches the rig's rule, and no two read alike.

Unlike the demo's articles they carry no story.  The slug stands in the article's address, which
every message bears: by it the rig finds the messages about one report.
"""

from __future__ import annotations

import random

from monitor.demo.newswire import SECTION
from monitor.demo.stories import Story

_SYLLABLES = (
    *("ka", "lo", "mir", "te", "sun", "dra", "vel", "po", "nik", "ar", "esh", "gul", "bo", "rin"),
    *("ta", "fu", "zel", "om", "hak", "wi", "jen", "cor", "ul", "pas", "mek"),
)


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
        f"The {_noun(draw)} {_verb(draw)} the {_noun(draw)} and {_verb(draw)} a {_noun(draw)}."
        for _ in range(4)
    )


def _noun(draw: random.Random) -> str:
    """In words that no other report has: each must be an event of its own."""
    return f"{_made_up(draw)} {_made_up(draw)}"


def _verb(draw: random.Random) -> str:
    return f"{_made_up(draw)}s"


def _made_up(draw: random.Random) -> str:
    return "".join(draw.choices(_SYLLABLES, k=4))
