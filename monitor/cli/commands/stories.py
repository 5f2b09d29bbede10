"""stories: which articles tell the same event."""

from __future__ import annotations

import click

from monitor.cli.base import CODES, Call, command


@click.group("stories", epilog=CODES)
def stories() -> None:
    """Show which articles tell one event, and put that right by hand.

    ITEM is an article's id or address, STORY that of any of its articles, or its key.
    """


@command("show")
@click.argument("story", metavar="STORY")
def show(call: Call, story: str) -> None:
    """Show a story: its articles, its origins, and why each article came into it."""
    from monitor.cli import stories as work

    work.show(call, story)


@command("merge")
@click.argument("story", metavar="STORY")
@click.argument("other", metavar="OTHER")
def merge(call: Call, story: str, other: str) -> None:
    """Make OTHER part of STORY.  What was told of one of them counts as told of both."""
    from monitor.cli import stories as work

    work.merge(call, story, other)


@command("split")
@click.argument("item", metavar="ITEM")
def split(call: Call, item: str) -> None:
    """Take an article out of its story.  It is one of its own then, and joins no other by itself.

    Ends 1 when it is alone.
    """
    from monitor.cli import stories as work

    work.split(call, item)


stories.add_command(show)
stories.add_command(merge)
stories.add_command(split)
COMMANDS = (stories,)
