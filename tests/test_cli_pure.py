"""Tables, excerpts, short ids, carets, feed links, log lines: the parts without a world."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor import log
from monitor.cli import out, quoting
from monitor.cli.finding import between
from monitor.cli.out import Column
from monitor.cli.searching import pointed
from monitor.cli.when import When
from monitor.errors import QueryProblem
from monitor.feeds.discovery import look
from monitor.model import BodyState, Span, StoredItem, short_id
from monitor.render.quotes import Piece, Quote
from monitor.settings import Secret, Settings, SlackChannel
from world import DAY, HOUR, MINUTE, NOON, config, item

CELLS = st.text(max_size=60)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.integers(20, 200))
def test_a_table_fits_the_terminal(rows: list[tuple[str, str, str]], columns: int) -> None:
    """Whatever stands in it, and however wide its letters are; what is not flexible stays whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        flexible = [Column("one", flexible=True), Column("two", flexible=True), Column()]
        shown = out.table(flexible, [(one, two, third[:5]) for one, two, third in rows])
        assert all(out.wide(line) <= max(out.width(), 40) for line in shown)


@example("0" * 28 + "\u0e5c\u0e5c\u0e5c\u309b", "0", "", 40)  # wide letters before the mark
@given(st.text(max_size=300), st.text(min_size=1, max_size=30), st.text(max_size=300),
       st.integers(40, 120))  # fmt: skip
def test_an_excerpt_fits_and_keeps_the_mark(before: str, hit: str, after: str, room: int) -> None:
    pieces = (Piece(before, marked=False), Piece(hit, marked=True), Piece(after, marked=False))
    quote = Quote(pieces, "para 1 of 1", ("r",), None)  # type: ignore[arg-type]
    shown = quoting.excerpt(quote, room)
    assert out.wide(shown) <= room
    assert "«" in shown or "«" in before


@given(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.integers(4, 6))
def test_a_short_id_finds_its_alert(alert_id: str, length: int) -> None:
    """Also the beginning of one, typed with the letters that look alike."""
    short = short_id(alert_id)[:length]
    for typed in (short, short.lower(), short.replace("1", "l").replace("0", "o")):
        bounds = between(typed)
        assert bounds is not None
        assert bounds[0] <= alert_id <= bounds[1]


@pytest.mark.parametrize("typed", ["", "abc", "UUUU", "7K3F9AB", "7k3!", "ÄÄÄÄ"])
def test_what_is_no_short_id(typed: str) -> None:
    assert between(typed) is None


@given(st.text(max_size=400), st.integers(-1, 500))
def test_a_caret_stands_under_the_place(query: str, position: int) -> None:
    """For any query and any position, on two lines that no terminal obeys."""
    line, caret, *words = pointed(query, QueryProblem("E-X", position, "wrong"))
    assert words == ["E-X: wrong"]
    assert caret.endswith("^")
    assert "\n" not in line + caret
    assert line.isprintable() or " " in line


@pytest.mark.parametrize(
    ("passed", "words"),
    [(0, "just now"), (11 * MINUTE, "11 min ago"), (3 * HOUR, "3 h ago"), (5 * DAY, "5 days ago"),
     (-HOUR, "today"), (-3 * DAY, "in the future"), (657 * DAY, "4 Feb 2024")],
)  # fmt: skip
def test_ages(passed: int, words: str) -> None:
    assert When.of(Settings(display_timezone="UTC"), NOON).age(NOON - passed) == words


def test_feed_links_in_the_pages_order_comments_last() -> None:
    page = b"""<html><head><link rel=stylesheet href=x.css>
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">
      <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="feed.atom">
      <link rel="alternate" type="text/html" hreflang="fr" href="/fr">
      <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
      <link rel="alternate" type="application/rss+xml"></head></html>"""
    feeds = look(page, url="https://x.example/news/", content_type=None).feeds
    assert feeds[:1] == ("https://x.example/news/feed.atom",)
    assert "https://x.example/comments.xml" in feeds
    assert look(b"", url="https://x.example/", content_type=None).feeds == ()


def test_a_log_line_is_one_line_without_secrets(tmp_path: Path) -> None:
    """Event and values; an unforeseen error keeps its traceback, indented, and starred too."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    hook = "https://hooks.example/services/T0/B0/abc"
    try:
        channels = (SlackChannel("room", webhook=Secret(hook)),)
        log.start(stream).hide(config(tmp_path, channels=channels))
        logger = logging.getLogger("wirewatch.test")
        logger.info("poll.ok source=%s", "x\x1b[31m")
        try:
            raise ValueError(f"cannot reach {hook}")
        except ValueError:
            logger.exception("deliver.broke url=%s", hook)
        logging.getLogger("scrapy").info("not ours")
    finally:
        root.handlers = handlers
        root.setLevel(level)
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("Z info poll.ok source=x\ufffd[31m")
    assert lines[1].endswith("Z error deliver.broke url=***")
    assert all(line.startswith("    ") for line in lines[2:])
    assert "hooks.example" not in stream.getvalue()
    assert "not ours" not in stream.getvalue()


def test_quotes_of_a_match_are_marked() -> None:
    stored = StoredItem(1, item("x", "T", "A car bombing."), "s", NOON, 1, BodyState.FULL, "k")
    (quote,) = quoting.quotes("r", stored, [Span("body", 2, 13)])
    assert quoting.marked(quote) == "A «car bombing»."
