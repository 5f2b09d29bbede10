"""Bodies that a page prints in several boxes: which of them are one article's."""

from __future__ import annotations

import pytest

from monitor import markup
from monitor.bodies import parts

FIRST = "The council of Port Saren voted late on Tuesday to keep the old tram line along the quay."
SECOND = "The line carries nine hundred people on a good day and loses money on every one of them."
OTHER = (
    "Nobody has asked the ferry's crew, of whom two thirds would be without work from autumn on."
)


def together(page: str, text: str) -> list[str] | None:
    """The classes of all boxes that hold others, in their order; None where nothing was moved."""
    tree = markup.parse(f"<main><h1>Tram stays</h1>{page}</main>")
    assert tree is not None
    if not parts.bring_together(tree, text):
        return None
    return [box.getparent().get("class") for box in tree.iter("div") if "part" in box.classes]


def part(name: str, prose: str, before: str = "") -> str:
    paragraphs = 4 * f"<p>{prose}</p>"
    return f'<div>{before}<div class="part {name}">{paragraphs}</div></div>'


def test_what_is_lost_comes_behind_what_was_found() -> None:
    """Each part behind the one before it that was found, in their order."""
    page = part("a", FIRST) + part("b", SECOND) + part("c", FIRST) + part("d", OTHER)
    assert together(page, f"{FIRST}\n{FIRST}") == [None, "part a", None, "part c"]
    assert together(part("a", FIRST) + part("b", SECOND), FIRST.replace(" ", "  ")) is not None


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (part("a", FIRST) + part("b", SECOND), FIRST + SECOND),
        (part("a", FIRST) + part("b", SECOND), SECOND),
        (part("a", FIRST) + part("b", SECOND), ""),
        (part("a", FIRST), ""),
        ("", FIRST),
        (part("a", FIRST) + part("b", SECOND, "<h2>Ferry stays</h2>"), FIRST),
        (part("a", FIRST) + part("b", SECOND, "<article>Next</article>"), FIRST),
        (part("a", FIRST) + f"<article>{part('b', SECOND)}</article>", FIRST),
        (part("a", FIRST) + f"<aside>{part('b', SECOND)}</aside>", FIRST),
        (part("a", FIRST) + f"<ul><li>{part('b', SECOND)}</ul>", FIRST),
        (part("a", FIRST) + f'<div class="part"><p>{SECOND}</div>', FIRST),
        (part("a", FIRST) + part("b", SECOND).replace("part b", "b"), FIRST),
        (part("a", FIRST) + part("b", SECOND) + f'<div class="c">{12 * f"<p>{OTHER}"}', FIRST),
        (part("a", FIRST) + 20 * part("b", SECOND), FIRST),
        (f'<div class="part"><p>{FIRST}<p>{FIRST}{part("b", SECOND)}<p>{FIRST}</div>', FIRST),
        (f'{part("a", FIRST)}<div class="part"><h1>Next</h1>{3 * f"<p>{SECOND}"}</div>', FIRST),
    ],
)
def test_what_stays_where_it_is(page: str, text: str) -> None:
    """Nothing is moved where all was found, or not the first; nothing that has a headline over it
    or stands in an aside, short answers, and what is not nearly all of the page's prose."""
    assert together(page, text) is None
