"""Fetch a file once: resumed where it broke off, checked, and only then given its name."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lmrs_plugins.errors import InputError

_TIMEOUT = 30
_TRIES = 3


def fetch(address: str, sha256: str, size: int, target: Path) -> Path:
    """The file at `target`, fetched unless it is there whole.

    What came before an interruption is kept as `NAME.part` and gone on with. A file that is there but damaged is
    fetched again. Two processes that want one file take turns.

    Parameters
    ----------
    size
        Most bytes that it may have.

    Raises
    ------
    InputError
        The address cannot be reached, what it gives is not what was asked for, or the cache cannot be written.
    """
    if sound(target, sha256):
        return target
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _turn(target.with_name(target.name + ".lock")):
            if sound(target, sha256):
                return target
            resumed = part.exists()
            _fetch_part(address, part, size)
            if resumed and not sound(part, sha256):  # what was kept from last time was no good: from the start
                part.unlink()
                _fetch_part(address, part, size)
            if not sound(part, sha256):
                part.unlink()
                raise InputError(
                    f"{shown(address)}: what came is not the file that was asked for (sha256 differs); try again later"
                )
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise InputError(
            f"{target}: cannot be written ({error.strerror or error}); set LMRS_CACHE to another folder"
        ) from None
    return target


def shown(address: str) -> str:
    """An address for people: without its query, which may hold a key."""
    plain, query, _ = address.partition("?")
    return f"{plain}?…" if query else plain


def sound(path: Path, sha256: str) -> bool:
    """Whether a file is there, and is the one of this sha256."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch_part(address: str, part: Path, size: int) -> None:
    """Go on with `part` until the server has no more to give."""
    for attempt in range(_TRIES):
        try:
            _go_on(address, part, size)
            return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:  # nothing is left to fetch
                return
            raise InputError(
                f"{shown(address)}: the server says {error.code} {error.reason}; {_offline(part)}"
            ) from None
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as error:
            if attempt + 1 == _TRIES:
                reason, query = str(getattr(error, "reason", error)), address.partition("?")[2]
                reason = reason.replace(query, "…") if query else reason
                raise InputError(f"{shown(address)}: cannot be fetched ({reason}); {_offline(part)}") from None


def _go_on(address: str, part: Path, size: int) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        resumed = answer.status == 206
        expected = answer.headers.get("Content-Length")
        with part.open("ab" if resumed else "wb") as file:
            got = _copy(answer, file, size - (have if resumed else 0), address)
    if expected is not None and got < int(expected):
        raise ConnectionError(f"broke off after {got} of {expected} bytes")


def _copy(answer: IO[bytes], file: IO[bytes], room: int, address: str) -> int:
    got = 0
    while block := answer.read(1 << 16):
        got += len(block)
        if got > room:
            raise InputError(f"{shown(address)}: more bytes come than the file has; check the address")
        file.write(block)
    return got


def _offline(part: Path) -> str:
    kept = f"; {part.stat().st_size} bytes are kept and gone on with next time" if part.exists() else ""
    free = shutil.disk_usage(part.parent).free
    room = "; the disk is full" if free < 1 << 20 else ""
    return f"check the network, or give the path of a copy with --data{kept}{room}"
