"""Writing so that a reader sees the whole of it or nothing, whenever the process dies.

A folder is written beside its target under a temporary name, every file is forced to disk, sealed by a manifest, and
renamed into place; the rename is forced to disk as well. One process writes a target at a time: the run's lock sees
to it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lmrs.runs import manifest
from lmrs.runs.errors import CorruptError as CorruptError
from lmrs.runs.manifest import verify as verify
from lmrs_plugins.errors import InputError

_TEMPORARY = ".tmp-"
_ASIDE = ".old-"
_CURES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder with --out",
    errno.EDQUOT: "your disk quota is used up; free some space or choose another folder with --out",
    errno.EROFS: "the file system is read-only; choose another folder with --out",
    errno.EACCES: "no permission to write; choose another folder with --out",
    errno.EPERM: "no permission to write; choose another folder with --out",
    errno.EFBIG: "the file is larger than this system allows; choose another folder with --out",
    errno.ENOTDIR: "part of this path is a file; choose another folder with --out",
    errno.ENAMETOOLONG: "the name is too long; choose another folder with --out",
    errno.EIO: "the disk reports an error; choose another folder with --out",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into an `InputError` that says what to do about `path`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _CURES:
            raise
        raise InputError(f"cannot write {path}: {_CURES[error.errno]}") from error


def write_folder(target: Path, write: Callable[[Path], None]) -> None:
    """Make the folder `target` from what `write(folder)` puts into a temporary one; a folder of that name is replaced.

    Raises
    ------
    InputError
        The disk is full or may not be written; nothing is left behind, and an earlier `target` stands as it was.
    """
    with explained(target):
        make_folder(target.parent)
        sweep(target.parent, target.name)
        if target.exists() and not target.is_dir():
            raise InputError(f"cannot write {target}: it is a file; choose another folder with --out")
        folder = target.parent / f"{_TEMPORARY}{target.name}"
        try:
            folder.mkdir()
            write(folder)
            (folder / manifest.NAME).write_bytes(manifest.seal(folder))
            _force_all(folder)
            _put(folder, target)
        except BaseException:
            # A failed clean-up must not hide why the writing failed.
            with suppress(OSError):
                sweep(target.parent, target.name)
            raise


def write_file(path: Path, data: bytes) -> None:
    """Write one file, or leave an earlier one of that name as it was.

    Raises
    ------
    InputError
        The disk is full or may not be written.
    """
    with explained(path):
        make_folder(path.parent)
        temporary = path.parent / f"{_TEMPORARY}{path.name}"
        try:
            temporary.write_bytes(data)
            force(temporary)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        force(path.parent)


def make_folder(path: Path) -> None:
    """An empty folder and those above it, where there is none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None


def remove_folder(target: Path) -> None:
    """Remove a folder: under its name it is whole or gone, never in between."""
    with explained(target):
        doomed = target.parent / f"{_TEMPORARY}{target.name}"
        os.replace(target, doomed)
        shutil.rmtree(doomed)


def sweep(parent: Path, name: str | None = None) -> None:
    """Remove what a killed writer of `name` (or of anything) left in `parent`; put back what it had moved aside."""
    if not parent.is_dir():
        return
    for path in sorted(parent.iterdir()):
        if path.name.startswith(_TEMPORARY) and name in (None, path.name.removeprefix(_TEMPORARY)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(parent.iterdir()):
        if path.name.startswith(_ASIDE) and name in (None, path.name.removeprefix(_ASIDE)):
            place = parent / path.name.removeprefix(_ASIDE)
            if not place.exists():
                os.replace(path, place)
            else:
                # Renamed first: half removed under its own name, it might be put back by the next sweep.
                doomed = parent / f"{_TEMPORARY}{place.name}"
                os.replace(path, doomed)
                shutil.rmtree(doomed)


def force(path: Path) -> None:
    """fsync a file, or a folder where the system can."""
    if path.is_dir():
        if os.name == "nt":
            return
        descriptor = os.open(path, os.O_RDONLY)
    else:
        descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _force_all(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            force(Path(parent, name))
        force(Path(parent))


def _put(folder: Path, target: Path) -> None:
    """Rename `folder` to `target`. A full folder cannot be renamed over, so it is moved aside first."""
    aside = target.parent / f"{_ASIDE}{target.name}"
    if target.exists():
        os.replace(target, aside)
    os.replace(folder, target)
    force(target.parent)
    if aside.exists():
        sweep(target.parent, target.name)
