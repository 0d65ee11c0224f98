"""What components say of a CLIP model; no torch here."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from lmrs_plugins import Options

Subject = Literal["item", "user"]
MODEL = (
    "an architecture that open_clip knows, a folder with open_clip_config.json, or an architecture written out: "
    "{embed_dim, vision_cfg, text_cfg}"
)


class OfClip(Options):
    """A model with a tower for pictures and one for texts."""

    model: str | dict[str, Any] = Field(default="ViT-B-32", description=MODEL)
    weights: str = Field(
        default="random",
        description="random, pretrained (open_clip_model.safetensors of the folder), or a file of safetensors; pickles "
        "are refused, and nothing is fetched",
    )
