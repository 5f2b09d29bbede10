"""Scrapy's side of the path: its settings, the handler that fetches for it, the pipeline."""
