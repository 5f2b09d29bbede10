"""What `add` found, for a terminal and for scripts.  Decides nothing about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor import dedupe
from monitor.cli import out
from monitor.cli.candidates import Article
from monitor.cli.cautions import date_of
from monitor.cli.discovering import Discovery
from monitor.cli.when import When
from monitor.health import lasting
from monitor.model import Item
from monitor.settings import Source
from monitor.text import sentence_at

PREVIEW = 5
_LONGEST_TEASER = 180
_FEWEST_WORDS = 5  # a line with less is a caption, or left over from the page
_MARGIN = " " * 16


def show(found: Discovery, source: Source, warnings: Sequence[str], when: When) -> None:
    """Two lines on what it is, five entries, what will hurt."""
    chosen = found.chosen
    out.lines(*out.wrapped(chosen.what, ""))
    out.lines(*out.wrapped(f"{_count(found, when)}; as source `{source.id}`, asked every "
                           f"{_every(source)}", ""))  # fmt: skip
    if chosen.how:
        out.lines(*out.wrapped(chosen.how, ""))
    if found.reason:
        out.lines(*out.wrapped(f"why this: {found.reason}", ""))
    if found.also:
        out.lines(*out.wrapped(f"also found: {'; '.join(found.also)}", ""))
    pages = {article.url: article for article in found.articles}
    for item in chosen.items[:PREVIEW]:
        out.lines("", *_entry(item, pages.get(item.url), when))
    for warning in warnings:
        out.lines("", *out.hanging("beware: ", warning))


def shape(found: Discovery, source: Source, warnings: Sequence[str]) -> Mapping[str, object]:
    """As docs/json.md says."""
    pages = {article.url: article for article in found.articles}
    return {
        "id": source.id,
        "kind": source.kind,
        "url": source.url,
        "section": source.section,
        "title": found.chosen.title,
        "found": found.chosen.what,
        "reason": found.reason,
        "also": list(found.also),
        "entries": found.chosen.entries,
        "preview": [
            _entry_shape(item, pages.get(item.url)) for item in found.chosen.items[:PREVIEW]
        ],
        "warnings": list(warnings),
    }


def _count(found: Discovery, when: When) -> str:
    """`20 entries, 18 with a date: the newest 5 min ago, the oldest 3 days before it`."""
    chosen = found.chosen
    counted = out.of(chosen.entries, "entry")
    if len(chosen.items) < chosen.entries - chosen.skipped:
        counted += f", {len(chosen.items):,} of them looked at"
    stamps = sorted((stamp for item in chosen.items if (stamp := date_of(item))),
                    key=lambda stamp: stamp.at)  # fmt: skip
    if not stamps:
        return f"{counted}, none with a date" if chosen.items else counted
    dated = "all" if len(stamps) == len(chosen.items) else f"{len(stamps):,}"
    what = "date" if any(item.published for item in chosen.items) else "time of change"
    newest = when.published(stamps[-1])
    span = stamps[-1].at - stamps[0].at
    back = f", the oldest {lasting(span)} before it" if span else ""
    return f"{counted}, {dated} with a {what}: the newest {newest}{back}"


def _entry(item: Item, page: Article | None, when: When) -> Iterator[str]:
    """Headline and date, what else is known, the teaser, the page."""
    read = page.item if page else None
    known = dedupe.completed(item, read) if read is not None else item
    date = when.published(date_of(known))
    yield from out.hanging(f"  {date:12}  ", known.title or "(no headline yet)")
    if facts := "; ".join(_facts(known)):
        yield from out.wrapped(facts, _MARGIN)
    if item.body:
        yield from out.wrapped(_short(item.body), _MARGIN)
    yield from out.wrapped(item.url, _MARGIN)
    if read is not None and read.body:
        said = f'its page: {len(read.body):,} characters, "{_first_sentence(read)}"'
        yield from out.wrapped(said, _MARGIN)
    elif page is not None:
        yield from out.wrapped(f"its page cannot be read: {page.problem}", _MARGIN)


def _facts(item: Item) -> Iterator[str]:
    byline = item.byline or ", ".join(item.authors or ())
    if byline:
        yield byline if byline.lower().startswith("by ") else f"by {byline}"
    for label, text in (("section", item.section), ("place", item.place), ("wire", item.wire),
                        ("language", item.lang), ("tags", ", ".join(item.tags or ()))):  # fmt: skip
        if text:
            yield f"{label} {text}"
    if item.updated and item.published and item.updated != item.published:
        yield f"updated {item.updated.iso()}"
    if item.image:
        yield "with a picture"


def _first_sentence(item: Item) -> str:
    paragraphs = (item.body or "").split("\n\n")
    text = next((each for each in paragraphs if len(each.split()) >= _FEWEST_WORDS), paragraphs[0])
    start, end = sentence_at(text, 0)
    return _short(text[start:end])


def _short(text: str) -> str:
    """The text in one line, cut between two words."""
    line = " ".join(text[: 2 * _LONGEST_TEASER].split())
    if len(line) <= _LONGEST_TEASER:
        return line
    return f"{line[: _LONGEST_TEASER + 1].rpartition(' ')[0] or line[:_LONGEST_TEASER]} ..."


def _entry_shape(item: Item, page: Article | None) -> Mapping[str, object]:
    read = page.item if page else None
    known = dedupe.completed(item, read) if read is not None else item
    return {
        "url": item.url,
        "title": known.title,
        "published_at": known.published.iso() if known.published else None,
        "updated_at": known.updated.iso() if known.updated else None,
        "byline": known.byline,
        "section": known.section,
        "place": known.place,
        "wire": known.wire,
        "lang": known.lang,
        "tags": list(known.tags or ()),
        "image": known.image,
        "summary": item.body,
        "page": None if page is None else {
            "characters": len(read.body or "") if read is not None else None,
            "first_sentence": _first_sentence(read) if read is not None else None,
            "problem": page.problem,
        },
    }  # fmt: skip


def _every(source: Source) -> str:
    seconds = source.every_seconds
    every = f"{seconds} s" if seconds < 120 else lasting(seconds * 1000)
    return f"{every} at first, then as learned" if source.every_is_learned else every
