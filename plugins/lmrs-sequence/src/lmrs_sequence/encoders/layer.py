"""One Transformer layer."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_sequence.encoders.activation import activation
from lmrs_sequence.encoders.attention import attention
from lmrs_sequence.encoders.dropout import Dropout
from lmrs_sequence.encoders.options import Transformer as Options


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with dropout, residual sum and layer norm.

    Shapes: (B, L, d) -> (B, L, d). Vaswani et al., "Attention is all you need", NIPS 2017; norm `pre`: Xiong et al.,
    ICML 2020.
    """

    def __init__(self, width: int, options: Options) -> None:
        super().__init__()
        self._heads, self._pre, self._drop = options.heads, options.norm == "pre", options.attention_dropout
        inner = options.inner or 4 * width
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, inner)
        self.activation = activation(options.activation)
        self.down = nn.Linear(inner, width)
        self.feed_norm = nn.LayerNorm(width)
        self.dropout = Dropout(options.dropout)

    def forward(self, x: Tensor, allowed: Tensor | None, causal: bool) -> Tensor:
        """`allowed` is true where a query may look, (B, 1, 1 or L, L); `causal` says the same of the triangle alone."""
        if self._pre:
            x = x + self.dropout(self._attend(self.attention_norm(x), allowed, causal))
            return x + self.dropout(self.down(self.activation(self.up(self.feed_norm(x)))))
        x = self.attention_norm(x + self.dropout(self._attend(x, allowed, causal)))
        return self.feed_norm(x + self.dropout(self.down(self.activation(self.up(x)))))

    def _attend(self, x: Tensor, allowed: Tensor | None, causal: bool) -> Tensor:
        batch, length, width = x.shape
        # Split before turning heads outwards: on the way back the three gradients meet in one copy.
        parts = self.qkv(x).view(batch, length, 3, self._heads, -1).unbind(2)
        query, key, value = (part.transpose(1, 2) for part in parts)
        drop = self._drop if self.training else 0.0
        seen = attention(query, key, value, allowed, drop, causal)
        return self.out(seen.transpose(1, 2).reshape(batch, length, width))
