"""Options of the encoders; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_multimodal.options import OfClip, Subject
from lmrs_plugins.fields import Fields


class OfPictures(OfClip):
    """The pictures of rows."""

    subject: Subject = Field(default="item", description="whose pictures: item, user")
    crop: float = Field(
        default=1.0, gt=0, le=1, description="in training a random part of at least this share of a picture; 1: all"
    )


class Image(OfPictures):
    """Options of `image`."""

    normalize: bool = Field(default=False, description="vectors of length 1")
    width: int = Field(default=0, ge=0, description="d of the vectors, by a linear map; 0: as the model has it")


class Patches(OfPictures):
    """Options of `patches`."""


class ClipText(OfClip, Fields):
    """Options of `clip-text`."""

    normalize: bool = Field(default=False, description="vectors of length 1")
    width: int = Field(default=0, ge=0, description="d of the vectors, by a linear map; 0: as the model has it")


class Tokens(OfClip, Fields):
    """Options of `tokens`."""


class InView(OfClip):
    """Options of `tokens-in-view` and `patches-in-view`. One that shares a module takes all of them from there."""
