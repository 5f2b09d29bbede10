"""Scrapy's spiders: one file each, and only spiders, since Scrapy imports every module here."""
