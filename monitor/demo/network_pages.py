"""Pages and feed of the invented network: one story on many hosts, two eras of article markup.

Pure text from published stories; knows no HTTP and no clock.  The markup has the traits of a large
network's pages (`<p>` as a separator, no machine-readable date, side stories, a long tail), so that
reading them is no easier than reading the real thing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from monitor.demo.stories import Side, Story, Tail

FEED_ITEMS = 15
_DESCRIPTION_CHARACTERS = 500
_MONTHS = "Jan,Feb,March,April,May,June,July,Aug,Sept,Oct,Nov,Dec"
_SYDNEY = timezone(timedelta(hours=10))
_OPENING = re.compile(r"(?<![^\s(\[])([\"'])")
_CURLY = {'"': ("\u201c", "\u201d"), "'": ("\u2018", "\u2019")}


@dataclass(frozen=True, slots=True)
class Host:
    """One host of the network: the same stories under its own masthead."""

    name: str  # without `www.`
    masthead: str

    @property
    def base(self) -> str:
        return f"http://www.{self.name}"

    @property
    def feed_path(self) -> str:
        return f"/{self.name.removesuffix('.test')}.xml"


@dataclass(frozen=True, slots=True)
class Published:
    """A story and when it came out (epoch ms)."""

    story: Story
    at: int


WIRE = Host("example-wire.test", "Military Wire News")
SISTER = Host("sister-wire.test", "Ocean Trade News")


def section_path(label: str) -> str:
    """`SAREN WARS` -> `/Saren_Wars.html`."""
    return f"/{label.title().replace(' ', '_')}.html"


def typeset(text: str) -> str:
    """Text as the network writes it: curly quotes and all that is not ASCII as numeric entities."""
    curled = _OPENING.sub(lambda found: _CURLY[found[1]][0], text)
    for straight, (_, closing) in _CURLY.items():
        curled = curled.replace(straight, closing)
    return html.escape(curled, quote=False).encode("ascii", "xmlcharrefreplace").decode("ascii")


def dateline(place: str, wire: str | None, at: int) -> str:
    """`Port Saren (NWA) Nov 17, 2017`, the day in UTC."""
    day = datetime.fromtimestamp(at / 1000, UTC)
    return f"{place} ({wire}) {_MONTHS.split(',')[day.month - 1]} {day.day}, {day.year}"


def article_page(host: Host, published: Published, tail: Tail) -> str:
    """An article in its era's layout, under the masthead of `host`."""
    story = published.story
    lines = [
        *_head(host, story.title, story.path),
        f"{story.section}<h1>{typeset(story.title)}<br></h1>",
    ]
    if story.side and story.side.after == 0:
        lines.append(f"<table border=1><tr><td>{_side(story.side, published)}</td></tr></table>")
    lines += [
        f'<span class="BHS">{typeset(story.byline)}<br>',
        f"{dateline(story.place, story.wire, published.at)}</span>",
        "<!--body-2-incontainer.php-->",
        *_body(published),
    ]
    lines += _long_tail(story.section, tail, published) if story.era >= 5 else _short_tail(tail)
    return _page(lines)


def section_page(host: Host, label: str, published: Sequence[Published]) -> str:
    """The articles of one section, newest first; an empty list leaves the page without any."""
    lines = [*_head(host, f"{label} news", section_path(label)), f"<h1>{label}<br></h1>"]
    for one in published:
        story = one.story
        teaser = typeset(story.paragraphs[0][:160])
        lines += [
            f'<a href="{story.path}"><b>{typeset(story.title)}</b></a><br>',
            f"{dateline(story.place, story.wire, one.at)} - {teaser} ...",
            f'<a href="{story.path}">read more</a><p>',
        ]
    return _page([*lines, '<a href="/about.html">About this network</a>'])


def front_page(host: Host, published: Sequence[Published]) -> str:
    """Every section's label, linked to its page, over its four newest headlines."""
    lines = _head(host, host.masthead, "/")
    for label in dict.fromkeys(one.story.section for one in published):
        lines.append(f'<p><a href="{section_path(label)}">{label}</a><br>')
        newest = [one.story for one in published if one.story.section == label][:4]
        lines += [f'<a href="{story.path}">{typeset(story.title)}</a><br>' for story in newest]
    return _page([*lines, '<p><a href="/about.html">About this network</a>'])


