"""The paragraphs that a page prints a text in which was found as one line."""

from __future__ import annotations

import pytest

from monitor import markup
from monitor.bodies import asprinted

FIRST = "The herring festival of Port Saren will be held in Old Port this year, its committee said."
SECOND = "It is the first time in a hundred and four years that no barrel is opened on the quay."
THIRD = "The barrels will go by ferry, and will be nine, or eleven, if the wind is kind to them."
FOURTH = "The hall will be green, as it was."
WHOLE = f"{FIRST} {SECOND}{THIRD} {FOURTH} {SECOND}"
LINES = [FIRST, SECOND, THIRD, FOURTH, SECOND]


@pytest.mark.parametrize(
    ("page", "text", "expected"),
    [
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", WHOLE, LINES),
        ("{}<br>{}<div>{}</div>{}<i>Advertisement</i><br>{}", WHOLE, LINES),
        (
            "<p>{}<p>{}<p>{}<p>And {}<p>{}",
            WHOLE.replace("was.", "was (green)."),
            [*LINES[:3], "The hall will be green, as it was (green).", SECOND],
        ),
        ("{}<br>{}<div>{}</div>{}<div>Advertisement</div><br>{}", WHOLE, LINES),
        ("<p>The herring<p>{}<p>{}<p>{}<p>{}<p>{}", WHOLE, LINES),
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", WHOLE.replace(THIRD, f"<img/>{THIRD}"), LINES),
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", WHOLE.replace(FIRST, FIRST * 2), None),
        ("<p>{}{}{}{}{}", WHOLE, None),
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", WHOLE[:299], None),
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", f"{WHOLE}\nA\nB\nC\nD\nE\nF", None),
        ("<p>{}<p>{}<p>{}<p>{}<p>{}", "", None),
    ],
)
def test_a_text_on_one_line(page: str, text: str, expected: list[str] | None) -> None:
    """Has the page's lines where these make up nearly all of it, in its order; nothing is lost."""
    tree = markup.parse(f"<body>{page.format(*LINES)}</body>")
    assert tree is not None
    assert asprinted.parted(tree, text) == ("\n".join(expected) if expected else text)


def test_a_text_beyond_all_bounds_stays_as_it_is() -> None:
    """To look at each of its characters takes as long as to read many pages."""
    long = "The ferry sails again from the port. " * 6000
    tree = markup.parse(f"<body><p>{long[:100_000]}<p>{long[100_000:]}</body>")
    assert tree is not None
    assert asprinted.parted(tree, long) == long
