"""Options of the file formats and named sets."""

from __future__ import annotations

from lmrs_plugins.options import Options
from pydantic import Field


class FileOptions(Options):
    """Options of every format that has a header."""

    columns: dict[str, str] = Field(default_factory=dict, description="Columns of the file by role.")


class CsvOptions(FileOptions):
    """Options of delimited text."""

    separator: str = Field("", max_length=1, description="Between cells; empty: what the header uses most.")
    items: str = Field("", description="A second file, beside the first, that describes items: id column first.")


class NoOptions(Options):
    """Nothing to set."""


class DownloadOptions(Options):
    """Options of the sets that are fetched."""

    address: str = Field("", description="Where to fetch the archive; empty: the official address.")


class SyntheticOptions(Options):
    """Size and seed of the generated set."""

    users: int = Field(600, ge=10, le=1_000_000, description="Number of users.")
    items: int = Field(400, ge=20, le=100_000, description="Number of items.")
    seed: int = Field(0, description="Equal seeds make equal sets.")
