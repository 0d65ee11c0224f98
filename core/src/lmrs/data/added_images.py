"""Pictures of items that came after training: bytes, or files of a folder or archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lmrs.data.pictures import MOST, pictures
from lmrs.data.report import Report
from lmrs_plugins import Bundle, InputError


def read_images(
    column: pa.ChunkedArray | None, place: Path | None, ids: Sequence[str], bundle: Bundle, where: str
) -> tuple[pa.Array | None, tuple[str, ...]]:
    """(items,) encoded files, `b""` for none, and notes for people.

    Parameters
    ----------
    column
        The files themselves, or their names, relative to `place`; None where files are named by the items' ids.
    place
        A folder or a zip archive.

    Raises
    ------
    InputError
        The data have no pictures of items; nobody says where files lie; a file is not there, or leads out of the place.
    """
    if column is None and place is None:
        return None, ()
    if "item" not in bundle.images:
        raise InputError(f"{where}: pictures are added, and the items of {bundle.name!r} have none")
    if column is not None and (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return _bytes(column, ids, where), ()
    if place is None:
        raise InputError(f"{where}: column 'image' names files; say in which folder they lie (--images FOLDER)")
    named = None if column is None else pa.table({"id": pa.array(ids), "image": column})
    found = pictures(place, named, "" if named is None else "image", Report("strict"))
    files = dict(zip(found.column("id").to_pylist(), found.column("image").to_pylist(), strict=True))
    if named is not None:
        for id_, name in zip(ids, named.column("image").to_pylist(), strict=True):
            if name and id_ not in files:
                raise InputError(f"{where}: item {id_!r}: there is no {name!r} in {place}")
    lack = sum(id_ not in files for id_ in ids)
    notes = (f"{place} has no picture of {lack} of the {len(ids)} added items",) if named is None and lack else ()
    return pa.array([files.get(id_, b"") for id_ in ids], pa.large_binary()), notes


def _bytes(column: pa.ChunkedArray, ids: Sequence[str], where: str) -> pa.Array:
    files = [file or b"" for file in column.to_pylist()]
    for id_, file in zip(ids, files, strict=True):
        if len(file) > MOST:
            raise InputError(
                f"{where}: the picture of {id_!r} has {len(file)} bytes, and more than {MOST} are not read"
            )
    return pa.array(files, pa.large_binary())
