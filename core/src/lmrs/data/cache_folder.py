"""Where what can be had again is kept: fetched archives, and rows that were computed."""

from __future__ import annotations

import os
from pathlib import Path

OFF = "off"


def cache_folder() -> Path:
    """`LMRS_CACHE`, or `~/.cache/lmrs`, also where `LMRS_CACHE` is `off`: an archive has to lie somewhere."""
    said = os.environ.get("LMRS_CACHE", "")
    return Path.home() / ".cache" / "lmrs" if said in ("", OFF) else Path(said).expanduser()


def rows_folder() -> Path | None:
    """Where computed rows are kept; None where `LMRS_CACHE` is `off`."""
    return None if os.environ.get("LMRS_CACHE") == OFF else cache_folder() / "rows"
