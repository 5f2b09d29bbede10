"""add: one more source."""

from __future__ import annotations

import click

from monitor.cli.base import Call, Duration, command


@command("add")
@click.argument("url", metavar="URL")
@click.option("--as", "source_id", metavar="ID", help="The source's name.  [default: by its title]")
@click.option("--every", type=Duration(), metavar="TIME", help="How often it is asked.")
@click.option("--section", metavar="LABEL",
              help="Of a site of the Space Media Network, the section so headed.")  # fmt: skip
@click.option("--kind", type=click.Choice(["feed", "page", "sitemap"]),
              help="Watch it in this way, where there are several.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Add it without asking.")
@click.option("--dry-run", is_flag=True, help="Show what it is; write nothing.")
def add(  # one argument an option
    call: Call, url: str, yes: bool, dry_run: bool, **options: str | float | None
) -> None:
    """Find out what URL is, show what it would store, and add it to sources.yaml.

    URL is a feed, a sitemap, or a page that lists articles, such as a section's: of a page the
    feed that lists the same articles is watched, or else its own list.  Says what it found, shows
    five entries, warns of what will hurt, and says whether the running daemon has it.  Ends 1 when
    it cannot be read, and when nothing was written.
    """
    from monitor.cli import adding

    every = options["every"]
    source_id, section, kind = options["source_id"], options["section"], options["kind"]
    wish = adding.Wish(
        url,
        source_id if isinstance(source_id, str) else None,
        every if isinstance(every, float) else None,
        section if isinstance(section, str) else None,
        kind if isinstance(kind, str) else None,
        yes=yes,
        dry_run=dry_run,
    )
    adding.run(call, wish)


COMMANDS = (add,)
