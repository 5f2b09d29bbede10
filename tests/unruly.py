"""What a worker may be given to run: functions that hang, swell, crash or answer badly.

Imports little, because each worker imports this.
"""

import os
import re
import signal
import subprocess
import sys
import time

from monitor.errors import FetchError, FetchReason, ReadError, ReadReason

GIGABYTE = 1 << 30


class Unruly(Exception):
    """Pickles, and cannot be built again."""

    def __init__(self, one, other):
        super().__init__("unruly")


def add(one, *, other):
    return one + other


def process():
    return os.getpid()


def raise_read_error():
    raise ReadError(ReadReason.NO_LIST, "no list")


def raise_fetch_error():
    raise FetchError(FetchReason.HTTP, "gone", status=410)


def raise_unruly():
    raise Unruly(1, 2)


def leave():
    sys.exit(3)


def give_a_function():
    return lambda: None


def hang_in_python():
    while True:
        pass


def take_time(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def leave_a_heap_in_an_error(megabytes):
    heap = bytearray(megabytes << 20)
    heap[0] = 1
    raise_read_error()


def stop_for(seconds):
    """As if all the others had the processor."""
    subprocess.Popen(["/bin/sh", "-c", f"sleep {seconds}; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)
    return "done"


def hang_in_c():
    re.match(r"(a+)+$", "a" * 60 + "b")


def take_memory():
    return len(bytearray(GIGABYTE))


def take_memory_in_pieces():
    pieces = []
    while True:
        pieces.append(b"x" * len(pieces) * 1000)


def crash():
    os._exit(7)


def fault():
    os.kill(os.getpid(), signal.SIGSEGV)


def print_and_hang():
    print(os.getpid(), flush=True)
    hang_in_c()


def barely_fitting():
    """Half of 160 MiB, of which no second copy can be made."""
    return ["x" * (1 << 20) + str(n) for n in range(70)]
