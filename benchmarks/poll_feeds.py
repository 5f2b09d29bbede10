"""The feeds that `poll` and `idle` are run on: made from (feed, generation), the same every time.

RSS 2.0 and, each third, Atom; 50 items of some 600 bytes of HTML, all new in each generation.
Words are drawn as in prose: a third small words, the rest of 20,000 by Zipf's law.  Serves nothing.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

ITEMS = 50
RULES = 100
HIT_EVERY = 100  # one item in so many is what one of the rules is looking for

_SYLLABLES = re.findall(
    r"\w+",
    "ba be bor ca chi cor da den dri el en far fi gan gor hal in jo ka kel la lin ma mer mi mon na"
    " nor o pal per qua ra ren ri sal sen sti ta tem ti tor un va ver vin wes yar zan",
)
_SMALL = re.findall(
    r"\w+", "the of and in to a is was for on that by with at from as it after said has were"
)
_SENTENCES = 12_000


def host(feed: int) -> str:
    return f"f{feed:05}.bench.test"


@cache
def words() -> list[str]:
    """20,000, the most frequent first."""
    rng = random.Random("words")
    made: dict[str, None] = {}
    while len(made) < 20_000:
        made["".join(rng.choices(_SYLLABLES, k=rng.choice((2, 2, 3, 3, 4))))] = None
    return [word for word in made if word not in _SMALL]


@cache
def _sentences() -> list[str]:
    rng = random.Random("sentences")
    known = words()
    weights = [1 / (rank + 10) for rank in range(len(known))]
    drawn = iter(rng.choices(known, weights, k=_SENTENCES * 20))

    def sentence() -> str:
        said = [
            rng.choice(_SMALL) if rng.random() < 0.35 else next(drawn)
            for _ in range(rng.randint(9, 25))
        ]
        return " ".join(said).capitalize() + "."

    return [sentence() for _ in range(_SENTENCES)]


def phrase(rule: int) -> str:
    """What rule number `rule` is looking for; no text has it by chance."""
    known = words()
    return f"{known[-1 - rule]} {known[-501 - rule]}"


def rules() -> str:
    """rules.yaml: lists of phrases, lists with conditions, and queries, as people write them."""
    known, lines = words(), ["rules:"]
    for rule in range(RULES):
        others = ", ".join(f"{known[2000 + rule * 7 + n]} {known[900 + n]}" for n in range(5))
        lines.append(f"  - id: rule-{rule:03}")
        if rule % 4 == 3:
            lines += [
                "    query: |",
                f'      ("{phrase(rule)}" OR ("{known[40 + rule]}" AND "{known[5000 + rule]}"'
                f' AND "{known[7000 + rule]}")) NOT "{known[8000 + rule]}"',
            ]
        else:
            lines.append(f"    any: [{phrase(rule)}, {others}]")
            if rule % 4 == 2:
                lines.append(f"    none: [{known[9000 + rule]}, {known[9500 + rule]}]")
    return "\n".join(lines) + "\n"


def render(feed: int, generation: int, base: int, items: int = ITEMS) -> bytes:
    """One feed's document.  `base`: epoch seconds, when generation 0 came out."""
    rng = random.Random(feed * 1000 + generation)
    out = base + generation * 60
    write, frame = (_atom, _ATOM) if feed % 3 == 2 else (_rss, _RSS)
    entries = [write(feed, generation, n, _item(rng, out - 37 * n)) for n in range(items)]
    return frame.format(
        host=host(feed), feed=feed, date=_mail_date(out), iso=_iso(out), entries="\n".join(entries)
    ).encode()


Story = tuple[str, str, int]  # title, HTML, epoch seconds


def _item(rng: random.Random, out: int) -> Story:
    pool = _sentences()
    first, second, third = rng.sample(pool, 3)
    title = " ".join(rng.choice(pool).split()[:9]).rstrip(".").capitalize()
    if rng.randrange(HIT_EVERY) == 0:
        title += f", {phrase(rng.randrange(RULES))}"
    link = first.split()[-1].rstrip(".")
    text = f'<p>{first} <a href="https://www.example.org/{link}">{link}</a> {second}</p><p>{third}'
    padding = " ".join(rng.choice(pool) for _ in range(max(0, (560 - len(text)) // 100)))
    return title, f"{text} {padding}</p>", out


def _slug(feed: int, generation: int, number: int) -> str:
    return f"http://{host(feed)}/news/2025/story-{generation}-{number}.html"


def _rss(feed: int, generation: int, number: int, story: Story) -> str:
    title, html, out = story
    link = _slug(feed, generation, number)
    return (
        f"<item><title>{title}</title><link>{link}</link><description><![CDATA[{html}]]>"
        f"</description><pubDate>{_mail_date(out)}</pubDate>"
        f'<guid isPermaLink="false">{feed}-{generation}-{number}</guid>'
        f"<category>News</category></item>"
    )


def _atom(feed: int, generation: int, number: int, story: Story) -> str:
    title, html, out = story
    escaped = html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<entry><title>{title}</title><link href="{_slug(feed, generation, number)}"/>'
        f"<id>tag:{host(feed)},2025:{generation}-{number}</id><updated>{_iso(out)}</updated>"
        f"<published>{_iso(out)}</published><author><name>The Desk</name></author>"
        f'<summary type="html">{escaped}</summary></entry>'
    )


def _mail_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Lantern {feed}</title><link>http://{host}/</link>
<description>News of district {feed}</description><language>en</language>
<lastBuildDate>{date}</lastBuildDate><ttl>10</ttl>
{entries}
</channel></rss>
"""
_ATOM = """\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Lantern {feed}</title>
<link href="http://{host}/"/><id>tag:{host},2025:feed</id><updated>{iso}</updated>
{entries}
</feed>
"""
