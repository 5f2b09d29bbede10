"""init, config check, reload."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.base import CODES, Call, command


@command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
def init(call: Call, directory: Path) -> None:
    """Write the four commented files of a configuration into DIR; what is there stays."""
    from monitor.cli import configuring

    configuring.init(call, directory)


@click.group("config", epilog=CODES)
def config() -> None:
    """Look at the configuration."""


@command("check")
def check(call: Call) -> None:
    """Read all four files and tell every mistake, with its place and its mend."""
    from monitor.cli import configuring

    configuring.check(call)


@command("reload")
def reload(call: Call) -> None:
    """Have the running daemon take the files as they are now.

    Ends 2 when it refuses them and goes on with the old ones, 1 when no daemon runs.
    """
    from monitor.cli import configuring

    configuring.reload(call)


config.add_command(check)
COMMANDS = (init, config, reload)
