"""Options of the plugin's components."""

from pydantic import Field

from lmrs_plugins import Options


class HashedTitle(Options):
    """Options of `hashed-title`."""

    width: int = Field(default=64, ge=1, description="d of the vectors")
    buckets: int = Field(default=2048, ge=2, description="how many vectors the words share")
