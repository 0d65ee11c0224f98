"""Rows by the tokens of their texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.encoders.layers import parts, targets
from lmrs_multimodal.encoders.options import InView
from lmrs_multimodal.encoders.options import Tokens as Options
from lmrs_multimodal.encoders.tower import text_tower
from lmrs_multimodal.texts import ClipTexts
from lmrs_plugins import Encoding, Env, InputError


class Tokens(nn.Module):
    """States of the tokens of a text; the text tower without what pools them. Padding is not attended to.

    One module behind two cards, so that the nodes of both may share it. `tokens`, by rows: tokens (n, L), zeros where
    a row has no text -> (n, L, d). `tokens-in-view`: the same of a view, and of what is `hidden` (n, L) no more than
    its place is seen: its embedding is zero, as that of a hidden region is (Lu et al., NeurIPS 2019, 3.2).
    """

    def __init__(self, env: Env, options: Options | InView) -> None:
        super().__init__()
        found = architecture(options.model, options.weights)
        self.tower: Any = text_tower(found)
        if getattr(self.tower, "cls_emb", None) is not None:
            raise InputError("tokens: the text tower puts a token of its own behind a text; take another model")
        if getattr(self.tower, "text_projection", None) is not None:
            self.tower.text_projection = None  # of the pooled vector, which nobody reads
        self.width: int = int(found.config["text_cfg"].get("width", 512))

    @staticmethod
    def bind(env: Env, options: Options | InView) -> ClipTexts | None:
        if isinstance(options, InView):
            return None
        return replace(ClipTexts.of(env.bundle, options, architecture(options.model)), whole=False)

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> Encoding:
        tokens, tower = tokens.long(), self.tower
        # CLIP's sign of the end has the largest number of all, and is never hidden.
        there = torch.arange(tokens.shape[1], device=tokens.device) <= tokens.argmax(1, keepdim=True)
        there = there & (tokens[:, :1] > 0)
        embedded = tower.token_embedding(tokens)
        if hidden is not None:
            embedded = embedded.masked_fill(hidden[..., None], 0.0)
        states = embedded + tower.positional_embedding[: tokens.shape[1]]
        states = tower.ln_final(tower.transformer(states, attn_mask=self._seen(there, states.dtype)))
        return Encoding(states=states, mask=there)

    def _seen(self, there: Tensor, kind: torch.dtype) -> Tensor | None:
        """What each place sees, as the tower's blocks take it: to be added, by head."""
        tower, long = self.tower, there.shape[1]
        if tower.attn_mask is not None:  # a place sees what is before it, and padding is behind
            before: Tensor = tower.attn_mask[:long, :long]
            return before
        if bool(there.all()):
            return None
        keys = torch.cat([torch.ones_like(there[:, :1]), there[:, 1:]], 1)
        added = torch.zeros(keys.shape, dtype=kind, device=keys.device).masked_fill(~keys, float("-inf"))
        return added[:, None].expand(-1, long, -1).repeat_interleave(tower.heads, 0)

    def parts(self) -> dict[str, list[str]]:
        """Embeddings, blocks from below, then what stands behind them."""
        return parts(self.tower, "tower")

    def targets(self) -> dict[str, list[str]]:
        """The linear maps inside the blocks."""
        return targets(self.tower, "tower")
