"""verify, replay: was it right, and what would have been told?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from monitor.cli.base import Call, Moment, command, end


@command("verify")
@click.argument("alert", required=False, metavar="[ALERT]")
@click.option("--all", "everything", is_flag=True, help="Every alert that is stored.")
def verify(call: Call, alert: str | None, everything: bool) -> None:
    """Derive an alert again from the stored version and the rule as it was.

    Both are held against their hashes, the places of the match byte for byte.  ALERT is the id at
    the end of a message.  Names each part that does not hold, and ends 1 when there is one.
    """
    from monitor.cli import verifying

    if everything == (alert is not None):
        raise click.UsageError("name one alert, or say --all")
    end(verifying.everything(call) if alert is None else verifying.one(call, alert))


@command("replay")
@click.option("--since", type=Moment(), default="30d", show_default=True, metavar="TIME",
              help="Where the window begins: 90d, 12h, or a date and time.")  # fmt: skip
@click.option("--until", type=Moment(), metavar="TIME", help="Where it ends.  [default: now]")
@click.option("--rule", metavar="R", help="Show only what tells of this rule.")
@click.option("--rules", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Rules to live by in place of rules.yaml.")  # fmt: skip
def replay(
    call: Call,
    since: float | datetime,
    until: float | datetime | None,
    rule: str | None,
    rules: Path | None,
) -> None:
    """Show the messages that would have gone out in a past window, by the rules as they are now.

    Lives through what is stored, each text as it read then, with its stories, silences and acks;
    routes and pace are those of the files.  Shows what would have been held back, and why.  Begins
    as things stood; sends nothing and keeps nothing.
    """
    from monitor.cli import replaying

    replaying.run(call, replaying.Wish(since, until, rule, rules))


COMMANDS = (verify, replay)
