"""Attention over users, items and what is known of them."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import Parameter, functional, init

from lmrs_graph.collaborative import Collaborative, SampledCollaborative, WholeCollaborative
from lmrs_graph.encoders.layers import Layer, Layers, reached
from lmrs_graph.encoders.options import Kgat as Options
from lmrs_graph.encoders.options import SampledKgat as SampledOptions
from lmrs_graph.encoders.trees import Trees
from lmrs_graph.pyg import MessagePassing, softmax
from lmrs_plugins import Encoding, Env, InputError


class _Attentive(MessagePassing):
    """The sum of neighbours, weighed by a softmax over those of a node."""

    def __init__(self) -> None:
        super().__init__(aggr="add")

    def forward(self, x: Tensor, edges: Tensor, key: Tensor, relation: Tensor) -> Tensor:
        return self.propagate(edges, x=x, key=key, relation=relation, size=(len(x), len(x)))

    def message(
        self, x_j: Tensor, key_i: Tensor, key_j: Tensor, relation: Tensor, index: Tensor, size_i: int | None
    ) -> Tensor:
        weight = (key_j * torch.tanh(key_i + relation)).sum(-1)
        return softmax(weight, index, num_nodes=size_i)[:, None] * x_j


class KgatLayer(Layer):
    """n = sum of a(h, r, t) t with a the softmax of (W t) . tanh(W h + r), then LeakyReLU(W1 (h + n)) +
    LeakyReLU(W2 (h n)) (Wang et al., KDD 2019, eq. 3 to 8).

    W is one for all relations, where the paper has one for each; attention learns with the rest, where the paper
    learns it by TransR in steps of its own. PyG has no such layer: this one stands on its `MessagePassing`.
    """

    def __init__(self, inner: int, width: int, relations: int) -> None:
        super().__init__()
        self.key = nn.Linear(inner, inner, bias=False)
        self.relation = Parameter(torch.empty(relations, inner))
        init.xavier_normal_(self.relation)
        self.plus, self.times = nn.Linear(inner, width), nn.Linear(inner, width)
        self.conv = _Attentive()

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        near = self.conv(x, edges, self.key(x), self.relation[relation])
        return functional.leaky_relu(self.plus(x + near)) + functional.leaky_relu(self.times(x * near))


def _layers(env: Env, options: Options) -> tuple[Layers, int]:
    """The layers, and the width of all that they give, one after the other, with what went in (eq. 10)."""
    inner = {port: int(env.widths[port]) for port in ("user", "item", "entity")}
    if len(set(inner.values())) > 1:
        said = ", ".join(f"{port} of width {width}" for port, width in inner.items())
        raise InputError(f"kgat: {said}: let all have the same")
    widths = [inner["user"], *[options.width or inner["user"]] * options.layers]
    made: list[Layer] = [KgatLayer(one, other, env.binding.relations) for one, other in pairwise(widths)]
    return Layers(made, "none", options.dropout), sum(widths)


def _together(found: list[Tensor]) -> Tensor:
    """What went in, and what each layer gave with length 1."""
    return torch.cat([found[0], *(functional.normalize(one, dim=-1) for one in found[1:])], dim=-1)


class Kgat(nn.Module):
    """Vectors of all users, items and entities; an item that is an entity starts from the sum of both.

    What is absent sends nothing, and is there once it is reached.

    Shapes: users (u, d), items (i, d), entities (n, d), source, target and relation (e,), same (n,).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.layers, width = _layers(env, options)
        self.width = {"user": width, "item": width, "entity": width}

    @staticmethod
    def bind(env: Env, options: Options) -> WholeCollaborative:
        return WholeCollaborative(Collaborative.of(env.bundle, options.graph))

    def forward(
        self,
        user: Encoding,
        item: Encoding,
        entity: Encoding,
        source: Tensor,
        target: Tensor,
        relation: Tensor,
        same: Tensor,
    ) -> dict[str, Encoding]:
        users, items = len(user.main), len(item.main)
        given = [one.main if one.mask is None else one.main * one.mask[:, None] for one in (user, item, entity)]
        masks = [
            torch.ones_like(one.main[:, 0], dtype=torch.bool) if one.mask is None else one.mask
            for one in (user, item, entity)
        ]
        is_item = same >= 0
        node = torch.where(is_item, users + same, users + items + torch.arange(len(same), device=same.device))
        x = torch.cat(given).index_add(0, node[is_item], given[2][is_item])
        there = torch.cat(masks).index_fill(0, node[is_item & masks[2]], True)
        found, edges = [x], torch.stack([source, target])
        for number, layer in enumerate(self.layers):
            sent = there[source]
            x = self.layers.between(number, layer(x, edges[:, sent], relation[sent]))
            there = reached(there, edges)
            x = x * there[:, None]
            found.append(x)
        whole = Encoding(vectors=_together(found), mask=there)
        return {"user": whole[:users], "item": whole[users : users + items], "entity": whole[node]}

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}


class SampledKgat(nn.Module):
    """The same of some rows, over trees of their neighbours; with `share`, nodes of two subjects are one module.

    Shapes: users, items and entities (n, places, d), kind (n, places, 3), relation (n, places) -> (n, width).
    """

    def __init__(self, env: Env, options: SampledOptions) -> None:
        super().__init__()
        self.layers, self.width = _layers(env, options)
        self._trees = Trees(options.fan)

    @staticmethod
    def bind(env: Env, options: SampledOptions) -> SampledCollaborative:
        return SampledCollaborative(Collaborative.of(env.bundle, options.graph), options.subject, options.fan)

    def forward(
        self, user: Encoding, item: Encoding, entity: Encoding, kind: Tensor, relation: Tensor, mask: Tensor
    ) -> Encoding:
        x, there = torch.zeros_like(user.main), torch.zeros_like(mask)
        for one, which in zip((user, item, entity), kind.unbind(-1), strict=True):
            counts = which & mask if one.mask is None else which & mask & one.mask
            x, there = x + torch.where(counts[..., None], one.main, 0), there | counts
        found = [x[:, 0]]
        for number, layer in enumerate(self.layers):
            x, there = self._trees.through(layer, number, x, there, relation, mask)
            x = self.layers.between(number, x) * there[..., None]
            found.append(x[:, 0])
        return Encoding(vectors=_together(found), mask=there[:, 0])

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
