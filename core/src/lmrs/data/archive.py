"""Members of a zip archive, read in memory: nothing is ever unpacked onto the disk."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from lmrs_plugins.errors import InputError


def members(path: Path, names: Iterable[str], most: int) -> dict[str, bytes]:
    """The bytes of these members, those that are there.

    Raises
    ------
    InputError
        It is no zip archive, is damaged, or a member is a link or unpacks to more than `most` bytes.
    """
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            there = set(archive.namelist())
            for name in names:
                if name not in there:
                    continue
                if stat.S_ISLNK(archive.getinfo(name).external_attr >> 16):
                    raise InputError(f"{path}: {name} is a link and no file; fetch the archive again")
                with archive.open(name) as member:
                    data = member.read(most + 1)  # what the archive says of its size need not be true
                if len(data) > most:
                    raise InputError(f"{path}: {name} unpacks to more than {most} bytes; fetch the archive again")
                found[name] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: not a whole zip archive ({error}); fetch it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from None
    return found
