"""What BERT puts between its states and the table of what is predicted."""

from __future__ import annotations

from torch import nn

from lmrs_plugins import Encoding, Env
from lmrs_sequence.encoders.activation import activation
from lmrs_sequence.encoders.options import PredictionHead as Options


class PredictionHead(nn.Module):
    """states -> layer norm of an activated projection, of the same width.

    Shapes: (B, L, d) -> (B, L, d). Sun et al., CIKM 2019, eq. 7, with the layer norm of the authors' code and
    without its bias for each item. A node and not a part of the objective, since the scorer reads it too.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = int(env.widths["over"])
        self.project = nn.Linear(self.width, self.width)
        self.activation = activation(options.activation)
        self.norm = nn.LayerNorm(self.width)
        nn.init.trunc_normal_(self.project.weight, std=0.02, a=-0.04, b=0.04)
        nn.init.zeros_(self.project.bias)

    def forward(self, over: Encoding) -> Encoding:
        return Encoding(states=self.norm(self.activation(self.project(over.main))), mask=over.mask)
