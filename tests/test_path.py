"""The whole path over real sockets: a section page becomes one e-mail and one Slack message."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from monitor import config
from monitor.deliver import Deliverer, Sent
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import SmtpSink
from monitor.engine import Engine
from tests import seed

REPOSITORY = Path(__file__).resolve().parent.parent
RULES = REPOSITORY / "config" / "rules.yaml"
FRONT = '<html><body><a href="/iraq.html">IRAQ WARS</a> <a href="/reports/Old_999.html">Old</a>'
OLD = '<a href="/reports/Old_news_999.html">Old news from the section page</a><br>Teaser.<p>'


@dataclass
class Site:
    """Pages by path, under whatever host is asked for."""

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> int:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        return web.Response(text=page, content_type="text/html")


@dataclass
class Desk:
    """A site, two sinks, and a configuration that joins them."""

    directory: Path
    site: Site = field(default_factory=Site)
    smtp: SmtpSink = field(default_factory=SmtpSink)
    slack: SlackSink = field(default_factory=SlackSink)

    async def open(self) -> Desk:
        site, smtp, slack = (
            await self.site.start(), await self.smtp.start(), await self.slack.start(),
        )  # fmt: skip
        self.write("monitor.yaml", MONITOR.format(port=site))
        self.write("sources.yaml", SOURCES)
        self.write("routes.yaml", ROUTES.format(smtp=smtp, slack=slack))
        shutil.copy(RULES, self.directory)
        return self

    async def close(self) -> None:
        await self.site.stop()
        await self.smtp.stop()
        await self.slack.stop()

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def environ(self) -> Mapping[str, str]:
        return os.environ | {"WIREWATCH_CONFIG": str(self.directory), "SLACK_TOKEN": "xoxb-sink"}

    async def crawl(self, *arguments: str) -> str:
        """`scrapy crawl` by hand; returns what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scrapy", "crawl", *arguments,
            cwd=REPOSITORY, env=self.environ(), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    async def deliver(self) -> Sent:
        engine = Engine(config.load(self.directory, self.environ()), "test")
        try:
            return await Deliverer(engine).once()
        finally:
            await engine.close()


MONITOR = """\
contact: ana@desk.example
database: wirewatch.db
delay: 0s
group_wait: {{high: 0s, normal: 0s}}
late_after: off
allow: [127.0.0.0/8]
display_timezone: UTC
resolve: {{www.spacewar.com: "127.0.0.1:{port}"}}
"""
SOURCES = """\
sources:
  - {id: iraq, kind: spacemedia, url: "http://www.spacewar.com/", section: IRAQ WARS}
"""
ROUTES = """\
channels:
  desk:
    email:
      to: [ana@desk.example, ben@desk.example]
      from: Wirewatch <wirewatch@desk.example>
      server: 127.0.0.1:{smtp}
      security: none
  room:
    slack: {{token: "${{SLACK_TOKEN}}", channel: C0NEWS, api: "http://127.0.0.1:{slack}/api"}}
route: {{to: [desk, room]}}
"""


@pytest.fixture
async def desk(tmp_path: Path):
    opened = await Desk(tmp_path).open()
    yield opened
    await opened.close()


def section(*entries: str) -> str:
    return "<html><body><h1>IRAQ WARS</h1>" + "".join(entries) + OLD + "</body></html>"