def rss(host: Host, published: Sequence[Published], built_at: int) -> str:
    """The newest 15 stories: no guid, every date the build's, descriptions cut in mid-word."""
    built = datetime.fromtimestamp(built_at / 1000, _SYDNEY)
    date = f"{built:%a, %d} {f'{built:%b}'.upper()} {built:%Y %H:%M:%S} AEST"
    items = "\n".join(_rss_item(one, date) for one in published[:FEED_ITEMS])
    return (
        '<?xml version="1.0"?>\n<rss version="2.0">\n<channel>\n'
        f"<title>News from {host.masthead}</title>\n<link>{host.base}/index.html</link>\n"
        f"<pubDate>{date}</pubDate>\n<lastBuildDate>{date}</lastBuildDate>\n"
        f"<language>en-us</language>\n{items}\n</channel>\n</rss>\n"
    )


def _rss_item(published: Published, date: str) -> str:
    story = published.story
    link = (SISTER if story.host == "sister" else WIRE).base + story.path
    image = 'http://www.images.test/images-bg/river-bg.jpg" hspace=5 vspace=2 align=right border=0'
    description = (
        f'\n{dateline(story.place, story.wire, published.at)}<br/>\n<img src="{image} width=160>'
        f"\n\n{_cut(' '.join(story.paragraphs))}"
    )
    return (
        f"<item>\n<title><![CDATA[{story.title}]]></title>\n<link><![CDATA[{link}]]></link>\n"
        f"<description><![CDATA[{description}]]></description>\n<pubDate>{date}</pubDate>\n</item>"
    )


def _cut(text: str) -> str:
    """About 500 characters, never at a word's end."""
    end = min(_DESCRIPTION_CHARACTERS, len(text) - 2)
    while not (text[end - 1].isalpha() and text[end].isalpha()):
        end -= 1
    return text[:end]


def _head(host: Host, title: str, path: str) -> list[str]:
    return [
        f"<html><head><title>{typeset(title)}</title>",
        f'<meta property="og:url" content="{host.base}{path}">',
        '<meta property="og:image" content="http://www.images.test/images-hg/river-hg.jpg">',
        "</head><body>",
        f'<table><tr><td>. <a href="/">{host.masthead}</a> .</td></tr></table>',
    ]


def _side(side: Side, published: Published) -> str:
    line = dateline(side.place, published.story.wire, published.at)
    return f"<b>{typeset(side.headline)}</b><br>{line} - {typeset(side.text)}"


def _body(published: Published) -> list[str]:
    story = published.story
    lines = []
    for number, paragraph in enumerate(story.paragraphs, 1):
        lines.append(f"{typeset(paragraph)}<p>")
        if number == 1:
            lines.append('<center><iframe src="http://ads.images.test/x"></iframe></center>')
        if story.side and story.side.after == number:
            lines.append(f"{_side(story.side, published)}<p>")
    if story.initials:
        lines.append(f"{story.initials}<p>")
    return lines


def _short_tail(tail: Tail) -> list[str]:
    return ["<!--RELATED LINKS-->", *_links(tail), "Get Our Free Newsletters Via Email<br>"]


def _links(tail: Tail) -> list[str]:
    links = (f'<a href="/about.html">{typeset(text)}</a><br>' for text in tail.links)
    return ["Related Links<br>", *links]


def _long_tail(section: str, tail: Tail, published: Published) -> list[str]:
    teaser = tail.teaser
    lines = [
        f"{section}<br><b>{typeset(teaser.headline)}</b><br>",
        f"{dateline(teaser.place, 'NWA', published.at)}<br>",
        f'{typeset(teaser.text)} ... <a href="/about.html">read more</a><p>',
        "<!--RELATED LINKS-->",
        *_links(tail),
        *(f"{typeset(text)}<p>" for text in (*tail.appeal, tail.talk)),
    ]
    for box in tail.boxes:
        headlines = "<p>".join(f'<a href="/about.html">{typeset(text)}</a>' for text in box)
        lines.append(f"<table><tr><td>{section}</td></tr><tr><td>{headlines}</td></tr></table>")
    return [*lines, f"<font size=1>{typeset(tail.copyright)}</font>"]


def _page(lines: Sequence[str]) -> str:
    return "\r\n".join([*lines, "</body></html>", ""])
