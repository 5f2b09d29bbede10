"""What stands over a headline and is no part of the text, and what is."""

from __future__ import annotations

import pytest

from monitor import markup
from monitor.bodies import masthead

TITLE = "The quay without its tram"
LEDE = "For ninety years the tram along the quay of Port Saren began its day at a quarter to five."


def left(over: str, text: str, headline: str = TITLE) -> str | None:
    page = (
        f"<body><div><div>Quay side</div>{over}<div><h1>{headline}</h1></div><p>{LEDE}</div></body>"
    )
    tree = markup.parse(page)
    assert tree is not None
    found = masthead.drop(tree, TITLE, text)
    seen = markup.text_of(tree) or ""
    assert ("Quay " in seen.partition(headline or LEDE)[0]) is (found is None)
    assert LEDE in seen
    return found


@pytest.mark.parametrize(
    ("over", "text", "expected"),
    [
        ("<ul><li>City<li>Port</ul>", f"- City\n- Port\n{LEDE}", LEDE),
        ("<p>Press Yes <b>now</b></p>", f"Press Yes now\nCity\n{LEDE}", f"City\n{LEDE}"),
        ("<p>City</p>", "City", ""),
        ("<p>City</p>", f"Port\n{LEDE}", None),
        ("<p>City</p>", f"{LEDE}\nCity", None),
        ("<p>City</p>", "", None),
        (f"<p>City</p><p>{TITLE}</p>", f"{TITLE}\n{LEDE}", None),
        (f"<p>City</p><p>{LEDE[:-6]} six.</p>", f"City\n{LEDE[:-6]} six.", None),
        (f"<p>City</p><p>{LEDE}</p>", f"City\n{LEDE}", LEDE),
    ],
)
def test_what_stands_over_a_headline(over: str, text: str, expected: str | None) -> None:
    """Goes where the text begins with it, unless a sentence would that stands nowhere else."""
    assert left(over, text) == expected


@pytest.mark.parametrize(
    ("headline", "is_headline"),
    [
        (f"Quay: {TITLE}", True),
        ("The quay without its", True),
        ("The Lantern", False),
        ("The quay", False),
        ("", False),
    ],
)
def test_which_headline_is_the_articles(headline: str, is_headline: bool) -> None:
    """One of which the title is the greater part, or the other way."""
    assert (left("<p>City</p>", f"City\n{LEDE}", headline) is not None) is is_headline


def test_a_text_that_lacks_a_sentence() -> None:
    """Of two texts only the sentences are compared."""
    assert masthead.holds(f"Port\n{LEDE}", f"City\n{LEDE}")
    assert not masthead.holds(f"{LEDE[:-5]}", f"{LEDE}")
