"""The one Twisted reactor, on uvloop.  Import it before anything that imports the default one."""

from typing import Any

from scrapy.utils.reactor import install_reactor

from monitor.crawl.settings import ASYNCIO_EVENT_LOOP, TWISTED_REACTOR

install_reactor(TWISTED_REACTOR, ASYNCIO_EVENT_LOOP)

from twisted.internet import reactor  # noqa: E402 - importing it is what would choose another


def stop() -> None:
    """End the reactor's run, and with it the process's loop."""
    running: Any = reactor
    running.stop()
