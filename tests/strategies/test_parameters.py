"""`lmrs recipe show --parameters`: what is printed is what trains."""

from __future__ import annotations

import json

import pytest
from strategies.conftest import HERE, Train

from lmrs.answer.parameters import counted
from lmrs.answer.prepared import prepare
from lmrs.cli.main import main
from lmrs.host.host import Host

RECIPES = HERE / "recipes"
TWO_STAGES = HERE.parent / "engine" / "two-stages.yaml"
GRADUAL = """\
stage 'thaw-2' (lmrs/finetune-partial): 1,760 of 2,104 parameters train
part                trainable  total  rate
item.block.0                0    240  –
history.embeddings          0    104  –
history.layer.0           872    872  0.005
history.layer.1           888    888  0.01
"""


def shown(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["recipe", "show", *map(str, words), "--parameters"]) == 0
    return capsys.readouterr().out


def test_each_round_is_shown_with_what_trains_and_at_what_rate(capsys: pytest.CaptureFixture[str]) -> None:
    assert GRADUAL in shown(capsys, RECIPES / "gradual.yaml")
    stages = json.loads(shown(capsys, RECIPES / "gradual.yaml", "--json"))["parameters"]
    assert [(one["stage"], one["trainable"], one["total"]) for one in stages] == [
        ("teach", 2104, 2104),
        ("thaw-1", 888, 2104),
        ("thaw-2", 1760, 2104),
        ("thaw-3", 1864, 2104),
    ]
    assert all(one["trainable"] == sum(part["trainable"] for part in one["parts"]) for one in stages)


def test_it_is_what_the_run_has(train: Train, host: Host) -> None:
    """The numbers of the run's own weights; what is injected is a row of its own, and is gone at the end."""
    pipeline, _ = train("adapted")
    teach, adapt, after = counted(prepare(RECIPES / "adapted.yaml", host, None, (), None), host)
    size = sum(tensor.numel() for tensor in pipeline.weights.values())
    assert teach.trainable == teach.total == after.total == size
    injected = next(part for part in adapt.parts if part.name == "history (injected)")
    assert adapt.total == size + injected.total
    assert adapt.trainable == injected.trainable == injected.total == 2 * 2 * (8 + 24 + 8 + 8)
    assert [(part.name, part.rates) for part in after.parts if part.trainable] == [("item.block.0", (0.001,))]


def test_a_frozen_table_is_computed_once_and_a_node_that_trains_in_part_is_not(host: Host) -> None:
    over = ["model.mapped={use: tinker/restless, of: item}", "model.history.over=mapped"]
    found = counted(prepare(RECIPES / "gradual.yaml", host, None, over, None), host)
    assert [stage.once for stage in found] == [(), ("mapped",), ("mapped",), ("mapped",)]


def test_what_starts_from_an_artifact_is_counted_before_that_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert "stage 'learn' (lmrs/pretrain): 1,280 of 1,280 parameters train" in shown(capsys, TWO_STAGES)


def test_a_node_made_of_an_artifact_has_no_numbers_yet() -> None:
    demands = HERE.parent / "demands"
    host = Host(plugin_dir=demands / "plugins", strict=True)
    first, second = counted(prepare(demands / "recipes" / "handed-over.yaml", host, None, (), None), host)
    assert first.trainable > 0
    assert second.note.startswith("is made of artifact 'users', which stage 'teach' leaves")
    assert second.to_dict()["trainable"] is None


def test_a_recipe_without_stages_and_options_that_clash(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "popularity") == "no stages: nothing is trained\n"
    assert main(["recipe", "show", "popularity", "--parameters", "--plain"]) == 2
    assert "leave one of them out" in capsys.readouterr().err
