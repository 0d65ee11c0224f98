"""The seal of a folder: every file with its size and sha256."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

from lmrs.runs.errors import CorruptError

NAME = "manifest.json"
FORMAT = 1
# Left by file managers that somebody looked at the folder with; never read by us.
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path) -> bytes:
    """The manifest of the files now in `folder`, as the bytes to store under `NAME`."""
    files = {
        name: {"size": path.stat().st_size, "sha256": sha256(path)}
        for name, path in sorted(_files(folder).items())
        if name != NAME
    }
    body = {"format": FORMAT, "files": files}
    return (json.dumps({**body, "digest": _digest(body)}, indent=1, sort_keys=True) + "\n").encode()


def verify(folder: Path) -> None:
    """Compare every file of `folder` with its manifest.

    Raises
    ------
    CorruptError
        Names the file and the cause: missing, unlisted, another size, another sha256, a link that leads outside.
    """
    if not folder.is_dir():
        raise CorruptError(f"{folder}: no such folder")
    try:
        _compare(folder)
    except OSError as error:
        raise CorruptError(f"{error.filename or folder}: cannot be read ({error.strerror})") from error


def _compare(folder: Path) -> None:
    found = _files(folder)
    listed = _read(folder)
    for name in sorted(found.keys() - listed.keys() - {NAME}):
        if Path(name).name not in _DROPPINGS:
            raise CorruptError(f"{folder / name}: not in {NAME}; remove it if you put it there")
    for name in sorted(listed):
        if name not in found:
            raise CorruptError(f"{folder / name}: missing")
    for name, facts in sorted(listed.items()):
        size = found[name].stat().st_size
        if size != facts["size"]:
            raise CorruptError(f"{folder / name}: {size} bytes where {facts['size']} were written")
        if sha256(found[name]) != facts["sha256"]:
            raise CorruptError(f"{folder / name}: sha256 differs from {NAME}; it was changed after it was written")


def _digest(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _read(folder: Path) -> dict[str, dict[str, object]]:
    """The files that the manifest lists, by name."""
    path = folder / NAME
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CorruptError(f"{path}: missing; the folder was not written to its end") from None
    except (ValueError, RecursionError):
        raise CorruptError(f"{path}: no JSON") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise CorruptError(f"{path}: no list of files")
    digest = manifest.pop("digest", None)
    if digest != _digest(manifest):
        raise CorruptError(f"{path}: changed after it was written")
    if manifest.get("format") != FORMAT:
        raise CorruptError(f"{path}: format {manifest.get('format')}, this version reads {FORMAT}; update lmrs")
    files: dict[str, dict[str, object]] = manifest["files"]
    for name, facts in files.items():
        if not isinstance(facts, dict) or not {"size", "sha256"} <= facts.keys():
            raise CorruptError(f"{path}: no size or sha256 for {name}")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise CorruptError(f"{path}: {name} lies outside the folder")
    return files


def _files(folder: Path) -> dict[str, Path]:
    """Files below `folder`, by their name relative to it; links that leave it and special files are refused."""
    home = folder.resolve()
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                raise CorruptError(f"{path}: a link that leads outside the folder")
            if path.is_symlink() and not path.exists():
                raise CorruptError(f"{path}: a link to nothing")
        for name in files:
            path = Path(parent, name)
            if not stat.S_ISREG(path.stat().st_mode):
                raise CorruptError(f"{path}: not a regular file")
            found[path.relative_to(folder).as_posix()] = path
    return found
