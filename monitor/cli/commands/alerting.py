"""silence, ack, routes, dead: what people are told, and what not."""

from __future__ import annotations

import getpass

import click

from monitor.cli.base import CODES, Call, Duration, command


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no account has this number
        return "somebody"


_author = click.option("--author", metavar="NAME", default=_me, help="Who says so.  [default: you]")


@click.group("silence", epilog=CODES)
def silence() -> None:
    """Keep alerts back for a time."""


@command("add")
@click.option("--story", metavar="ALERT", help="The story that this alert tells of.")
@click.option("--rule", metavar="ID", help="What this rule finds.")
@click.option(
    "--match",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help="A condition as in routes: 'source =~ \"bbc-.*\"'.  All must hold.",
)
@click.option("--text", metavar="QUERY", help="What the article must say, in the rule language.")
@click.option(
    "--for",
    "seconds",
    type=Duration(),
    default="24h",
    show_default=True,
    metavar="TIME",
    help="How long, at most 30d.",
)
@click.option("--reason", metavar="WORDS", default="", help="Why, for those who read it later.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_author
def add(call: Call, yes: bool, **wish: object) -> None:
    """Show what it would have kept back within the last 7 days, ask, and silence it.

    What is silenced stays searchable, and the digest counts it.
    """
    from monitor.cli import silences

    silences.add(call, silences.Wish(**wish), yes=yes)  # type: ignore[arg-type]


@command("list")
@click.option("--ended", is_flag=True, help="Those of the last 30 days too.")
def list_(call: Call, ended: bool) -> None:
    """List the silences that hold, and how much each has kept back."""
    from monitor.cli import silences

    silences.show(call, ended=ended)


@command("expire")
@click.argument("subject", metavar="SILENCE")
def expire(call: Call, subject: str) -> None:
    """End a silence now, and say what it kept back."""
    from monitor.cli import silences

    silences.expire(call, subject)


@command("ack")
@click.argument("subject", metavar="ALERT")
@click.option(
    "--for",
    "seconds",
    type=Duration(),
    metavar="TIME",
    help="Until then, whatever is new.  [default: until there is something new]",
)
@_author
def ack(call: Call, subject: str, seconds: float | None, author: str) -> None:
    """Say that the story of an alert was seen."""
    from monitor.cli import acking

    acking.run(call, subject, author, seconds)


@click.group("routes", epilog=CODES)
def routes() -> None:
    """See which way alerts go."""


@command("test")
@click.argument("subject", metavar="ALERT")
def test(call: Call, subject: str) -> None:
    """Say which channels an alert would go to now, and why."""
    from monitor.cli import routes

    routes.run(call, subject)


@click.group("dead", epilog=CODES)
def dead() -> None:
    """See what was given up, and send it again."""


@command("list")
@click.option("--channel", metavar="NAME", help="Only this channel's.")
def list_dead(call: Call, channel: str | None) -> None:
    """List the messages that were refused for good or not accepted in time, and why."""
    from monitor.cli import dead as work

    work.show(call, channel)


@command("resend")
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--channel", metavar="NAME", help="All of this channel.")
@click.option("--all", "everything", is_flag=True, help="All that there are.")
def resend(call: Call, **wish: object) -> None:
    """Send messages again that were given up: from now on, for three days anew.

    One that its server had after all comes with the id that it had.
    """
    from monitor.cli import dead as work

    work.resend(call, work.Wish(**wish))  # type: ignore[arg-type]


for _one in (list_dead, resend):
    dead.add_command(_one)
for _one in (add, list_, expire):
    silence.add_command(_one)
routes.add_command(test)
COMMANDS = (silence, ack, routes, dead)
