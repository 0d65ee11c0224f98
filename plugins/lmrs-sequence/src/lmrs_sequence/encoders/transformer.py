"""A Transformer over a history, bidirectional or causal."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError
from lmrs_sequence.encoders.dropout import Dropout
from lmrs_sequence.encoders.layer import Layer
from lmrs_sequence.encoders.options import Transformer as Options


class Transformer(nn.Module):
    """States of a history: vectors + learned positions -> dropout -> layers.

    Shapes: vectors (B, L, e), mask and special (B, L) -> states (B, L, d) with mask (B, L). Positions count from the
    left, padding stands on the right. A position takes part where the view says so and its item has a vector or a
    special code stands there; what stands under a false mask changes no other position. Bidirectional as BERT4Rec (Sun
    et al., CIKM 2019, 3.2-3.5), causal as SASRec (Kang and McAuley, ICDM 2018, III-B).

    A view may say itself which place each position has (`position`, (B, L)) and what it sees (`order`, (B, L)): all
    ordinary positions of order 0, those of a lower order than its own, and itself. Nothing sees a special code but that
    itself. These are the content and query streams of XLNet (Yang et al., NeurIPS 2019, 2.3) in one pass, a query in
    its own sight as in UniLMv2 (Bao et al., ICML 2020, 3.1).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        entering = int(env.widths["over"])
        self.width = options.width or entering
        if self.width % options.heads:
            raise InputError(
                f"transformer: {options.heads} heads do not divide the width {self.width}; set heads or width"
            )
        self._causal, self._length, self._post = options.causal, options.length, options.norm == "post"
        self._from_end = options.from_end
        self.enter = nn.Linear(entering, self.width) if entering != self.width else nn.Identity()
        self.positions = nn.Parameter(torch.empty(options.length, self.width))
        self.special = nn.Parameter(torch.empty(options.special, self.width)) if options.special else None
        self.input_norm = nn.LayerNorm(self.width) if options.input_norm else nn.Identity()
        self.dropout = Dropout(options.dropout)
        self.layers = nn.ModuleList(Layer(self.width, options) for _ in range(options.layers))
        self.norm = nn.Identity() if self._post else nn.LayerNorm(self.width)
        self._start(options.mimetic)

    @torch.no_grad()
    def _start(self, mimetic: float) -> None:
        """Normal numbers of deviation .02 cut at two deviations, biases 0, as BERT; `mimetic` on two diagonals.

        Of values times output Trockman and Kolter, ICML 2023, find a positive diagonal in trained language models.
        """
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                nn.init.trunc_normal_(parameter, std=0.02, a=-0.04, b=0.04)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
            if mimetic and name.endswith(("qkv.weight", "out.weight")):
                parameter[-self.width :].diagonal().add_(mimetic)

    def forward(
        self,
        over: Encoding,
        mask: Tensor | None,
        special: Tensor | None,
        position: Tensor | None = None,
        order: Tensor | None = None,
    ) -> Encoding:
        x = self.enter(over.main)
        if position is None and self._from_end:
            position = _from_end(x.new_ones(x.shape[:2], dtype=torch.bool) if mask is None else mask)
        length = x.shape[1] if position is None else int(position.max()) + 1
        if length > self._length:
            raise InputError(
                f"transformer: a view has {length} positions, its length is {self._length}; raise its length"
            )
        if special is not None:
            x = self._with_special(x, special)
        keep = _present(mask, over.mask, special)
        where = self.positions[:length] if position is None else functional.embedding(position, self.positions)
        x = self.dropout(self.input_norm(x + where))
        allowed, causal = self._allowed(keep, length) if order is None else (_in_order(order, keep, special), False)
        for layer in self.layers:
            x = layer(x, allowed, causal)
        return Encoding(states=self.norm(x), mask=keep)

    def _with_special(self, x: Tensor, special: Tensor) -> Tensor:
        if self.special is None:
            raise InputError("transformer: the view has special codes and it keeps no vector for them; set special: 1")
        code = (special.long() - 1).clamp(min=0)
        vectors = self.special[0] if len(self.special) == 1 else functional.embedding(code, self.special)
        return torch.where((special > 0)[..., None], vectors.to(x.dtype), x)

    def _allowed(self, keep: Tensor | None, length: int) -> tuple[Tensor | None, bool]:
        """Where a query may look, and whether the plain triangle says it all.

        It does where absent positions stand only behind present ones: nothing that counts looks at them.
        """
        if not self._causal:
            return (None if keep is None else keep[:, None, None, :]), False
        if keep is None or not bool((keep[:, 1:] > keep[:, :-1]).any()):
            return None, True
        return keep[:, None, None, :] & torch.ones(length, length, dtype=torch.bool, device=keep.device).tril(), False

    def parts(self) -> dict[str, list[str]]:
        """Input, and layers from below, the last with the norm behind it."""
        own = {name.partition(".")[0] for name, _ in self.named_parameters()}
        parts = {"embeddings": [name for name in ("enter", "positions", "special", "input_norm") if name in own]}
        parts |= {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
        last = f"layer.{len(self.layers) - 1}"
        return parts | {last: [*parts[last], *(["norm"] if "norm" in own else [])]}

    def targets(self) -> dict[str, list[str]]:
        """The linear maps of attention and of the feed-forward part."""
        numbers = range(len(self.layers))
        return {
            "attention": [f"layers.{number}.{name}" for number in numbers for name in ("qkv", "out")],
            "feed-forward": [f"layers.{number}.{name}" for number in numbers for name in ("up", "down")],
        }


def _present(mask: Tensor | None, vectors: Tensor | None, special: Tensor | None) -> Tensor | None:
    """Where something stands: in the view, and with a vector of its own or of a special code. None: everywhere."""
    if vectors is not None and special is not None:
        vectors = vectors | (special > 0)
    if mask is None or vectors is None:
        return vectors if mask is None else mask
    return mask & vectors


def _from_end(mask: Tensor) -> Tensor:
    """(B, L) place of each position counted from the last one of its list; 0 behind that."""
    places = torch.arange(mask.shape[1], device=mask.device)
    last = (mask * places).amax(1, keepdim=True)
    return (last - places).clamp(min=0)


def _in_order(order: Tensor, keep: Tensor | None, special: Tensor | None) -> Tensor:
    """(B, 1, L, L) true where a position (row) sees another (column)."""
    content = torch.ones_like(order, dtype=torch.bool) if keep is None else keep
    if special is not None:
        content = content & (special == 0)
    earlier = (order[:, None, :] == 0) | (order[:, None, :] < order[:, :, None])
    itself = torch.eye(order.shape[1], dtype=torch.bool, device=order.device)
    return ((content[:, None, :] & earlier) | itself)[:, None]
