"""A norm over the rows that are there."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class OverRows(nn.Module):
    """(x - mean) / deviation of each entry over rows: batch norm (Ioffe and Szegedy, ICML 2015) without weights.

    Rows that are not there do not count. In evaluation, and where fewer than two are there, mean and deviation are
    those of all that was met in training, each step alike.

    Shapes: x (..., d) with mask (...) or None -> (..., d).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width, affine=False, momentum=None)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        rows = x.flatten(0, -2) if mask is None else x[mask]
        if self.training and len(rows) > 1:
            found = self.norm(rows)
        else:
            found = functional.batch_norm(rows, self.norm.running_mean, self.norm.running_var)
        if mask is None:
            return found.view_as(x)
        return found.new_zeros(x.shape).masked_scatter(mask[..., None], found)
