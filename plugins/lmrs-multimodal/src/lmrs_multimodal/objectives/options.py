"""Options of the objectives; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class ImageText(Options):
    """Options of `image-text`."""

    temperature: float = Field(default=0.07, gt=0, description="what it starts at")
    learned: bool = Field(default=True, description="the temperature is learnt, and is never below 0.01")
    project: bool = Field(
        default=False,
        description="pictures meet texts through a linear map that leaves with the stage, and may be of another width",
    )


class MaskedMultimodal(Options):
    """Options of `masked-multimodal`."""

    vocabulary: int = Field(default=49408, ge=2, description="numbers that a token may have; CLIP's own tokenizer's")
