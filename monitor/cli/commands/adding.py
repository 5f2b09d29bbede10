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
@click.option("--yes", is_flag=True, help="Add it without asking.")
@click.option("--dry-run", is_flag=True, help="Show what it is; write nothing.")
def add(  # one argument an option
    call: Call, url: str, yes: bool, dry_run: bool, **options: str | float | None
) -> None:
    """Find out what URL is, show what it would store, and add it to sources.yaml.

    URL is a feed, a page that names its feed, or a page of the Space Media Network.  Says whether
    the running daemon has it.  Ends 1 when it cannot be read, and when nothing was written.
    """
    from monitor.cli import adding

    every = options["every"]
    source_id, section = options["source_id"], options["section"]
    wish = adding.Wish(
        url,
        source_id if isinstance(source_id, str) else None,
        int(every) if isinstance(every, float) else None,
        section if isinstance(section, str) else None,
        yes=yes,
        dry_run=dry_run,
    )
    adding.run(call, wish)


COMMANDS = (add,)
