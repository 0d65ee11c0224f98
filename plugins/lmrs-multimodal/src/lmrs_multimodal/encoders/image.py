"""Rows by their pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.encoders.layers import parts, targets
from lmrs_multimodal.encoders.options import Image as Options
from lmrs_multimodal.encoders.options import OfPictures
from lmrs_multimodal.encoders.tower import image_tower
from lmrs_multimodal.options import OfClip
from lmrs_multimodal.pictures import Pictures
from lmrs_plugins import Encoding, Env


class Image(nn.Module):
    """CLIP's image tower (Radford et al., ICML 2021, 2.4), by rows; absent where a row has no picture or a broken one.

    Shapes: pixels (n, 3, height, width) uint8 with `there` (n,) -> (n, d).
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, env: Env, options: OfClip) -> None:
        super().__init__()
        found = architecture(options.model, options.weights)
        self.tower = image_tower(found)
        inner = int(found.config["embed_dim"])
        wanted = options.width if isinstance(options, Options) else 0
        self.width: int = wanted or inner
        self.project = nn.Linear(inner, wanted) if wanted else nn.Identity()
        self._normalize = isinstance(options, Options) and options.normalize
        mean, std = (torch.tensor(one).view(1, 3, 1, 1) * 255 for one in (found.mean, found.std))
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("scale", 1 / std, persistent=False)

    @staticmethod
    def bind(env: Env, options: OfPictures) -> Pictures:
        return Pictures.of(env.bundle, options.subject, architecture(options.model), options.crop)

    def forward(self, pixels: Tensor, there: Tensor) -> Encoding:
        every = bool(there.all())
        if not every:
            pixels = pixels[there]
        if not len(pixels):  # no picture at all: nothing to compute, and nothing that a gradient could reach
            return Encoding(vectors=self.mean.new_zeros(len(there), self.width), mask=there)
        found = self.project(self.tower((pixels - self.mean) * self.scale))
        if self._normalize:
            found = functional.normalize(found, dim=-1)
        if not every:
            found = found.new_zeros(len(there), self.width).masked_scatter(there[:, None], found)
        return Encoding(vectors=found, mask=there)

    def parts(self) -> dict[str, list[str]]:
        """Embeddings, blocks from below, what stands behind them, then the linear map."""
        own = {"project": ["project"]} if isinstance(self.project, nn.Linear) else {}
        return parts(self.tower, "tower") | own

    def targets(self) -> dict[str, list[str]]:
        """The linear maps inside the blocks."""
        return targets(self.tower, "tower")
