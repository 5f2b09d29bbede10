"""A response body, decoded piece by piece under two limits.

gzip and deflate (RFC 9110 section 8.4.1), at most two on top of each other.  Never holds more than
the decoded limit and one piece.  Knows neither sockets nor character sets.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from monitor.errors import FetchError, FetchReason

ACCEPTED = "gzip, deflate"

_READ = frozenset({"gzip", "x-gzip", "deflate"})
# Of IANA's registry.  Any other name (a charset, "none", "binary") stands over a plain body.
_REFUSED = frozenset(
    {"aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"}
)
_PIECE = 64 * 1024
_MOST_LAYERS = 2
# Every member costs a copy of what follows it; real servers send one.
_MOST_MEMBERS = 1000
_MAGIC = b"\x1f\x8b\x08"  # RFC 1952 section 2.3
_GZIP = 31  # zlib's wbits for a gzip wrapper
_ZLIB = 15
_BARE = -15


class Body:
    """Collects one body.  `raw_limit` bounds what any layer takes in, `limit` what comes out.

    With `cut` the body ends quietly at `limit`.  Raises FetchError: TOO_LARGE, BAD_ENCODING.
    """

    def __init__(self, encodings: str, raw_limit: int, limit: int, *, cut: bool = False) -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        names = [name for name in names if name in _READ or name in _REFUSED]
        if len(names) > _MOST_LAYERS:
            raise _bad(f"{len(names)} encodings on top of each other")
        self._layers = [_Inflate(name, raw_limit) for name in reversed(names)]
        self._raw_limit, self._limit, self._cut = raw_limit, limit, cut
        self._taken = 0
        self._out = bytearray()
        self._ended = False

    def feed(self, chunk: bytes) -> bool:
        """Take the next bytes from the wire; False when no more are wanted."""
        self._taken += len(chunk)
        if self._taken > self._raw_limit:
            raise too_large(self._raw_limit)
        for piece in self._through(0, chunk):
            self._out += piece
            if len(self._out) > self._limit:
                if not self._cut:
                    raise too_large(self._limit)
                self._ended = True
                break
        return not self._ended

    def finish(self) -> bytes:
        """The whole body, once the wire has no more."""
        if not self._ended:
            for layer in self._layers:
                layer.finish()
        del self._out[self._limit :]
        return bytes(self._out)

    def _through(self, depth: int, chunk: bytes) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield chunk
            return
        for piece in self._layers[depth].feed(chunk):
            yield from self._through(depth + 1, piece)


def unpacked(body: bytes, raw_limit: int, limit: int) -> bytes:
    """A decoded body that is a gzip file still, unpacked; any other as it is.

    Sitemaps are kept so, and some servers pack what is packed already.  Raises FetchError.
    """
    if not body.startswith(_MAGIC):
        return body
    packed = Body("gzip", raw_limit, limit)
    packed.feed(body)
    return packed.finish()


class _Inflate:
    """One layer of gzip or deflate."""

    def __init__(self, name: str, limit: int) -> None:
        if name in _REFUSED:
            raise _bad(f"the encoding {name!r}, which was not asked for")
        self._gzip = name != "deflate"
        self._limit = limit
        self._taken = 0
        self._members = 0
        self._stream: zlib._Decompress | None = None
        self._begun = False  # the member at hand has given something
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise too_large(self._limit)
        while chunk and not self._over:
            stream = self._stream = self._stream or self._open(chunk)
            while True:
                piece = self._inflate(stream, chunk)
                yield piece
                chunk = stream.unconsumed_tail
                if self._over or stream.eof or (not chunk and len(piece) < _PIECE):
                    break
            if stream.eof:
                chunk = self._next_member(stream)

    def finish(self) -> None:
        if self._stream is not None and not self._over and not self._is_garbage():
            raise _bad("a compressed body that ends early")

    def _open(self, chunk: bytes) -> zlib._Decompress:
        if self._gzip:
            return zlib.decompressobj(_GZIP)
        # "deflate" means zlib, but some servers send it bare: a zlib header starts with ...1000.
        return zlib.decompressobj(_ZLIB if chunk[0] & 0x0F == 8 else _BARE)

    def _inflate(self, stream: zlib._Decompress, chunk: bytes) -> bytes:
        try:
            piece = stream.decompress(chunk, _PIECE)
        except zlib.error as error:
            if not self._is_garbage():
                raise _bad(f"a body that does not decode ({error})") from error
            self._over = True
            return b""
        self._begun = self._begun or bool(piece)
        return piece

    def _next_member(self, stream: zlib._Decompress) -> bytes:
        self._stream, self._begun = None, False
        self._members += 1
        self._over = not self._gzip
        if self._members > _MOST_MEMBERS:
            raise _bad("a body in too many parts")
        return stream.unused_data

    def _is_garbage(self) -> bool:
        """Padding after the last member, which gzip(1) and browsers pass over too."""
        return self._members > 0 and not self._begun


def too_large(limit: int) -> FetchError:
    return FetchError(FetchReason.TOO_LARGE, f"the answer is larger than {limit:,} bytes")


def _bad(what: str) -> FetchError:
    return FetchError(FetchReason.BAD_ENCODING, f"the server sent {what}")
