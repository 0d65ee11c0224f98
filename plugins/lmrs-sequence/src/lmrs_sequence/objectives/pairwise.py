"""What a query is nearer to than to something else."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def pairwise(query: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
    """-log s(s(q . r) - s(q . w)), s the logistic function; (..., d) each, broadcast -> (...).

    From .313, where the right one is surely near and the wrong one surely not, to 1.313. The inner s is that of the
    authors' code (Zhou et al., CIKM 2020, 4.2).
    """
    near, far = ((query * other).sum(-1).sigmoid() for other in (right, wrong))
    return functional.softplus(far - near)
