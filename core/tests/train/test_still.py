"""What is frozen neither drops out nor keeps statistics, down to parts of a node."""

from __future__ import annotations

from types import SimpleNamespace

from torch import nn

from lmrs.train.frozen import still_modules


class Half(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.below = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
        self.above = nn.Linear(4, 4)
        self.dropout = nn.Dropout(0.5)


def modes(module: nn.Module) -> dict[str, bool]:
    graph = SimpleNamespace(nodes={"node": SimpleNamespace(module=module)})
    module.train()
    for one in still_modules(graph):
        one.eval()
    return {name: one.training for name, one in module.named_modules()}


def test_a_frozen_part_of_a_node_is_in_evaluation_mode() -> None:
    module = Half()
    module.below.requires_grad_(False)
    found = modes(module)
    assert [name for name, training in found.items() if not training] == ["below", "below.0", "below.1", "below.2"]


def test_a_frozen_node_is_all_in_evaluation_mode_and_a_training_one_is_not() -> None:
    module = Half()
    assert all(modes(module).values())
    module.requires_grad_(False)
    assert not any(modes(module).values())


def test_what_has_no_parameter_follows_the_stage() -> None:
    assert modes(nn.Dropout(0.5)) == {"": True}
