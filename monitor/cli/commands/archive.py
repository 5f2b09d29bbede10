"""items, show, versions, alerts, why, search, sources: what is stored and why."""

from __future__ import annotations

import click

from monitor.cli.base import CODES, Call, command, config_option, json_option

_limit = click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
    help="At most so many.",
)  # fmt: skip


@command("items")
@_limit
@click.option("--source", metavar="ID", help="Only what this source showed first.")
def items(call: Call, limit: int, source: str | None) -> None:
    """List the newest articles stored."""
    from monitor.cli import lists

    lists.items(call, limit, source)


@command("show")
@click.argument("item", metavar="ITEM")
def show(call: Call, item: str) -> None:
    """Show one article whole: all fields, the text, its versions.  ITEM is an id or an address."""
    from monitor.cli import showing

    showing.run(call, item)


@command("versions")
@click.argument("item", metavar="ITEM")
@click.option("--diff", is_flag=True, help="With the sentences as they were and are.")
def versions(call: Call, item: str, diff: bool) -> None:
    """List every state of an article's text.  ITEM is an id or an address."""
    from monitor.cli import versions as listing

    listing.run(call, item, diff=diff)


@command("alerts")
@click.option("--would", is_flag=True,
              help="What was known at first sight and would have matched.")  # fmt: skip
@_limit
def alerts(call: Call, would: bool, limit: int) -> None:
    """List the newest alerts, and how far each message came."""
    from monitor.cli import lists

    if would:
        lists.would(call, limit)
    else:
        lists.alerts(call, limit)


@command("why")
@click.argument("subject", metavar="ITEM|ALERT")
def why(call: Call, subject: str) -> None:
    """Explain why an article was told or not, rule by rule, and what became of each message.

    ITEM is an id or an address; ALERT the id at the end of a message.
    """
    from monitor.cli import whys

    whys.run(call, subject)


@command("search")
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
@_limit
def search(call: Call, query: tuple[str, ...], limit: int) -> None:
    """Search what is stored, newest first, in the language of the rules."""
    from monitor.cli import searching

    searching.search(call, " ".join(query), limit)


@click.group("sources", invoke_without_command=True, epilog=CODES)
@config_option
@json_option
@click.pass_context
def sources(context: click.Context) -> None:
    """List the sources and their health; pause and resume one."""
    if context.invoked_subcommand is None:
        from monitor.cli import lists

        lists.sources(context.ensure_object(Call))


@command("pause")
@click.argument("source", metavar="ID")
def pause(call: Call, source: str) -> None:
    """Poll a source no more until it is resumed."""
    from monitor.cli import lists

    lists.pause(call, source, paused=True)


@command("resume")
@click.argument("source", metavar="ID")
def resume(call: Call, source: str) -> None:
    """Poll a paused source again, at once."""
    from monitor.cli import lists

    lists.pause(call, source, paused=False)


sources.add_command(pause)
sources.add_command(resume)
COMMANDS = (items, show, versions, alerts, why, search, sources)
