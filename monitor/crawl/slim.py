"""Scrapy's settings as all crawls of ours share them, without a deep copy for each crawl."""

from __future__ import annotations

import copy
from typing import Self

from scrapy.settings import Settings, SettingsAttribute


class SlimSettings(Settings):
    """A crawl takes a copy and may set what it likes; the values themselves nobody changes.

    The deep copy that Scrapy makes takes a ninth of the time in which fifty feeds say that nothing
    is new.
    """

    def copy(self) -> Self:
        other = copy.copy(self)
        other.attributes = {
            name: SettingsAttribute(one.value, one.priority)
            for name, one in self.attributes.items()
        }
        return other


def settings() -> SlimSettings:
    """Those of `monitor.crawl.settings`; the log is our own."""
    found = SlimSettings()
    found.setmodule("monitor.crawl.settings", priority="project")
    found.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="cmdline")
    return found
