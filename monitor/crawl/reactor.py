"""The one Twisted reactor, on asyncio.  Import it before anything that imports the default one."""

from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

from twisted.internet import reactor  # noqa: E402 - importing it is what would choose another

__all__ = ["reactor"]
