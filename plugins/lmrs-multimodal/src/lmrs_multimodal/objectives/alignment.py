"""Whether a text and a picture are of one row."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError, Step


class Alignment(nn.Module):
    """-log sigmoid(z) where they are of one row, -log sigmoid(-z) where they are not, z = w . (t * p) + b.

    ViLBERT's alignment prediction (Lu et al., NeurIPS 2019, 3.2): t and p stand for text and picture, each as one
    vector or as the mean of its states, w and b leave with the stage. A pair that lacks one of the two is not
    asked about.

    Shapes: vectors (N, d) or states (N, L, d) of text and of picture, `pair.matched` (N,).
    """

    def __init__(self, env: Env) -> None:
        super().__init__()
        text, image = int(env.widths["text"]), int(env.widths["image"])
        if text != image:
            raise InputError(f"multimodal-alignment: its nodes have widths {text} and {image}; set them equal")
        self.head = nn.Linear(text, 1)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        text, text_there = _pooled(step.get("text", "input"))
        image, image_there = _pooled(step.get("image", "input"))
        pair = step.view("pair")
        asked = pair["mask"] & text_there & image_there
        logits = self.head(text[asked] * image[asked])[:, 0].float()
        wanted = pair["matched"][asked].to(logits.dtype)
        return {"loss": (functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum"), asked.sum())}


def _pooled(found: Encoding) -> tuple[Tensor, Tensor]:
    """(N, d) one vector each, and (N,) whether there is one."""
    main, mask = found.main, found.mask
    there = torch.ones_like(main[..., 0], dtype=torch.bool) if mask is None else mask
    if main.ndim == 2:
        return main, there
    total = main.masked_fill(~there[..., None], 0.0).sum(1)
    return total / there.sum(1, keepdim=True).clamp(min=1), there.any(1)
