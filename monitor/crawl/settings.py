"""Scrapy, tamed: `net.Client` is the one way out, so everything that fetches besides it is off.

Every line says why it differs from Scrapy's own default.
"""

BOT_NAME = "wirewatch"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "monitor.crawl.commands"

# The default handlers verify no certificates, read local files and know no address guard.
DOWNLOAD_HANDLERS = {
    "http": "monitor.crawl.handler.NetHandler",
    "https": "monitor.crawl.handler.NetHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# net.Client does these, once for all spiders and processes; Scrapy's are per crawl, take a
# robots.txt that answers 5xx as a yes, and ignore Retry-After.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
ROBOTSTXT_OBEY = False
RETRY_ENABLED = False
COOKIES_ENABLED = False
HTTPCACHE_ENABLED = False
COMPRESSION_ENABLED = False
REDIRECT_ENABLED = False
AUTOTHROTTLE_ENABLED = False
DOWNLOAD_DELAY = 0
# The host gate lets one request at a time to a host; Scrapy's slots must not wait in line with it.
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 64
# A spider yields one thing, asks for addresses it was leased, and judges every status itself.
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}

ITEM_PIPELINES = {"monitor.crawl.pipeline.IngestPipeline": 100}

# Remote control and the telnet console run code for whoever reaches the port, loopback or not.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
EXTENSIONS_BASE = {"scrapy.extensions.closespider.CloseSpider": 0}
# What a crawl came to is in the database; Scrapy would format its own figures at every end.
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
STATS_DUMP = False
# Below a lease's ten minutes, so that no crawl outlives the right to its sources.
CLOSESPIDER_TIMEOUT = 480

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# A poll that finds nothing new is sockets and wake-ups more than anything else.
ASYNCIO_EVENT_LOOP = "uvloop.Loop"
LOG_LEVEL = "WARNING"
