"""The command line.  Light to import: what is heavy is imported when a command needs it.

base       what every command shares: options, exit codes    root      all commands, the edge
commands/  one short function a command, which calls on      the other modules here
"""

from monitor.cli.root import main

__all__ = ["main"]
