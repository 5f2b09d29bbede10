"""`rules missed`: what the stories of a rule are called in articles that it did not find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from monitor import missed, wordcounts
from monitor.cli import out, place
from monitor.cli.base import Call
from monitor.cli.out import Column, of
from monitor.cli.place import Archive
from monitor.clock import wall_clock
from monitor.missed import Text
from monitor.store import alerts as kept
from monitor.store import reviews
from monitor.store.db import Row

MOST_ARTICLES = 20_000
_COLUMNS = (Column("phrase", flexible=True), Column("articles", right=True), Column())


def run(call: Call, rule_id: str, limit: int, seconds: float) -> None:
    config, now = place.look(call), wall_clock()
    known = [rule.id for rule in config.rules]
    if rule_id not in known:
        raise click.UsageError(f"no rule {rule_id!r}; there are: {', '.join(known) or 'none'}")
    since = now - round(seconds * 1000)
    with Archive(config.settings.database) as archive:
        rows = archive.read(lambda tx: reviews.articles_around(tx, rule_id, since, MOST_ARTICLES))
        rarity = archive.read(wordcounts.known)
    matched = [row for row in rows if row["spans"] is not None]
    others = [row for row in rows if row["spans"] is None]
    places = [text for row in matched for text in _found(row)]
    found = missed.phrases(map(_text, others), map(_text, matched), places, rarity)[:limit]
    if call.as_json:
        for one in found:
            out.emit({"phrase": one.text, "articles": one.articles, "like_yours": one.like_yours})
        return
    stories = len({row["story_key"] for row in matched})
    _show(rule_id, stories, (matched, others), found)


def _show(
    rule_id: str,
    stories: int,
    articles: tuple[Sequence[Row], Sequence[Row]],
    found: Sequence[missed.Phrase],
) -> None:
    matched, others = articles
    out.lines(*out.wrapped(
        f"{rule_id} matched {of(len(matched), 'article')} of {of(stories, 'story')}; "
        f"{of(len(others), 'other article')} tell the same and it did not match.", "",
    ))  # fmt: skip
    if not found:
        out.lines("No phrase stands in two of them or more.")
        return
    out.lines("What stands most often in those:", "")
    rows = [(one.text, str(one.articles), "like yours" if one.like_yours else "") for one in found]
    out.lines(*out.table(_COLUMNS, rows))


def _text(row: Row) -> Text:
    return Text(row["title"], (row["body"] or "").split("\n\n", 1)[0])


def _found(row: Row) -> Iterator[str]:
    """The words at the places of a match, as long as they are where they were found."""
    for span in kept.load_spans(row["spans"]):
        text = row[span.field] if span.field in ("title", "body") else None
        if text:
            yield text[span.start : span.end]
