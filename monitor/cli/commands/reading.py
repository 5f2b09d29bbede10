"""extract, parse-feed: read one document, without configuration or database."""

from __future__ import annotations

import click

from monitor.cli.base import Call, command

_document = click.argument("document", metavar="FILE|URL")
_url = click.option("--url", metavar="URL", help="The address that a FILE came from.")


@command("extract")
@_document
@_url
def extract(call: Call, document: str, url: str | None) -> None:
    """Read an article's page.  Ends 1 with the reason when it cannot be read."""
    from monitor.cli import documents

    documents.extract(call, document, url)


@command("parse-feed")
@_document
@_url
def parse_feed(call: Call, document: str, url: str | None) -> None:
    """Read a feed: RSS, RDF or Atom.  Ends 1 with the reason when it cannot be read."""
    from monitor.cli import documents

    documents.parse_feed(call, document, url)


COMMANDS = (extract, parse_feed)
