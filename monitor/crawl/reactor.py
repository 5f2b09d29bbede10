"""The one Twisted reactor, on asyncio.  Import it before anything that imports the default one."""

from typing import Any

from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

from twisted.internet import reactor  # noqa: E402 - importing it is what would choose another


def stop() -> None:
    """End the reactor's run, and with it the process's loop."""
    running: Any = reactor
    running.stop()
