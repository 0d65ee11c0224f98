"""Options of the encoders; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options
from lmrs_text.options import OfModel, OfTexts

Weights = Literal["pretrained", "random"]
_WEIGHTS = "those of the model, or random ones in its shape: then config.json and tokenizer.json are enough"
_LAYERS = "layers that are kept, counted from the input; 0: all"


class Encoder(OfTexts):
    """Options of `encoder`."""

    weights: Weights = Field(default="pretrained", description=_WEIGHTS)
    layers: int = Field(default=0, ge=0, description=_LAYERS)
    pooling: Literal["cls", "mean", "last"] = Field(
        default="mean", description="the first token's state, the mean over tokens, or the last token's (decoders)"
    )
    normalize: bool = Field(default=False, description="vectors of length 1")
    width: int = Field(default=0, ge=0, description="d of the vectors, by a linear map; 0: as the model has it")
    head: bool = Field(
        default=False, description="keep a head over tokens, for a `language-model` that shares this node's module"
    )


class LanguageModel(OfModel):
    """Options of `language-model`. One that shares an encoder's module takes all of them from there."""

    weights: Weights = Field(default="pretrained", description=_WEIGHTS)
    layers: int = Field(default=0, ge=0, description=_LAYERS)


class WhiteningExperts(Options):
    """Options of `whitening-experts`."""

    width: int = Field(default=64, ge=1, description="d of what it gives")
    experts: int = Field(default=8, ge=1, description="whitening maps among which the gate chooses softly")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="on what comes in")
