"""What stands in `data.yaml`."""

from __future__ import annotations

from pydantic import Field, model_validator

from lmrs_plugins.options import Options

NOTHING = "_"
"""The name of a column that is not read."""


class File(Options):
    """One table of text, gzipped or not: cells between separators, or JSON, an object a line (`.jsonl`)."""

    file: str = Field(description="Path within the folder.")
    columns: list[str] | dict[str, str] = Field(
        default={},
        description="A list names the columns of a file without a header, `_` what is not read. A mapping gives our "
        "name the file's: `{user: uid}`; within JSON `{description: about.plot}`.",
    )
    separator: str = Field(
        default="", max_length=2, description="Between cells; empty: the first of tab, `::`, `,`, `;`, `|`, blank."
    )
    encoding: str = Field(default="utf-8", pattern="^(utf-8|latin-1)$", description="utf-8 or latin-1.")
    lists: dict[str, str] = Field(default={}, description="Columns of several words to what stands between the words.")
    numbers: list[str] = Field(default=[], description="Columns of numbers.")

    @model_validator(mode="after")
    def _once(self) -> File:
        names = [name for name in self.columns if name != NOTHING]
        if len(set(names)) < len(names):
            raise ValueError("one name stands for two columns")
        return self


class Edges(File):
    """A graph: `head` and `tail`, and `relation` where there are several."""

    ends: tuple[str, str] = Field(
        default=("entity", "entity"), description="What its heads and its tails are: user, item or entity."
    )
    relation: str = Field(default="related", description="The relation of all edges of a file without such a column.")
    relations: list[str] = Field(default=[], description="The relations that there may be; empty: any.")


class Pictures(Options):
    """Pictures of items."""

    file: str = Field(description="A folder, or a .zip archive, with ID.jpg.")
    column: str = Field(default="", description="Column of items with the file of each, in place of ID.jpg.")


class Folder(Options):
    """The whole of `data.yaml`."""

    name: str = Field(default="", description="Of the data set; the folder's if not given.")
    base: str = Field(
        default="", description="A file or folder of a known format, with all that it has; what else is said is added."
    )
    events: File | None = Field(default=None, description="`user` and `item`, also `timestamp`, `rating` and others.")
    items: File | None = Field(default=None, description="What is said of items: `id` and others.")
    users: File | None = Field(default=None, description="What is said of users: `id` and others.")
    graphs: dict[str, Edges] = Field(default={}, description="Graphs by name.")
    links: dict[str, File] = Field(default={}, description="Subject to a file of `id` and `entity`.")
    images: Pictures | None = Field(default=None, description="Pictures of items.")

    @model_validator(mode="after")
    def _one_source(self) -> Folder:
        if bool(self.base) == (self.events is not None):
            raise ValueError("says where the events are once: give `events` or `base`")
        return self
