"""Options of the commands; no torch here."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from lmrs_plugins import Options

SUBJECTS = ("item", "user", "entity")


class Show(Options):
    """Options of `show`."""

    data: str = Field(description="a file, a folder or the name of a data set")
    item: str | None = Field(default=None, description="id of the item to look around")
    user: str | None = Field(default=None, description="id of the user to look around")
    entity: str | None = Field(default=None, description="id of the entity to look around")
    to: str | None = Field(
        default=None, description="id of another node, or user:ID, item:ID, entity:ID: the paths there"
    )
    hops: int | None = Field(
        default=None, ge=1, description="steps to go; 1 if not given, and with --to those of the shortest path"
    )
    graph: list[str] = Field(
        default_factory=list,
        description="a graph to look at: knowledge, social, or events for what users chose; may be repeated; all of "
        "them if not given",
    )
    most: int = Field(default=60, ge=2, le=400, description="most nodes of a neighbourhood")
    paths: int = Field(default=10, ge=1, le=100, description="most paths, with --to; short ones first")
    out: Path | None = Field(default=None, description="draw it: a file that ends in .svg or .png")
    set: list[str] = Field(
        default_factory=list, description="KEY=VALUE, a key of the recipe's `data`: min_user=5; may be repeated"
    )

    @model_validator(mode="after")
    def _one_start(self) -> Show:
        given = [one for one in SUBJECTS if getattr(self, one) is not None]
        if len(given) != 1:
            raise ValueError("say one of --item ID, --user ID and --entity ID" + (", not both" if given else ""))
        if self.out is not None and self.out.suffix.lower() not in (".svg", ".png"):
            raise ValueError(f"--out {self.out}: drawings are .svg or .png")
        return self

    @property
    def start(self) -> tuple[str, str]:
        """Subject and id of the node to look around."""
        subject = next(one for one in SUBJECTS if getattr(self, one) is not None)
        return subject, str(getattr(self, subject))