@pytest.mark.real
async def test_the_first_article_reaches_everyone_once(desk: Desk, real_data: Path) -> None:
    """The section shows the article; each recipient gets one message that names both rules, with
    the marked sentence and its paragraph; a second look at the section tells nothing more."""
    (path,) = (real_data / "seed").glob("*.txt")
    article, paragraphs = seed.page(path.read_text())
    where = seed.URL.removeprefix("https://www.spacewar.com")
    desk.site.pages = {"/": FRONT, "/iraq.html": section()}
    await desk.crawl("spacemedia", "-a", "source=iraq")
    assert await desk.deliver() == Sent()

    link = f'<a href="{where}">Iraq forces retake last IS-held town in country</a><br>Teaser.<p>'
    desk.site.pages |= {"/iraq.html": section(link), where: article}
    said = await desk.crawl("spacemedia", "-a", "source=iraq")
    assert "1 new" in said
    assert (await desk.deliver()).accepted == 3
    await desk.crawl("spacemedia", "-a", "source=iraq")
    assert await desk.deliver() == Sent()
    assert desk.site.asked.count(where) == 1

    bombing = next(text for text in paragraphs if "car bombing" in text)
    recipients = [taken.recipients for taken in desk.smtp.taken]
    assert sorted(recipients) == [("ana@desk.example",), ("ben@desk.example",)]
    for taken in desk.smtp.taken:
        subject = str(taken.message["Subject"])
        assert subject.startswith("[car-bombing, liberated] Iraq forces retake")
        words = " ".join(taken.text.split())
        assert ">>liberated<<" in words
        assert ">>car bombing<<" in words
        assert "para 23 of 25" in words
        assert bombing.split("car bombing")[1][:40] in words
    (posted,) = desk.slack.posted
    blocks = str(posted.payload)
    assert "«*car bombing*»" in blocks
    assert "«*liberated*»" in blocks
    assert "para 23 of 25" in blocks


ARTICLE = """<html><head><title>{title}</title></head><body>{section}<h1>{title}<br></h1>
<span class="BHS">by Staff Writers<br>
Baghdad (AFP) Nov 17, 2025</span>
<!--body-2-incontainer.php-->
{text}<p>
<!--RELATED LINKS--></body></html>"""
MILL = (
    "The old mill was liberated from its ivy on Friday, residents said, and grinds again.<p>"
    "Nobody remembers when it stood still first, the miller told reporters at noon."
)
RAWA = (
    "Rawa was liberated on Friday, residents said, and its market opened again.<p>"
    "Nobody was hurt, and the bridge over the river stands, the mayor told reporters at noon."
)
TIKRIT = (
    "Soldiers liberated the water works of Tikrit overnight after a siege of nine days.<p>"
    "Engineers found two of the four pumps blown up, and expect repairs to last until spring."
)
ENTRY = '<a href="/reports/{0}_999.html">The town of {0} opens its market again</a><br>Teaser.<p>'


def article(title: str, section: str, text: str) -> str:
    return ARTICLE.format(title=title, section=section, text=text)


async def test_a_section_without_a_link_is_told_by_its_articles_own_label(desk: Desk) -> None:
    """No link bears the label: front page and feed give candidates, and only those whose own page
    says the section are told."""
    desk.site.pages = {
        "/": "<html><body>" + ENTRY.format("Old") + "</body></html>",
        "/spacewar.xml": RSS.format(""),
        "/reports/Old_999.html": article("Old", "IRAQ WARS", MILL),
    }
    await desk.crawl("spacemedia", "-a", "source=iraq")
    desk.site.pages |= {
        "/": "<html><body>" + ENTRY.format("Rawa") + ENTRY.format("Kirkuk") + "</body></html>",
        "/spacewar.xml": RSS.format(FED.format("Tikrit")),
        "/reports/Rawa_999.html": article("Rawa", "IRAQ WARS", RAWA),
        "/reports/Kirkuk_999.html": article("Kirkuk", "MISSILE NEWS", RAWA),
        "/reports/Tikrit_999.html": article("Tikrit", "IRAQ WARS", TIKRIT),
    }
    await desk.crawl("spacemedia", "-a", "source=iraq")
    await desk.deliver()
    subjects = {str(taken.message["Subject"]) for taken in desk.smtp.taken}
    assert subjects == {"[liberated] Rawa", "[liberated] Tikrit"}


RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Space War</title>{}</channel></rss>'
FED = """<item><title>The town of {0} opens its market again</title>
<link>http://www.spacewar.com/reports/{0}_999.html</link><description>Teaser.</description></item>"""
