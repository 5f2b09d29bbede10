"""watch, status, poll, deliver, digest, demo."""

from __future__ import annotations

import click

from monitor.cli.base import Call, Duration, command, end


@command("watch")
def watch(call: Call) -> None:
    """Run the daemon here: poll, match, tell, until SIGTERM or Ctrl-C.

    The log goes to standard error; what console channels tell, to standard output,
    with --json to standard error.
    Ends 3 when a daemon already works on the database.
    """
    from monitor.cli import watching

    watching.run(call)


@command("status")
@click.option("--check", is_flag=True, help="End 1 when something is wrong, for scripts.")
def status(call: Call, check: bool) -> None:
    """Show how sources, messages and the daemon are, whether or not it runs."""
    from monitor.cli import status as work

    work.run(call, check=check)


@command("poll")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--once", is_flag=True, help="One round, then end (the default and only way).")
@click.option("--dry-run", is_flag=True, help="Store nothing, tell nothing: show what is found.")
def poll(call: Call, sources: tuple[str, ...], once: bool, dry_run: bool) -> None:
    """Poll sources now, all or those named, as the daemon would.

    Ends 1 when a poll failed, 3 when another process was at work on a source.
    """
    from monitor.cli import polling

    end(polling.run(call, sources, dry_run=dry_run))


@command("deliver")
@click.option("--once", is_flag=True, help="What is due, then end (the default and only way).")
def deliver(call: Call, once: bool) -> None:
    """Send what is owed now.  Ends 1 when something was refused or put off."""
    from monitor.cli import delivering

    end(delivering.run(call))


@command("digest")
@click.option("--now", is_flag=True, help="Write one and send it, whatever the hour.")
@click.option("--channel", metavar="NAME", help="Only this channel's; else that of each.")
def digest(call: Call, now: bool, channel: str | None) -> None:
    """Show what each channel's next digest would say, and when it comes.

    With --now it is sent: what was held back until now will not be in the next one again.
    Ends 1 when it was refused or put off.
    """
    from monitor.cli import digesting

    end(digesting.run(call, channel, now=now))


@command("demo", json=False)
@click.option("--for", "seconds", type=Duration(), default="60s", show_default=True,
              metavar="TIME", help="How long to play.")  # fmt: skip
def demo(call: Call, seconds: float) -> None:
    """Show everything at work in a minute.  Nothing leaves this machine."""
    from monitor.demo import play

    raise click.exceptions.Exit(play.run(seconds))


COMMANDS = (watch, status, poll, deliver, digest, demo)
