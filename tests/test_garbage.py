"""What lies free in the heap goes back to the system."""

import platform
from pathlib import Path

import pytest

from monitor import garbage

MEGABYTES = 40


def resident_megabytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_000_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library's own business")
def test_give_back():
    """Also what lies before a block that is kept."""
    blocks = [bytearray(50_000) for _ in range(MEGABYTES * 20)]
    last = bytearray(50_000)
    blocks.clear()
    before = resident_megabytes()
    garbage.give_back()
    assert resident_megabytes() < before - MEGABYTES / 2
    assert len(last) == 50_000
