"""LoRA and IA3 on models of each kind: what trains, what it computes, and that nothing is left behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from lmrs_plugins import Env, InputError, Tune
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import Encoder
from lmrs_text.strategies.ia3 import Ia3
from lmrs_text.strategies.lora import Lora
from lmrs_text.strategies.options import Ia3 as Ia3Options
from lmrs_text.strategies.options import Lora as LoraOptions

KINDS = ("bert", "gpt2", "t5")
STRATEGIES = {"lora": (Lora, LoraOptions), "ia3": (Ia3, Ia3Options)}


class Hands(Tune):
    """The host's hands on two nodes; canonical names by identity."""

    def __init__(self, **modules: nn.Module) -> None:
        self.modules = modules
        self.canonical = {id(one): name for name, one in self.found()}

    def found(self):
        return [
            (f"{node}.{name}", one) for node, module in self.modules.items() for name, one in module.named_parameters()
        ]

    def nodes(self):
        return list(self.modules)

    def named(self):
        return {self.canonical.get(id(one), name): one for name, one in self.found()}

    def names(self, node=""):
        return [name for name in self.named() if not node or name.startswith(f"{node}.")]

    def targets(self, node):
        module = self.modules[node]
        return module.targets() if hasattr(module, "targets") else {}

    def parts(self, node):
        return {}

    def inject(self, node, function):
        function(self.modules[node])


@pytest.fixture
def text(model_of, titles):
    def get(kind: str = "bert") -> LanguageModel:
        options = Encoder(model=model_of(kind), length=16)
        bundle = titles("red lake house", "star", "old new road")
        binding = LanguageModel.bind(Env(bundle), options)
        module = LanguageModel(Env(bundle, binding=binding), options)
        module.binding = binding
        return module.eval()

    return get


def vectors(module: LanguageModel) -> torch.Tensor:
    view = module.binding.rows(np.arange(3)).map(torch.from_numpy)
    return module(**view.values).vectors


def applied(name: str, tune: Hands, **options):
    strategy, chosen = STRATEGIES[name]
    made = strategy(Env(None, seed=5), chosen(**options))
    made.apply(tune)
    groups = made.groups(tune)
    trained = {one for group in groups for one in group.names}
    for one, parameter in tune.named().items():
        parameter.requires_grad_(one in trained)
    return made, groups


def train(module: LanguageModel, steps: int = 3) -> None:
    chosen = [one for one in module.parameters() if one.requires_grad]
    optimizer = torch.optim.SGD(chosen, 0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        vectors(module).pow(2).sum().backward()
        optimizer.step()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STRATEGIES)
def test_it_starts_where_the_body_is_trains_and_merges(name, kind, text) -> None:
    module, other = text(kind), nn.Linear(2, 2)
    tune = Hands(text=module, other=other)
    before = {key: (one, one.detach().clone()) for key, one in tune.named().items()}
    body = vectors(module).detach()
    strategy, groups = applied(name, tune)
    torch.testing.assert_close(vectors(module).detach(), body, rtol=1e-5, atol=1e-6)
    extra = set(tune.names()) - set(before)
    assert extra == {one for group in groups for one in group.names}, "adapters train and nothing else"
    assert sum(tune.named()[one].numel() for one in extra) < sum(one.numel() for one, _ in before.values()) / 2
    train(module)
    tuned = vectors(module).detach()
    assert not torch.allclose(tuned, body)
    assert all(torch.equal(one, was) for one, was in before.values()), "the body has not moved"
    assert all(tune.named()[one].grad is not None for one in extra)
    strategy.release(tune)
    torch.testing.assert_close(vectors(module).detach(), tuned, rtol=1e-4, atol=1e-5)
    assert {key: id(one) for key, one in tune.named().items()} == {key: id(one) for key, (one, _) in before.items()}
    assert [key for key, _ in module.named_parameters() if "base_layer" in key or "lora" in key] == []


