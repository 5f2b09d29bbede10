"""What will hurt when an address is watched, each with what to do about it.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from urllib.parse import urlsplit

from monitor import urls
from monitor.cli import out
from monitor.cli.candidates import Candidate
from monitor.cli.discovering import Discovery
from monitor.cli.when import DAY_MS
from monitor.feeds import has_page
from monitor.health import lasting
from monitor.model import Item, Precision, Stamp

_DEAD_MS = 90 * DAY_MS
_AHEAD_MS = 3_600_000
_SLOW_SECONDS = 5.0
_OFTEN_SECONDS = 60  # what is asked oftener is a burden to its site
_WHOLE_TEXT = 1500  # characters, of an entry that brings the article itself
_MOST_QUOTED = 40  # columns of a date as written
_FEWEST = 5  # entries, to tell a pace or a habit
# Polls in the time that a list goes back: an hour's outage must not cost an article.
_POLLS_IN_SPAN = 3


def warnings(found: Discovery, every_seconds: int, now: int) -> tuple[str, ...]:
    """Sentences, the worst first.  `now` in epoch ms."""
    chosen = found.chosen
    if not chosen.items:
        said = (
            "there is no entry now, so nothing shows whether it will work: look again later with "
            "--dry-run, or add it and see wirewatch sources"
        )
        return (said, *_address(found))
    return (
        *_articles(found),
        *_dates(found, now),
        *_pace(chosen, every_seconds),
        *_entries(chosen),
        *_address(found),
    )


def date_of(item: Item) -> Stamp | None:
    """When it was published, or else changed."""
    return item.published or item.updated


def _articles(found: Discovery) -> Iterator[str]:
    failed = [article for article in found.articles if article.problem]
    if not failed:
        return
    first = failed[0]
    if any(article.item for article in found.articles):
        yield f"one article's page cannot be read, another's can: {first.problem}"
        return
    texts = [len(item.body or "") for item in found.chosen.items]
    usual = int(median(texts))
    if not usual:
        left = "rules would see headlines alone"
    elif usual < _WHOLE_TEXT:
        left = f"rules would see headlines and teasers alone, some {usual:,} characters each"
    else:
        left = f"rules see what the entries bring, some {usual:,} characters each"
    if first.forbidden:
        problem = f"robots.txt forbids the articles ({first.problem})"
    else:
        problem = f"the articles cannot be read ({first.problem})"
    yield f"{problem}: {left}. `article: false` in its block saves asking for them"


def _dates(found: Discovery, now: int) -> Iterator[str]:
    items = found.chosen.items
    stamps = [stamp for item in items if (stamp := date_of(item))]
    on_pages = any(article.item and article.item.published for article in found.articles)
    if found.chosen.misdated:
        yield _misdated(found.chosen, on_pages=on_pages)
    if not stamps:
        if not on_pages and not found.chosen.misdated:
            yield (
                "no entry has a date, nor has its page: each counts as published when it is first "
                "seen, so an old article that comes up late is told as new"
            )
        return
    newest = max(stamps, key=lambda stamp: stamp.at)
    exact = [stamp.at for stamp in stamps if stamp.precision is not Precision.DAY]
    if _FEWEST <= len(exact) == len(items) and len(set(exact)) == 1:
        cure = "the article pages state" if on_pages else "no article page states"
        yield f"all entries bear one date, that of the list's last build; {cure} the true ones"
    elif newest.at < now - _DEAD_MS:
        yield (
            f"the newest entry is {lasting(now - newest.at)} old: this list may be dead; look on "
            "the site for one that is kept"
        )
    if exact and max(exact) > now + _AHEAD_MS:
        yield (
            "an entry is dated in the future: if its dates name no time zone, write theirs into "
            "the block (timezone: Asia/Baghdad)"
        )


def _misdated(chosen: Candidate, *, on_pages: bool) -> str:
    of = (
        "the date of an entry"
        if chosen.misdated == 1
        else f"the dates of {chosen.misdated:,} entries"
    )
    cure = (
        "the article pages state their own"
        if on_pages
        else "its publisher has to mend that; until then each counts as published when it is first "
        "seen, so an old article that comes up late is told as new"
    )
    written = out.fitted(chosen.unread_date or "", _MOST_QUOTED)
    return f'{of} cannot be read ("{written}"): {cure}'


def _pace(chosen: Candidate, every_seconds: int) -> Iterator[str]:
    if every_seconds < _OFTEN_SECONDS:
        yield (
            f"it would be asked every {every_seconds} s, far oftener than news comes: leave "
            "`every` out, and it is learned (from 5 to 60 minutes), or say 1m"
        )
    dated = [stamp for item in chosen.items if (stamp := date_of(item))]
    exact = [stamp.at for stamp in dated if stamp.precision is not Precision.DAY]
    span = max(exact) - min(exact) if len(exact) >= _FEWEST else 0
    if 0 < span < _POLLS_IN_SPAN * every_seconds * 1000:
        minutes = max(span // (60_000 * _POLLS_IN_SPAN), 1)
        yield (
            f"it holds only the last {lasting(span)}, so articles would be missed: poll at least "
            f"every {lasting(minutes * 60_000)} (--every {minutes}m)"
        )


def _entries(chosen: Candidate) -> Iterator[str]:
    items, source = chosen.items, chosen.source
    untitled = sum(not item.title for item in items)
    if untitled:
        of = "no entry has" if untitled == len(items) else f"{untitled:,} entries do not have"
        yield (
            f"{of} a headline: rules see nothing of an article until its page is read, so "
            "leave `article` true"
        )
    own = urls.registrable(urls.site(source.url) or "")
    elsewhere = [site for item in items if has_page(item)
                 and urls.registrable(site := urls.site(item.url) or "") != own
                 and site not in source.hosts]  # fmt: skip
    if 2 * len(elsewhere) > len(items) and source.kind != "spacemedia":
        host = _commonest(elsewhere)
        yield (
            f"{len(elsewhere):,} of {out.of(len(items), 'entry')} lead to other hosts than its "
            f"own, mostly {host}: if that is the same publisher, write hosts: [{host}] into the "
            "block"
        )
    address, sharing = Counter(item.url for item in items).most_common(1)[0]
    if 2 * sharing > len(items) >= _FEWEST:
        yield (
            f"{sharing:,} of {out.of(len(items), 'entry')} lead to one page, {address}, which "
            "would be read as the article of each: `article: false` in its block keeps the words "
            "of their own"
        )
    bare = sum(not has_page(item) for item in items)
    if bare:
        yield (
            f"{out.of(bare, 'entry')} without an address: what stands in the list is all that "
            "rules see"
        )
    if chosen.repeated_guids:
        yield (
            f"{out.of(chosen.repeated_guids, 'guid')} on more than one entry: entries are told "
            "apart by their addresses instead; nothing need be done"
        )
    if chosen.skipped:
        yield f"{out.of(chosen.skipped, 'entry')} cannot be read at all and will be passed over"


def _address(found: Discovery) -> Iterator[str]:
    chosen = found.chosen
    url = chosen.source.url
    if found.reason is None and url != found.asked:
        yield f"{found.asked} leads on to {url}: that address is kept"
    if urlsplit(url).scheme == "http":
        yield "it is asked over http, so anyone on the way can change what it says: try https"
    if chosen.seconds > _SLOW_SECONDS:
        yield f"the answer took {chosen.seconds:.0f} s: a slow server; ask seldom (--every 30m)"


def _commonest(names: Sequence[str]) -> str:
    return Counter(names).most_common(1)[0][0]
