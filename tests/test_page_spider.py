"""`page` end to end: the list told by its structure, told again, and followed back to the known."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from lantern import CITY, PARAGRAPH, WORLD, lantern, listing
from net_world import Site, http
from town import REPOSITORY

FILES = {
    "monitor.yaml": "delay: 0s\nallow: [127.0.0.0/8]\n",
    "rules.yaml": "rules:\n  - {id: harbour, query: harbour}\n",
    "routes.yaml": "channels: {me: {console: {}}}\n",
}
OLDER = [f"Older story number {n} about the long winter of the ferry" for n in range(8)]


def page(titles: list[str] | tuple[str, ...], older: str = "") -> bytes:
    """A section page of the newspaper, with a link to the page behind it."""
    shown = listing(titles, "city")
    link = f'<p><a rel=next href="{older}">Older</a></p></main>'.encode() if older else b"</main>"
    return http(200, shown.partition(b"\r\n\r\n")[2].replace(b"</main>", link))


async def poll(directory: Path) -> int:
    """The command's exit code."""
    command = (sys.executable, "-m", "monitor.cli", "poll", "city", "--config", str(directory))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=REPOSITORY, env=os.environ, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    await process.communicate()
    return process.returncode or 0


def watch(directory: Path, site: Site) -> None:
    source = f"sources:\n  - {{id: city, kind: page, article: false, url: '{site.root}/city/'}}\n"
    for name, text in {**FILES, "sources.yaml": source}.items():
        (directory / name).write_text(text)


def ask(directory: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(directory / "wirewatch.db")) as db:
        return db.execute(sql).fetchall()


async def test_what_moved_on_to_the_next_page_is_read(tmp_path: Path) -> None:
    """All of the first page is new: older pages are read until one shows what is known."""
    pages = {"/city/": page(CITY[:6])}
    async with lantern(pages) as site:
        watch(tmp_path, site)
        assert await poll(tmp_path) == 0
        (shape,) = ask(tmp_path, "SELECT list_shape FROM sources")[0]
        site.pages["/city/"] = page(WORLD, f"{site.root}/city/page/2/")
        site.pages["/city/page/2/"] = page(OLDER, f"{site.root}/city/page/3/")
        site.pages["/city/page/3/"] = page(CITY, f"{site.root}/city/page/4/")
        assert await poll(tmp_path) == 0
    assert shape
    titles = [title for (title,) in ask(tmp_path, "SELECT title FROM items WHERE news_at NOTNULL")]
    assert titles == [*WORLD, *OLDER, *CITY[6:]]
    assert ask(tmp_path, "SELECT detail FROM polls WHERE poll_id = 2") == [
        ("all of the page was new, 3 pages read",)
    ]
    assert "/city/page/4/" not in site.paths


async def test_what_could_not_be_read_further_back_is_said(tmp_path: Path) -> None:
    """The older page does not come: what is there is kept, and the poll says what may lack."""
    async with lantern({"/city/": page(CITY[:6])}) as site:
        watch(tmp_path, site)
        assert await poll(tmp_path) == 0
        site.pages["/city/"] = page(WORLD, f"{site.root}/city/page/2/")
        assert await poll(tmp_path) == 0
    assert ask(tmp_path, "SELECT count(*) FROM items WHERE news_at NOTNULL") == [(len(WORLD),)]
    ((outcome, detail),) = ask(tmp_path, "SELECT outcome, detail FROM polls WHERE poll_id = 2")
    assert outcome == "ok"
    assert "older articles may have been missed: page 2: " in str(detail)


async def test_a_page_without_its_list_has_failed(tmp_path: Path) -> None:
    """Yesterday a list, today an empty shell: trouble and not silence."""
    async with lantern({"/city/": page(CITY)}) as site:
        watch(tmp_path, site)
        assert await poll(tmp_path) == 0
        site.pages["/city/"] = http(200, f"<html><body><p>{PARAGRAPH}</p></body></html>".encode())
        assert await poll(tmp_path) == 1
    assert ask(tmp_path, "SELECT outcome, reason FROM polls WHERE poll_id = 2") == [
        ("failed", "no_list")
    ]
    assert ask(tmp_path, "SELECT list_shape NOTNULL FROM sources") == [(1,)]
