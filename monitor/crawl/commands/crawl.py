"""`scrapy crawl` with the spider's own verdict as exit code."""

from __future__ import annotations

import argparse

from scrapy.commands.crawl import Command as CrawlCommand


class Command(CrawlCommand):
    """As Scrapy's, but ends with the exit code that the spider left: 3 when a lease was not to be
    had, 2 when it was called wrongly, 1 when a poll failed."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        codes: list[int] = []
        opts.spargs["exit_codes"] = codes
        super().run(args, opts)
        self.exitcode = max([self.exitcode, *codes])
