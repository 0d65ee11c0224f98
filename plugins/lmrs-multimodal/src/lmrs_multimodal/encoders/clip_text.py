"""Rows by their texts, through the tower that stands beside the one of pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.encoders.layers import parts, targets
from lmrs_multimodal.encoders.options import ClipText as Options
from lmrs_multimodal.encoders.tower import text_tower
from lmrs_multimodal.texts import ClipTexts
from lmrs_plugins import Encoding, Env


class ClipText(nn.Module):
    """CLIP's text tower (Radford et al., ICML 2021, 2.4), by rows; absent where a row has no text.

    Shapes: tokens (n, L) with `there` (n,) -> (n, d).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        found = architecture(options.model, options.weights)
        self.tower = text_tower(found)
        inner = int(found.config["embed_dim"])
        self.width: int = options.width or inner
        self.project = nn.Linear(inner, options.width) if options.width else nn.Identity()
        self._normalize = options.normalize

    @staticmethod
    def bind(env: Env, options: Options) -> ClipTexts:
        return ClipTexts.of(env.bundle, options, architecture(options.model))

    def forward(self, tokens: Tensor, there: Tensor) -> Encoding:
        every = bool(there.all())
        if not every:
            tokens = tokens[there]
        if not len(tokens):  # no text at all: nothing to compute, and nothing that a gradient could reach
            return Encoding(vectors=self.tower.positional_embedding.new_zeros(len(there), self.width), mask=there)
        found = self.project(self._vectors(tokens.long()))
        if self._normalize:
            found = functional.normalize(found, dim=-1)
        if not every:
            found = found.new_zeros(len(there), self.width).masked_scatter(there[:, None], found)
        return Encoding(vectors=found, mask=there)

    def _vectors(self, tokens: Tensor) -> Tensor:
        """As the tower itself, which wants every text padded to its longest."""
        tower, long = self.tower, tokens.shape[1]
        if long == tower.num_pos or tower.attn_mask is None:
            found: Tensor = tower(tokens)
            return found
        states = tower.token_embedding(tokens) + tower.positional_embedding[:long]
        states = tower.ln_final(tower.transformer(states, attn_mask=tower.attn_mask[:long, :long]))
        last = states[torch.arange(len(tokens), device=tokens.device), tokens.argmax(-1)]
        if tower.text_projection is None:
            return last
        linear = isinstance(tower.text_projection, nn.Linear)
        return tower.text_projection(last) if linear else last @ tower.text_projection

    def parts(self) -> dict[str, list[str]]:
        """Embeddings, blocks from below, what stands behind them, then the linear map."""
        own = {"project": ["project"]} if isinstance(self.project, nn.Linear) else {}
        return parts(self.tower, "tower") | own

    def targets(self) -> dict[str, list[str]]:
        """The linear maps inside the blocks."""
        return targets(self.tower, "tower")
