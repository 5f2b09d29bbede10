"""In a worker: run what the parent asks for, one call after the other, within limits.

The other end of `worker`, kept apart from it so that a worker loads no more than this.
"""

from __future__ import annotations

import ctypes
import gc
import io
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from importlib import import_module

from monitor import garbage
from monitor.errors import ReadError, ReadReason, WirewatchError

LENGTH = struct.Struct("!Q")  # before each message, in bytes
OUT_OF_MEMORY = 77  # exit code
# feedparser leaves a document's elements in cycles, some 200 MB after a call of seconds.
_UNTIDY_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Of a worker: the socket to its parent, the parent and the memory it may take are its
    arguments."""
    there, parent, memory_bytes = map(int, sys.argv[1:])
    serve(socket.socket(fileno=there), parent, memory_bytes)


def serve(there: socket.socket, parent: int, memory_bytes: int) -> None:
    _confine(parent, memory_bytes)
    with there, there.makefile("rb") as asked:
        while head := asked.read(LENGTH.size):
            there.sendall(_answer(asked.read(*LENGTH.unpack(head))))


def _confine(parent: int, memory_bytes: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be watched
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the parent's
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    garbage.look_less_often()  # a document's elements are let go of without it


def load(home: str) -> None:
    """A module, for calls to come."""
    import_module(home)


def _answer(request: bytes) -> memoryview:
    """What the function returned and the error that it raised, packed."""
    began = time.monotonic()
    try:
        wall_seconds, fn, args = pickle.loads(request)
        del request  # the document is in it once more
        _limit(wall_seconds)
        return _packed(fn(*args), None)  # packing takes memory, too
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # there may be none left even to say so
    except Exception as error:  # noqa: BLE001 - whatever a hostile document makes of a library
        _let_go(error)
        ours = isinstance(error, WirewatchError) and _survives(error)
        return _packed(None, error if ours else _failed(error))
    finally:
        if time.monotonic() - began > _UNTIDY_SECONDS:
            gc.collect()


def _limit(wall_seconds: float) -> None:
    # It counts from the start of the process and is the kernel's: it holds even when the parent is
    # stopped and kills nobody.
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime + 2 * wall_seconds + 5
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), most))


def _packed(result: object, error: Exception | None) -> memoryview:
    """A message, its length before it."""
    message = io.BytesIO(bytes(LENGTH.size))
    message.seek(LENGTH.size)
    pickle.dump((result, error), message, pickle.HIGHEST_PROTOCOL)
    view = message.getbuffer()
    LENGTH.pack_into(view, 0, len(view) - LENGTH.size)
    return view


def _failed(error: Exception) -> ReadError:
    return crash(f"failed: {type(error).__name__}: {error}")


def _let_go(error: BaseException | None) -> None:
    """Forget the document: an error keeps all that was at hand where it was raised."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _survives(error: WirewatchError) -> bool:
    """Whether it can be made again in the parent."""
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except (pickle.PickleError, TypeError, AttributeError, ValueError):
        return False


def crash(what: str) -> ReadError:
    return ReadError(ReadReason.PARSE_CRASH, f"Reading {what[:500]}.")
