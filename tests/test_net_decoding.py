"""Bodies, honest and hostile."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchReason
from monitor.net.decoding import Body

gzipped = partial(gzip.compress, mtime=0)  # the same bytes at any time

MEGABYTE = 1_000_000
TEXT = b"<rss>" + b"news " * 5000 + b"</rss>"


def bare(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


def read(encodings: str, chunks: Iterable[bytes], limit: int = MEGABYTE) -> bytes:
    body = Body(encodings, MEGABYTE, limit)
    for chunk in chunks:
        body.feed(chunk)
    return body.finish()


def why(encodings: str, chunks: Iterable[bytes]) -> FetchReason:
    with pytest.raises(FetchError) as caught:
        read(encodings, chunks)
    return caught.value.reason


WHOLE = {
    "identity": ("", TEXT),
    "named-identity": ("identity", TEXT),
    "a-charset": ("UTF-8", TEXT),
    "no-encoding": ("none, binary", TEXT),
    "a-charset-and-gzip": ("8bit, utf-8, gzip", gzipped(TEXT)),
    "gzip": ("gzip", gzipped(TEXT)),
    "x-gzip": (" X-GZip ", gzipped(TEXT)),
    "zlib": ("deflate", zlib.compress(TEXT)),
    "bare-deflate": ("deflate", bare(TEXT)),
    "stored-deflate": ("deflate", zlib.compress(TEXT, 0)),
    "two-layers": ("deflate, gzip", gzipped(zlib.compress(TEXT))),
    "two-members": ("gzip", gzipped(TEXT[:100]) + gzipped(TEXT[100:])),
    "padding": ("gzip", gzipped(TEXT) + b"\0" * 300),
    "garbage": ("gzip", gzipped(TEXT) + b"<!-- cached -->"),
    "half-a-header": ("gzip", gzipped(TEXT) + b"\x1f\x8b\x08"),
    "after-deflate": ("deflate", zlib.compress(TEXT) + b"more"),
}


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("encodings", "raw"), WHOLE.values(), ids=WHOLE)
def test_a_body_is_whole_however_it_is_cut(encodings: str, raw: bytes, size: int) -> None:
    """Every accepted encoding comes out whole from pieces of any size."""
    assert read(encodings, (raw[i : i + size] for i in range(0, len(raw), size))) == TEXT


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_come_back(content: bytes, size: int) -> None:
    """Compressed and decoded is the same again."""
    raw = gzipped(content)
    assert read("gzip", [raw[i : i + size] for i in range(0, len(raw), size)]) == content


@given(st.sampled_from(["gzip", "deflate", "gzip, deflate"]), st.lists(st.binary(max_size=80)))
def test_any_bytes_are_decoded_or_refused(encodings: str, chunks: list[bytes]) -> None:
    """Noise never raises anything but FetchError."""
    end: FetchReason | None = None
    try:
        read(encodings, chunks)
    except FetchError as error:
        end = error.reason
    assert end in (None, FetchReason.BAD_ENCODING)


def test_an_empty_body_is_empty_in_any_encoding() -> None:
    """A 304 or HEAD that names an encoding has no body to decode."""
    assert read("gzip", []) == b""


@pytest.mark.parametrize(
    ("encodings", "raw"),
    [
        ("gzip", TEXT),
        ("gzip", gzipped(TEXT)[:-9]),
        ("gzip", gzipped(TEXT)[:10]),
        ("gzip", gzipped(TEXT)[:-8] + b"\0" * 8),
        ("gzip", gzipped(TEXT) + gzipped(TEXT)[:50]),
        ("deflate", zlib.compress(TEXT)[:-3]),
        ("br", b"\x0b\x02\x80"),
        ("zstd", b""),
        ("dcz", TEXT),
        ("dcb", TEXT),
        ("compress", TEXT),
        ("gzip, gzip, gzip", gzipped(gzipped(gzipped(TEXT)))),
        ("gzip", gzipped(b"") * 2000),
    ],
)
def test_broken_and_unasked_encodings_are_refused(encodings: str, raw: bytes) -> None:
    """Cut off, damaged, nested too deep, in thousands of parts, or never asked for."""
    assert why(encodings, [raw]) is FetchReason.BAD_ENCODING


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_stops_at_the_limit(layers: int) -> None:
    """A bomb is too large, and memory stays at the limit and a little."""
    bomb = b"\0" * 64 * MEGABYTE
    for _ in range(layers):
        bomb = gzipped(bomb)
    tracemalloc.start()
    try:
        assert why(", ".join(["gzip"] * layers), [bomb]) is FetchReason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_long_raw_body_stops_at_the_raw_limit() -> None:
    """What comes over the wire is counted as well, however little comes out of it."""
    assert why("", [b"x" * 600_000] * 2) is FetchReason.TOO_LARGE
    assert why("gzip", [gzipped(TEXT), *[b"\0" * 600_000] * 2]) is FetchReason.TOO_LARGE


def test_the_raw_limit_holds_between_two_layers() -> None:
    """A small body that unfolds to a long compressed one is too large, though little is in it."""
    inner = gzipped(TEXT) + b"\0" * 64 * MEGABYTE
    assert why("gzip, gzip", [gzipped(inner)]) is FetchReason.TOO_LARGE


def test_a_cut_body_ends_at_its_limit() -> None:
    """With `cut` the first bytes are the answer and no more are wanted."""
    body = Body("gzip", MEGABYTE, 100, cut=True)
    assert not body.feed(gzipped(TEXT)[:-5])
    assert body.finish() == TEXT[:100]


@pytest.mark.real
def test_the_collected_bombs(real_data: Path) -> None:
    """Each file of the collection comes to its known end."""
    ends: dict[str, tuple[str, FetchReason | None]] = {
        "bad_crc.gz": ("gzip", FetchReason.BAD_ENCODING),
        "brotli_256MiB.br": ("br", FetchReason.BAD_ENCODING),
        "deflate_64MiB.zz": ("deflate", FetchReason.TOO_LARGE),
        "gzip_64MiB.gz": ("gzip", FetchReason.TOO_LARGE),
        "gzip_of_gzip_64MiB.gz.gz": ("gzip, gzip", FetchReason.TOO_LARGE),
        "header_only.gz": ("gzip", FetchReason.BAD_ENCODING),
        "multi_member.gz": ("gzip", None),
        "not_gzip.gz": ("gzip", FetchReason.BAD_ENCODING),
        "trailing_garbage.gz": ("gzip", None),
        "truncated.gz": ("gzip", FetchReason.BAD_ENCODING),
    }
    for name, (encodings, end) in ends.items():
        raw = (real_data / "hostile/bombs" / name).read_bytes()
        if end is None:
            assert read(encodings, [raw]), name
        else:
            assert why(encodings, [raw]) is end, name
