"""Rows by the parts of their pictures."""

from __future__ import annotations

from torch import Tensor

from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.encoders.image import Image
from lmrs_multimodal.encoders.options import InView
from lmrs_multimodal.encoders.options import Patches as Options
from lmrs_multimodal.pictures import Pictures
from lmrs_plugins import Encoding, Env, InputError


class Patches(Image):
    """States of the patches of a picture, in rows from the top left; the image tower without what pools them.

    One module behind two cards, so that the nodes of both may share it: `patches`, by rows, and `patches-in-view`, of
    the pictures that a view brings, of which parts may be hidden.

    Shapes: pixels (n, 3, height, width) uint8 with `there` (n,) -> (n, patches, d), d that of the tower's blocks.
    """

    def __init__(self, env: Env, options: Options | InView) -> None:
        super().__init__(env, options)
        if not hasattr(self.tower, "output_tokens"):
            raise InputError("patches: the image tower has no tokens; take a model with a vision transformer")
        self.tower.output_tokens = True
        if getattr(self.tower, "proj", None) is not None:
            self.tower.proj = None  # of the pooled vector, which nobody reads
        self.width: int = int(architecture(options.model).config["vision_cfg"].get("width", 768))

    @staticmethod
    def bind(env: Env, options: Options | InView) -> Pictures | None:
        return None if isinstance(options, InView) else Image.bind(env, options)

    def forward(self, pixels: Tensor, there: Tensor) -> Encoding:
        _, tokens = self.tower((pixels - self.mean) * self.scale)
        return Encoding(states=tokens, mask=there[:, None].expand(tokens.shape[:2]))
