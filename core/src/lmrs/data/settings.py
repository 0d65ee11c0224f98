"""The `data:` section of a recipe."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from lmrs_plugins.dataset import Policy
from lmrs_plugins.options import Options


class LeaveOneOut(Options):
    """Each user's last event is the test case, the one before it the validation case."""

    by: Literal["leave-one-out"] = "leave-one-out"


class _Shares(Options):
    valid: float = Field(0.1, ge=0, lt=1, description="Share for validation.")
    test: float = Field(0.1, gt=0, lt=1, description="Share for the test.")

    @model_validator(mode="after")
    def _leave_some(self) -> _Shares:
        if self.valid + self.test >= 1:
            raise ValueError(f"valid {self.valid} and test {self.test} leave nothing to train on")
        return self


class Temporal(_Shares):
    """Everything after a moment is validation, everything after a later one the test, over all users."""

    by: Literal["temporal"] = "temporal"


class Users(_Shares):
    """Whole users are held out: their last event is the case, the rest is context that nothing trains on."""

    by: Literal["users"] = "users"
    seed: int = Field(0, description="Which users are held out.")


class Windows(Options):
    """Time windows over all users: what is trained on some is asked about the next, where users are valid or test."""

    by: Literal["windows"] = "windows"
    count: int | None = Field(None, ge=2, description="Windows, each with as many events as any other.")
    seconds: float | None = Field(None, gt=0, description="Length of a window, in place of their count.")
    valid: float = Field(
        0.5, ge=0, lt=1, description="Share of a window's users for validation; the others are tested."
    )
    seed: int = Field(0, description="Which users they are, in each window.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Windows:
        if (self.count is None) == (self.seconds is None):
            raise ValueError("windows have a count or a length in seconds: say one of count and seconds")
        return self


class Impressions(_Shares):
    """What was shown is held out: as the files say, otherwise the latest; events follow. The shares are of impressions,
    where the files do not say which are for validation or the test.
    """

    by: Literal["impressions"] = "impressions"


class Column(Options):
    """A column of the events says what each is for: train, valid, test, or context, which nothing trains on."""

    by: Literal["column"] = "column"
    column: str = Field("part", min_length=1, description="The column.")


SplitSettings = Annotated[LeaveOneOut | Temporal | Users | Windows | Impressions | Column, Field(discriminator="by")]


class SourceSettings(Options):
    """One of several sources. What it does not say of itself, the section says for all of them."""

    source: str = Field(description="Name of a data set, or a path to a file or folder.")
    name: str = Field(default="", description="What its ids begin with, `NAME:`; the data set's own name if not given.")
    format: str | None = Field(default=None, description="Format of a path.")
    columns: dict[str, str] | None = Field(default=None, description="Columns by role.")
    options: dict[str, Any] | None = Field(default=None, description="Further options of the data set or format.")
    images: str | None = Field(default=None, description="Pictures of items: a folder or a .zip archive.")
    image_column: str | None = Field(default=None, description="Column of items with the file of each picture.")


def _short(value: Any) -> Any:
    return {"source": value} if isinstance(value, str) else value


_Several = Annotated[list[Annotated[SourceSettings, BeforeValidator(_short)]], Field(min_length=1)]


class DataSettings(Options):
    """Where the data come from, what is kept of them and how they are split."""

    source: Annotated[
        Annotated[str, Tag("<one>")] | Annotated[_Several, Tag("<several>")],
        Discriminator(lambda value: "<several>" if isinstance(value, list | tuple) else "<one>"),
    ] = Field(
        description="Name of a data set (`ml-100k`, `synthetic`), or a path to a file or folder (`./ml-100k`); or a "
        "list of them, or of `{source, name, format, columns, options}`: several domains as one data set."
    )
    format: str = Field(
        "auto", description="Format of a path (`atomic`, `csv`); `auto` looks at names and first bytes."
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Columns by role: `user`, `item`, `timestamp`, `rating`, or a name of your own.",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Further options of the data set or format, such as `users` of `synthetic`."
    )
    images: str = Field(
        "",
        description="Pictures of items: a folder or a .zip archive with `ID.jpg`; empty: `images.zip` of the source.",
    )
    image_column: str = Field("", description="Column of items with the file of each picture, in place of `ID.jpg`.")
    drop: list[str] = Field(
        default_factory=list, description="Contents to leave out: `user.age`, `interaction.rating`, `graph.social`."
    )
    policy: Policy = Field("strict", description="What to do with rows that cannot be read: stop, leave out, mend.")
    min_rating: float | None = Field(None, description="Keep only events rated at least this.")
    max_users: int | None = Field(None, ge=1, description="Keep only the first so many users of the file.")
    min_user: int = Field(0, ge=0, description="Keep users with at least so many events (k-core, with `min_item`).")
    min_item: int = Field(0, ge=0, description="Keep items with at least so many events.")
    keep_unseen_items: bool = Field(False, description="Keep items that have a description but no event.")
    split: SplitSettings = Field(default_factory=LeaveOneOut, description="How events are held out.")

    @model_validator(mode="before")
    @classmethod
    def _default_split(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("split"), dict) and "by" not in values["split"]:
            return {**values, "split": {"by": "leave-one-out", **values["split"]}}
        return values

    def sources(self) -> list[SourceSettings]:
        """Every source with all that is said of it."""
        each = [SourceSettings(source=self.source)] if isinstance(self.source, str) else self.source
        return [
            one.model_copy(
                update={
                    key: getattr(self, key)
                    for key in ("format", "columns", "options", "images", "image_column")
                    if getattr(one, key) is None
                }
            )
            for one in each
        ]

    @property
    def several(self) -> bool:
        """Whether a list of sources is named, each of them a domain."""
        return not isinstance(self.source, str)
