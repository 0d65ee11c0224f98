"""Pictures of items beside a data set: files of a folder or members of a zip archive, named by id or by a column.

They are read as they are, into memory, and decoded by whoever wants to see them. Nothing is unpacked onto the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from lmrs.data.archive import members, names
from lmrs.data.report import Report
from lmrs_plugins.errors import InputError

ENDS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
MOST = 1 << 26
"""Bytes of one file."""
_SWELL = 20
"""Times its own size that an archive may unpack to: pictures are compressed already."""
_ARROW = (1 << 31) - 1
"""Bytes that an Arrow array with small offsets holds."""


def pictures(place: Path, items: pa.Table | None, column: str, report: Report) -> pa.Table:
    """A table `id`, `image` of what a folder or archive has.

    Parameters
    ----------
    place
        A folder, or a file that ends in `.zip`.
    items
        The table of items, with `id`.
    column
        Its column with the file of each item, relative to `place`. Empty: files are named `ID.jpg`, percent-encoded
        where an id is no name of a file; folders inside do not matter.

    Raises
    ------
    InputError
        There is no such place or column, the archive is damaged, a file is larger than `MOST` or all of an archive
        many times larger than itself; under policy `strict` also: a file's name leads out of the place.
    """
    archive = place.suffix.lower() == ".zip" and place.is_file()
    if not archive and not place.is_dir():
        raise InputError(f"data.images: {place} is no folder and no .zip archive; check the path")
    inside = names(place) if archive else _files(place)
    wanted = _by_column(place, items, column, report) if column else _by_id(place, inside, report)
    there = {file for file in inside if _leads_out(file) is None}
    wanted = {id_: file for id_, file in wanted.items() if file in there}
    if archive:
        most = max(MOST, _SWELL * place.stat().st_size)
        found: Mapping[str, bytes] = members(place, dict.fromkeys(wanted.values()), MOST, most)
    else:
        found = {file: data for file in dict.fromkeys(wanted.values()) if (data := _read(place, file)) is not None}
    rows = {id_: found[file] for id_, file in wanted.items() if file in found}
    large = sum(map(len, rows.values())) > _ARROW
    image = pa.array(list(rows.values()), pa.large_binary() if large else pa.binary())
    return pa.table({"id": pa.array(list(rows), pa.string()), "image": image})


def _by_id(place: Path, inside: Sequence[str], report: Report) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in inside:
        path = PurePosixPath(file)
        if path.suffix.lower() not in ENDS:
            continue
        why = _leads_out(file)
        if why is None and (other := found.setdefault(unquote(path.stem), file)) != file:
            why = f"{file!r} is of the same item as {other!r}"
        if why is not None:
            report.whole(str(place), 0, why, "left out", "take it out of there")
    return found


def _by_column(place: Path, items: pa.Table | None, column: str, report: Report) -> dict[str, str]:
    if items is None or column not in items.column_names:
        has = ", ".join(items.column_names) if items is not None else "nothing"
        raise InputError(f"data.image_column: items have no {column!r}; they have {has}")
    said = items.column(column).cast(pa.string()).to_pylist()
    whys = [None if not file else _leads_out(file) for file in said]
    bad = np.array([row for row, why in enumerate(whys) if why is not None], dtype=np.int64)
    report.rows(f"column {column} of items", bad + 1, lambda i: str(whys[bad[i]]), "left out")
    return {
        id_: str(PurePosixPath(file))
        for id_, file, why in zip(items.column("id").cast(pa.string()).to_pylist(), said, whys, strict=True)
        if file and why is None
    }


def _leads_out(file: str) -> str | None:
    """Why a name is refused; None where it stays inside."""
    plain = file.replace("\\", "/")
    path = PurePosixPath(plain)
    if path.is_absolute() or ".." in path.parts or (len(plain) > 1 and plain[1] == ":") or "\0" in plain:
        return f"{file!r} leads out of the folder of pictures"
    return None


def _files(place: Path) -> list[str]:
    return sorted(str(PurePosixPath(*one.relative_to(place).parts)) for one in place.rglob("*") if one.is_file())


def _read(place: Path, file: str) -> bytes | None:
    """The bytes of a file; None where a link leads out of the place, which nobody can have meant."""
    path = (place / file).resolve()
    if not path.is_relative_to(place.resolve()) or not path.is_file():
        return None
    try:
        size = path.stat().st_size
        if size > MOST:
            raise InputError(f"{path}: {size} bytes, and more than {MOST} are not read as a picture; take it out")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from None
