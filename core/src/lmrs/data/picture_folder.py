"""Pictures in folders beside a data set: `images/ID.png` of items, `images_user/` of users, ids percent-encoded.

A link that leads out of its folder is as no picture: nobody can have meant it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from lmrs.data.text import read_bytes

FOLDERS = {"item": "images", "user": "images_user"}


def beside(folder: Path) -> dict[str, pa.Table]:
    """By subject a table `id`, `image`; nothing of a subject without pictures."""
    found: dict[str, pa.Table] = {}
    for subject, name in FOLDERS.items():
        place = folder / name
        files = sorted(file for file in place.glob("*.*") if file.suffix.lower() in (".png", ".jpg", ".jpeg"))
        files = [file for file in files if file.resolve().is_relative_to(place.resolve())]
        if files:
            ids = pa.array([unquote(file.stem) for file in files], pa.string())
            found[subject] = pa.table({"id": ids, "image": pa.array([read_bytes(file) for file in files], pa.binary())})
    return found
