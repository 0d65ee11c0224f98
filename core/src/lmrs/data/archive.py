"""Members of a zip archive, read in memory: nothing is ever unpacked onto the disk."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lmrs_plugins.errors import InputError


def names(path: Path) -> list[str]:
    """Names of all members that are no folders, in order.

    Raises
    ------
    InputError
        It is no zip archive, or is damaged.
    """
    with _opened(path) as archive:
        return sorted({one.filename for one in archive.infolist() if not one.is_dir()})


def members(path: Path, wanted: Iterable[str], most: int, altogether: int | None = None) -> dict[str, bytes]:
    """The bytes of these members, those that are there.

    Raises
    ------
    InputError
        It is no zip archive, is damaged, a member is a link or unpacks to more than `most` bytes, or they unpack to
        more than that `altogether`.
    """
    found: dict[str, bytes] = {}
    total = 0
    with _opened(path) as archive:
        there = set(archive.namelist())
        for name in wanted:
            if name not in there:
                continue
            if stat.S_ISLNK(archive.getinfo(name).external_attr >> 16):
                raise InputError(f"{path}: {name} is a link and no file; fetch the archive again")
            with archive.open(name) as member:
                data = member.read(most + 1)  # what the archive says of its size need not be true
            if len(data) > most:
                raise InputError(f"{path}: {name} unpacks to more than {most} bytes; fetch the archive again")
            total += len(data)
            if altogether is not None and total > altogether:
                raise InputError(f"{path}: unpacks to more than {altogether} bytes; unpack it yourself")
            found[name] = data
    return found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: not a whole zip archive ({error}); fetch it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from None
