"""Options of the components."""

from pydantic import Field

from lmrs_plugins import Options


class Titles(Options):
    width: int = Field(default=8, ge=1, description="d of the vectors")
    shouted: bool = Field(default=False, description="whether titles are read in capitals")
