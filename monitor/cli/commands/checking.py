"""channels test, doctor: does it work?"""

from __future__ import annotations

import click

from monitor.cli.base import CODES, Call, command, end


@click.group("channels", epilog=CODES)
def channels() -> None:
    """Try the ways out."""


@command("test")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--rule", metavar="R", help="Send the newest match of this rule.")
def test(call: Call, name: str | None, rule: str | None) -> None:
    """Send the newest real match, or a sample, marked TEST, to one channel or to all.

    Prints the server's own answer and what is missing.  Ends 1 unless accepted.
    """
    from monitor.cli import trying

    end(trying.run(call, name, rule))


@command("doctor")
def doctor(call: Call) -> None:
    """Check everything Wirewatch needs and say what to do.  Ends 1 when something is to be done."""
    from monitor.cli import doctor as work

    end(work.run(call))


channels.add_command(test)
COMMANDS = (channels, doctor)
