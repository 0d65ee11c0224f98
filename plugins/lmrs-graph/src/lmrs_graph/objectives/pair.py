"""Pairs of users and items that happened, told from pairs that did not."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from lmrs_graph.objectives.options import Pair as Options
from lmrs_graph.objectives.present import present
from lmrs_plugins import Encoding, Env, Step


class Pair(nn.Module):
    """BPR, -log s(u . v - u . w) (Rendle et al., eq. 4), or binary cross-entropy of u . v and of each u . w.

    On the ports `user_bias` and `item_bias` stands what is added to every score of a user or item: the sum of a vector.
    With `decay` a second term: half of it times the squared lengths of what a pair starts from (LightGCN, eq. 15).

    Shapes: user and target (B, d), negative (B, K, d). A pair of which something is absent does not count.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._loss, self._decay = options.loss, options.decay
        self._ports = frozenset(env.widths)
        self._start = {one: f"{one}_start" if f"{one}_start" in env.widths else one for one in ("user", "item")}

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        user, right = step.get("user", "input"), step.get("item", "target")
        wrong = step.get("item", "negative")
        there = present(user) & present(right)
        both = there[:, None] & present(wrong)
        near = (user.main * right.main).sum(-1)
        far = (user.main[:, None] * wrong.main).sum(-1)
        if "user_bias" in self._ports:
            bias = _bias(step.get("user_bias", "input"))
            near, far = near + bias, far + bias[:, None]
        if "item_bias" in self._ports:
            near = near + _bias(step.get("item_bias", "target"))
            far = far + _bias(step.get("item_bias", "negative"))
        if self._loss == "bpr":
            lost = functional.softplus(far - near[:, None]).masked_fill(~both, 0).sum()
            found = {"bpr": (lost, both.sum())}
        else:
            lost = functional.softplus(-near).masked_fill(~there, 0).sum()
            lost = lost + functional.softplus(far).masked_fill(~both, 0).sum()
            found = {"bce": (lost, there.sum() + both.sum())}
        if self._decay:
            found["decay"] = (self._lengths(step), there.sum())
        return found

    def _lengths(self, step: Step) -> Tensor:
        pulled = (("user", "input"), ("item", "target"), ("item", "negative"))
        starts = [step.get(self._start[port], view) for port, view in pulled]
        return self._decay / 2 * sum((one.main.square().sum(-1) * present(one)).sum() for one in starts)  # type: ignore[return-value]


def _bias(encoding: Encoding) -> Tensor:
    """What a vector adds up to; nothing where it is absent."""
    return encoding.main.sum(-1) * present(encoding)
