"""Pictures against texts, each the other's one right answer in the batch."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_multimodal.objectives.options import ImageText as Options
from lmrs_plugins import Env, InputError, Step

_MOST = 100.0


class ImageText(nn.Module):
    """(ce(s, own) + ce(s^T, own)) / 2 with s_ij = exp(t) cos(image_i, text_j), over rows that have both.

    CLIP's loss (Radford et al., ICML 2021, figure 3): the temperature is learnt as t = log(1 / temperature), and exp(t)
    is at most 100, as there. The sum is over the rows that have picture and text, the count is theirs. Any vectors may
    stand for texts; where those are frozen, pictures alone learn to be where their texts are, which is locked-image
    tuning turned round (Zhai et al., CVPR 2022, 3.2).

    Shapes: vectors (N, d) of the rows of the view; with `project` pictures may be (N, d').
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        image, text = int(env.widths["image"]), int(env.widths["text"])
        if image != text and not options.project:
            raise InputError(
                f"image-text: its nodes have widths {image} and {text}; set `width` of one of them, or project: true"
            )
        self.project = nn.Linear(image, text, bias=False) if options.project else nn.Identity()
        scale = torch.tensor(math.log(1 / options.temperature))
        if options.learned:
            self.scale: Tensor = nn.Parameter(scale)
        else:
            self.register_buffer("scale", scale)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        image, text = step.get("image", "input"), step.get("text", "input")
        both = torch.ones_like(image.main[..., 0], dtype=torch.bool)
        for one in (image.mask, text.mask, step.view("input").mask):
            both = both if one is None else both & one
        left = functional.normalize(self.project(image.main[both]), dim=-1)
        right = functional.normalize(text.main[both], dim=-1)
        scores = (self.scale.exp().clamp(max=_MOST) * (left @ right.T)).float()
        own = torch.arange(len(scores), device=scores.device)
        loss = sum(functional.cross_entropy(one, own, reduction="sum") for one in (scores, scores.T))
        return {"loss": (loss / 2, both.sum())}
