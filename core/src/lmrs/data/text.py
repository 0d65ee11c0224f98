"""From a file to clean UTF-8 lines."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa

from lmrs.data.report import Report
from lmrs_plugins.errors import InputError

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SWELL = 200
"""Times its own size that a compressed file may swell to: tables of events do not reach 50."""
_SMALL = 1 << 26
"""Bytes that any compressed file may swell to."""


def plain_name(path: Path) -> str:
    """The name without `.gz`."""
    return path.name.removesuffix(".gz")


def read_bytes(path: Path) -> bytes:
    """The whole file, decompressed where its name ends in `.gz`."""
    try:
        data = path.read_bytes()
        return _decompressed(data, path) if path.name.endswith(".gz") else data
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: not a whole gzip file ({error}); fetch or compress it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from None


def _decompressed(data: bytes, path: Path) -> bytes:
    most = max(_SMALL, _SWELL * len(data))
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while block := file.read(1 << 22):
            if out.tell() + len(block) > most:
                raise InputError(
                    f"{path}: more than {_SWELL} times its {len(data)} bytes come out of it; if it is meant so, "
                    "decompress it yourself"
                )
            out.write(block)
    return out.getvalue()


def first_bytes(path: Path, size: int = 4096) -> bytes:
    """The first bytes, decompressed; fewer, or none, where the file is short, damaged or unreadable."""
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            return bytes(file.read(size))
    except (OSError, EOFError, zlib.error):
        return b""


def clean(data: bytes, file: str, report: Report) -> bytes:
    """UTF-8 without byte-order mark, every line ended by a bare newline.

    The number of lines is kept: a line that is left out becomes an empty one, so line numbers stay true. Lines that are
    not UTF-8 are bad rows; `coerce` reads them as Latin-1.
    """
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
    elif data.startswith(_UTF16):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise InputError(f"{file}: begins as UTF-16 but is not; save it as UTF-8") from None
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data if is_utf8(data) else _mend(data, file, report)


def is_utf8(data: bytes) -> bool:
    """Checked by Arrow, without making a Python string of it."""
    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(data)]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _mend(data: bytes, file: str, report: Report) -> bytes:
    lines = data.split(b"\n")
    bad: list[int] = []
    for number, line in enumerate(lines):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            bad.append(number)
    words = [f"byte 0x{_first_bad(lines[number]):02x} is not UTF-8" for number in bad]
    done = "read as Latin-1" if report.coerces else "left out"
    report.rows(file, np.array(bad, dtype=np.int64) + 1, lambda i: words[i], done)
    for number in bad:
        lines[number] = lines[number].decode("latin-1").encode() if report.coerces else b""
    return b"\n".join(lines)


def _first_bad(line: bytes) -> int:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return line[error.start]
    return 0