@pytest.mark.parametrize("name", STRATEGIES)
def test_without_merging_the_body_is_as_it_was(name, text) -> None:
    module = text()
    tune = Hands(text=module)
    body = vectors(module).detach()
    strategy, _ = applied(name, tune, merge=False)
    train(module)
    strategy.release(tune)
    assert torch.equal(vectors(module).detach(), body)


def test_what_is_learnt_by_two_stages_adds_up(text) -> None:
    module = text()
    tune = Hands(text=module)
    for _ in range(2):
        strategy, _ = applied("lora", tune, kinds=["feed-forward"])
        train(module)
        before = vectors(module).detach()
        strategy.release(tune)
        torch.testing.assert_close(vectors(module).detach(), before, rtol=1e-4, atol=1e-5)


def test_kinds_and_modules_choose_where_adapters_go(text) -> None:
    module = text()
    tune = Hands(text=module)
    _, groups = applied("lora", tune, modules=["query", "value"], rank=2, rate=3.0)
    names = groups[0].names
    assert groups[0].rate == 3.0
    assert len(names) == 2 * 2 * 2, "layers, modules, matrices"
    assert {name.split(".")[-4] for name in names} == {"query", "value"}
    assert {min(tune.named()[name].shape) for name in names} == {2}


def test_ia3_scales_what_goes_into_feed_forward_maps(text) -> None:
    module = text()
    _, groups = applied("ia3", Hands(text=module), modules=["value", "layer.1.output.dense"])
    shapes = {name.split(".")[-3]: tuple(one.shape) for name, one in module.named_parameters() if "ia3" in name}
    assert len(groups[0].names) == 3
    assert shapes == {"value": (16, 1), "dense": (1, 32)}


def test_other_entries_train_beside_the_adapters(text) -> None:
    tune = Hands(text=text(), item=nn.Embedding(3, 2))
    _, groups = applied("lora", tune, train=["item", "text.model.embeddings.LayerNorm.bias"])
    assert [list(group.names) for group in groups[1:]] == [["item.weight"], ["text.model.embeddings.LayerNorm.bias"]]


def test_the_seed_decides_where_adapters_start(text) -> None:
    made = []
    for seed in (1, 1, 2):
        tune = Hands(text=text())
        Lora(Env(None, seed=seed), LoraOptions()).apply(tune)
        made.append({name: one for name, one in tune.named().items() if "lora_A" in name})
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
    assert not any(torch.equal(made[0][name], made[2][name]) for name in made[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"nodes": ["txet"]}, "there is no node 'txet'; nodes are text, item"),
        ({"nodes": ["item"]}, "node 'item' publishes no such target; it publishes nothing"),
        ({"modules": ["quarry"]}, "no node publishes a target of attention called quarry; nodes are text, item"),
        ({"train": ["itme"]}, "nothing is called 'itme'; nodes and parts are text, item"),
    ],
)
@pytest.mark.fault("I: adapters where nothing takes them")
def test_targets_that_are_not_there_are_told(options, said, text) -> None:
    with pytest.raises(InputError, match=said):
        applied("lora", Hands(text=text(), item=nn.Embedding(3, 2)), **options)


@pytest.mark.fault("I: adapters on a node that was left out")
@pytest.mark.parametrize("name", STRATEGIES)
def test_a_node_that_was_left_out_gets_no_adapters_and_the_others_do(name, text) -> None:
    class Without(Hands):
        def absent(self):
            return ["body"]

    tune = Without(text=text(), other=nn.Linear(2, 2))
    before = set(tune.names())
    _, groups = applied(name, tune, nodes=["text", "body"])
    assert {one for group in groups for one in group.names} == set(tune.names()) - before
    _, groups = applied(name, Without(other=nn.Linear(2, 2)), nodes=["body"], train=["other"])
    assert [one for group in groups for one in group.names] == ["other.weight", "other.bias"]
    with pytest.raises(InputError, match="there is no node 'txet'"):
        applied(name, Without(text=text()), nodes=["txet", "body"])
