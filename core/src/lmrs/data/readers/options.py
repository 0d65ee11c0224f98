"""Options of the file formats and named sets."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from lmrs_plugins.options import Options


class FileOptions(Options):
    """Options of every format that has a header."""

    columns: dict[str, str] = Field(default_factory=dict, description="Columns of the file by role.")


class CsvOptions(FileOptions):
    """Options of delimited text."""

    separator: str = Field("", max_length=1, description="Between cells; empty: what the header uses most.")
    items: str = Field("", description="A second file, beside the first, that describes items: id column first.")


class NoOptions(Options):
    """Nothing to set."""


class MappingOptions(Options):
    """Options of a source with a mapping file, `data.yaml`."""

    folder: str = Field("", description="Where the paths of the file begin; empty: where it lies.")


class DownloadOptions(Options):
    """Options of the sets that are fetched."""

    address: str = Field(
        "",
        description="Where to fetch the archive; empty: the official address. It is kept with every run: no secrets.",
    )

    @field_validator("address")
    @classmethod
    def _no_password(cls, address: str) -> str:
        if "@" in urlsplit(address).netloc:
            raise ValueError("a user or password is in it, and recipes are kept; fetch the file and give its path")
        return address


class SyntheticOptions(Options):
    """Size and seed of the generated set."""

    users: int = Field(600, ge=10, description="Number of users.")
    items: int = Field(400, ge=20, description="Number of items.")
    seed: int = Field(0, ge=0, description="Equal seeds make equal sets.")
    impressions: int = Field(
        0, ge=0, description="How often users are shown some items, of which they click one or two."
    )

    @model_validator(mode="after")
    def _fits(self) -> SyntheticOptions:
        if self.users * self.items > 50_000_000:
            raise ValueError(f"{self.users} users times {self.items} items is more than 50 million: ask for less")
        return self
