"""What people chose who chose the same."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from lmrs_plugins import Bundle, Env, Step
from lmrs_sequence.scorers.options import ItemKnn as Options

_COLUMNS = 1024
"""Items whose similarities to all others are held at a time."""


class ItemKnn(nn.Module):
    """Summed similarity of an item to those of a history (Sarwar et al., WWW 2001; Deshpande and Karypis, TOIS 2004).

    Similarity is the cosine of the sets of users in training, of each item to its `neighbours` nearest. Nothing trains.
    Shapes: rows (B, L) and mask -> (B, n); with candidates (B, K) -> (B, K). Memory: (B, n) twice, and neighbours * n.
    """

    pairs: Tensor
    similarity: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._items, self._recent, self._decay = env.count("item"), options.recent, options.decay
        pairs, similarity = _nearest(env.bundle, options.neighbours, options.shrink)
        self.register_buffer("pairs", torch.from_numpy(pairs))
        self.register_buffer("similarity", torch.from_numpy(similarity))

    def score(self, step: Step) -> Tensor:
        view, candidates = step.view("input"), step.candidates()
        rows, mask = view["item"], view.mask
        mask = torch.ones_like(rows, dtype=torch.bool) if mask is None else mask
        age = mask.sum(1, keepdim=True) - mask.cumsum(1)
        weight = torch.pow(self._decay, age) * mask
        if self._recent:
            weight = weight * (age < self._recent)
        chosen = torch.zeros(len(rows), self._items, device=rows.device)
        # An item that stands twice counts once, with its latest weight.
        chosen.scatter_reduce_(1, rows * mask, weight.to(chosen.dtype), "amax")
        kernel = torch.sparse_coo_tensor(
            self.pairs, self.similarity, (self._items, self._items), is_coalesced=True, check_invariants=False
        )
        scores = torch.sparse.mm(kernel, chosen.T).T
        return scores if candidates is None else scores.gather(1, candidates)


def _nearest(bundle: Bundle, neighbours: int, shrink: float) -> tuple[np.ndarray, np.ndarray]:
    """(2, E) pairs (item, neighbour), ascending, and their similarity (E,), the `neighbours` highest of each item."""
    items = bundle.count("item")
    ones = np.ones(len(bundle.items), dtype=np.float32)
    chose = sparse.csr_matrix((ones, (bundle.items, bundle.users)), shape=(items, bundle.count("user")))
    chose.data[:] = 1.0
    size = np.sqrt(np.diff(chose.indptr).astype(np.float64))
    pairs, values = [], []
    for start in range(0, items, _COLUMNS):
        both = (chose[start : start + _COLUMNS] @ chose.T).tocoo()
        item, other = both.row.astype(np.int64) + start, both.col.astype(np.int64)
        keep = item != other
        item, other, common = item[keep], other[keep], both.data[keep]
        value = (common / (size[item] * size[other] + shrink)).astype(np.float32)
        order = np.lexsort((other, -value, item))
        first = np.searchsorted(item[order], np.arange(start, start + _COLUMNS + 1))
        rank = np.arange(len(order)) - first[item[order] - start]
        best = np.sort(order[rank < neighbours])
        best = best[np.lexsort((other[best], item[best]))]
        pairs.append(np.stack([item[best], other[best]]))
        values.append(value[best])
    return np.concatenate(pairs, axis=1), np.concatenate(values)
