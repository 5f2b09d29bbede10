"""Wirewatch: watches news sections and feeds, and tells people when a new item matches."""

__version__ = "0.1.0"
