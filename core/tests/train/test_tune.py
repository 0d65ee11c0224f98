"""Names that stay what they are, whatever is wrapped; and what people may call things by."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from lmrs.builtin.options import Everything as EverythingOptions
from lmrs.builtin.options import Partial as PartialOptions
from lmrs.builtin.strategies.everything import Everything
from lmrs.builtin.strategies.partial import Partial
from lmrs.train.tune import Hands, LiveNames
from lmrs_plugins import Env, InputError, PluginError


class Counting(nn.Module):
    """A linear map with a count that it sets anew in each call."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(2, 2)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls = self.calls + 1
        return self.map(x)


class Around(nn.Module):
    """Wraps a module under another name, with something of its own beside it."""

    def __init__(self, base: nn.Module) -> None:
        super().__init__()
        self.base = base
        self.extra = nn.Parameter(torch.zeros(3))
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x)


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.below, self.above = Counting(), Counting()

    def parts(self) -> dict[str, list[str]]:
        return {"below": ["below"], "above": ["above.map"]}


def live(**modules: nn.Module) -> tuple[LiveNames, Hands]:
    graph: Any = SimpleNamespace(nodes={name: SimpleNamespace(module=module) for name, module in modules.items()})
    names = LiveNames(graph, {"loss": nn.Linear(2, 1)})
    return names, Hands(graph, names, {"text", "gone"}, ("image",))


CANONICAL = {f"text.{part}.{name}" for part in ("below", "above") for name in ("map.weight", "map.bias", "calls")}
HEAD = {"objective.loss.weight", "objective.loss.bias"}


def test_what_is_wrapped_keeps_its_names_and_the_rest_is_extra() -> None:
    module = Layers()
    names, hands = live(text=module)
    before = {name: id(tensor) for name, tensor in names.tensors().items()}
    assert before.keys() == CANONICAL | HEAD
    hands.inject("text", lambda one: setattr(one, "below", Around(one.below)))
    hands.inject("text", lambda one: setattr(one.above, "map", Around(one.above.map)))
    now = names.tensors()
    assert {name: id(now[name]) for name in before} == before
    extras = {f"text.{place}.{name}" for place in ("below", "above.map") for name in ("extra", "scale")}
    assert names.extras() == extras
    assert set(hands.names("text")) == {name for name in CANONICAL | extras if not name.endswith(("calls", "scale"))}


def test_a_buffer_that_is_set_anew_inside_a_wrapper_keeps_its_name() -> None:
    module = Layers()
    names, _ = live(text=module)
    module.below = Around(module.below)
    module.below(torch.zeros(1, 2))
    assert names.tensors()["text.below.calls"] == 1
    assert "text.below.base.calls" not in names.extras()


def test_a_shared_module_is_named_once() -> None:
    module = Layers()
    names, hands = live(text=module, again=module)
    assert names.tensors().keys() == CANONICAL | HEAD
    assert hands.names("again") == []


@pytest.mark.fault("A: strategy that loses a parameter in place of wrapping it: named")
def test_what_is_lost_or_replaced_is_named() -> None:
    module = Layers()
    names, _ = live(text=module)
    module.below = nn.Identity()
    gc.collect()
    module.other = Counting()  # may get the memory of what is gone
    with pytest.raises(PluginError, match=r"parameter 'text\.below\..*' went missing"):
        names.tensors()
    module = Layers()
    names, _ = live(text=module)
    module.below.map = nn.Linear(2, 2)
    with pytest.raises(PluginError, match=r"'text\.below\.map\.weight' is another than it was"):
        names.tensors()


def test_a_node_a_part_or_a_pattern_is_found() -> None:
    _, hands = live(text=Layers(), item=nn.Linear(2, 1))
    assert hands.find("item") == ["item.weight", "item.bias"]
    assert hands.find("text.above") == ["text.above.map.weight", "text.above.map.bias"]
    assert hands.find("item.all") == hands.find("item")
    assert hands.find("*.bias") == ["text.below.map.bias", "text.above.map.bias", "item.bias", "objective.loss.bias"]
    assert hands.find("objective.*") == ["objective.loss.weight", "objective.loss.bias"]
    assert hands.added() == ["text"]
    with pytest.raises(
        InputError, match=r"'text\.top'; nodes and parts are text, item, text\.below, text\.above, item\.all"
    ):
        hands.find("text.top")
    with pytest.raises(InputError, match=r"nothing is called 'objective\.other'"):
        hands.find("objective.other")


def test_of_a_node_that_was_left_out_there_is_nothing_and_the_rest_trains() -> None:
    _, hands = live(text=Layers(), item=nn.Linear(2, 1))
    assert hands.absent() == ["image"]
    assert hands.find("image") == hands.find("image.layer.0") == hands.find("image.*") == []
    options = PartialOptions(train=["image", "item"], depth={"image": 2, "text": 1}, rates={"image": 0.1})
    groups = Partial(Env(bundle=None), options).groups(hands)
    assert [list(group.names) for group in groups] == [
        ["item.weight", "item.bias"],
        ["text.above.map.weight", "text.above.map.bias"],
        ["objective.loss.weight", "objective.loss.bias"],
    ]
    (group,) = Everything(Env(bundle=None), EverythingOptions(frozen=["image", "text"])).groups(hands)
    assert list(group.names) == ["item.weight", "item.bias", "objective.loss.weight", "objective.loss.bias"]
