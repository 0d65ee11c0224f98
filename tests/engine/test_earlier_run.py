"""A stage that starts from the weights of an earlier run: what is taken, what is refused, and a resume."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from engine.orders import Order
from engine.two_stages import NOTIFY, Lmrs, assert_equal, refused, resume

from lmrs.answer.listener import Listener
from lmrs.answer.prepared import prepare
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs.runs import manifest
from lmrs.runs.model import load_model, save_model
from lmrs_plugins import InputError

RECIPE = Path(__file__).with_name("other-data.yaml")
ELSEWHERE = "data.options={users: 40, items: 30, seed: 4}"
"""As many users and items as the recipe has, and others."""
TUNE = ("stages.teach=null", "model.item.init=null")
"""One stage, of which all could take weights."""


class Told(Listener):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, line: str) -> None:
        self.notes.append(line)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of one stage."""
    out = tmp_path_factory.mktemp("earlier") / "first"
    run(RECIPE, out=out, overrides=[*TUNE, "stages.learn.epochs=2"], device="cpu")
    return out


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder / "model")[0]


def begun(out: Path, *overrides: str, init: Path | None = None) -> tuple[dict[str, torch.Tensor], list[str]]:
    """What a run begins with, for it ends at once, and what is told."""
    told = Told()
    run(RECIPE, out=out, overrides=[*TUNE, "stages.learn.epochs=0", *overrides], init=init, device="cpu", listener=told)
    return weights(out), told.notes


def test_every_node_takes_the_weights_of_its_name(first: Path, tmp_path: Path) -> None:
    found, notes = begun(tmp_path / "run", init=first)
    assert all(torch.equal(found[name], tensor) for name, tensor in weights(first).items())
    assert not [note for note in notes if "fresh" in note]
    text = (tmp_path / "run" / "recipe.yaml").read_text()
    assert f"run {first} sha256:{manifest.sha256(first / 'model' / 'weights.safetensors')}" in text


def test_a_stage_says_it_as_the_command_line_does(lmrs: Lmrs, first: Path, tmp_path: Path) -> None:
    changes = [word for one in (*TUNE, "stages.learn.epochs=1") for word in ("--set", one)]
    words = ("run", RECIPE, "--device", "cpu", *changes)
    assert lmrs(*words, "--out", tmp_path / "one", "--init", first).code == 0
    assert lmrs(*words, "--out", tmp_path / "two", "--set", f"stages.0.init=run {first}").code == 0
    assert_equal(tmp_path / "one", tmp_path / "two")


def test_what_the_run_lacks_starts_fresh_and_what_is_not_there_is_left(first: Path, tmp_path: Path) -> None:
    changes = ("model.more={use: sequence/item-id, width: 8}", "model.both={use: gate, of: [item, more], width: 8}")
    plain, _ = begun(tmp_path / "plain", *changes, "model.history.over=both")
    found, notes = begun(tmp_path / "run", *changes, "model.history.over=both", init=first)
    where = f"stage 'learn': node {{}} starts fresh: run {first} has none"
    assert [note for note in notes if "fresh" in note] == [where.format("'more'"), where.format("'both'")]
    assert torch.equal(found["more.blocks.0"], plain["more.blocks.0"])
    assert torch.equal(found["item.blocks.0"], weights(first)["item.blocks.0"])
    other, notes = begun(tmp_path / "back", init=tmp_path / "run")
    assert f"stage 'learn': node 'more' of run {tmp_path / 'run'} is left: there is none here" in notes
    assert torch.equal(other["item.blocks.0"], found["item.blocks.0"])


def test_a_shared_module_is_taken_once_under_the_name_of_its_own(first: Path, tmp_path: Path) -> None:
    changes = (
        "model.again={use: sequence/transformer, over: item, share: history, layers: 1, heads: 2, causal: true, "
        "length: 20, dropout: 0.1}",
        "answer.of=[again, item]",
    )
    found, notes = begun(tmp_path / "run", *changes, init=first)
    assert found.keys() == weights(first).keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in weights(first).items())
    assert not [note for note in notes if "fresh" in note or "left" in note]


def test_an_optional_node_that_the_data_cannot_feed_is_left(first: Path, tmp_path: Path) -> None:
    text = (
        "model.text={use: sequence/category, field: studio, width: 8, optional: true}",
        "model.both={use: gate, of: [item, text], width: 8}",
        "model.history.over=both",
    )
    _, notes = begun(tmp_path / "run", *text, init=first)
    assert [note for note in notes if "'text'" in note] == [
        "node 'text' is left out: data set 'synthetic' has no item.studio"
    ]


def test_other_data_take_all_but_tables_of_ids(first: Path, tmp_path: Path) -> None:
    found, notes = begun(tmp_path / "run", ELSEWHERE, "model.item.init=fresh", init=first)
    assert torch.equal(found["history.positions"], weights(first)["history.positions"])
    assert not torch.equal(found["item.blocks.0"], weights(first)["item.blocks.0"])
    assert "stage 'learn': node 'item' starts fresh, as it says" in notes


def test_rows_that_had_grown_are_the_earlier_runs_too(first: Path, tmp_path: Path) -> None:
    grow = "stages.learn.edits=[{grow: item, by: 3}]"
    found, _ = begun(tmp_path / "grown", grow, init=first)
    assert [found[f"item.blocks.{block}"].shape[0] for block in (0, 1)] == [30, 3]
    assert torch.equal(found["item.blocks.0"], weights(first)["item.blocks.0"])
    again, _ = begun(tmp_path / "again", grow, init=tmp_path / "grown")
    assert torch.equal(again["item.blocks.1"], found["item.blocks.1"])
    with pytest.raises(InputError, match="the rows of node 'item' are items"):
        begun(tmp_path / "shrunk", init=tmp_path / "grown")


@pytest.mark.fault("I: init from a run: a table of other ids")
def test_a_table_of_other_ids_is_refused_before_any_work(first: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the rows of node 'item' are users|the rows of node 'item' are items"):
        begun(tmp_path / "run", "data.options={users: 40, items: 31, seed: 3}", init=first)
    assert not (tmp_path / "run").exists()


def unfinished(folder: Path) -> None:
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "status": "stopped"}))


def cut(folder: Path) -> None:
    path = folder / "model" / "weights.safetensors"
    os.truncate(path, path.stat().st_size // 2)


def flip(folder: Path) -> None:
    path = folder / "model" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def unsealed(folder: Path) -> None:
    (folder / "model" / "manifest.json").unlink()


def without_data(folder: Path) -> None:
    shutil.rmtree(folder / "data")


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


DAMAGES = {
    "unfinished": (unfinished, "this run is stopped, .*lmrs resume"),
    "weights cut": (cut, "its weights are damaged: .*bytes where"),
    "weights changed": (flip, "its weights are damaged: .*sha256 differs"),
    "weights not sealed": (unsealed, "its weights are damaged: .*manifest.json: missing"),
    "without its data": (without_data, "nobody knows whose rows its weights are: .*data: not a whole bundle"),
    "no run": (emptied, "there is no run; give the folder that `lmrs run` wrote"),
}


@pytest.mark.fault("I: init from a run: {id}")
@pytest.mark.parametrize(("damage", "says"), DAMAGES.values(), ids=DAMAGES)
def test_a_run_that_is_none_is_refused(
    damage: Callable[[Path], None], says: str, lmrs: Lmrs, first: Path, tmp_path: Path
) -> None:
    earlier = shutil.copytree(first, tmp_path / "earlier")
    damage(earlier)
    with pytest.raises(InputError, match=says):
        begun(tmp_path / "run", init=earlier)
    ended = lmrs("run", RECIPE, "--init", earlier, "--out", tmp_path / "run", *("--set", "stages.teach=null"))
    assert (ended.code, len(ended.said)) == (2, 1)
    assert not (tmp_path / "run").exists()


@pytest.mark.fault("I: init from a run: a relative path from another folder")
def test_a_relative_path_is_seen_from_the_working_directory(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(first.parent)
    assert begun(tmp_path / "run", init=Path("first"))[0].keys() == weights(first).keys()
    assert f"run {first} " in (tmp_path / "run" / "recipe.yaml").read_text()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"run first: there is no run \(a relative path is seen from {tmp_path}\)"):
        begun(tmp_path / "other", init=Path("first"))


@pytest.mark.fault("I: init from a run: itself")
def test_a_run_cannot_start_from_itself(first: Path, tmp_path: Path) -> None:
    earlier = shutil.copytree(first, tmp_path / "earlier")
    with pytest.raises(
        InputError, match="stage 'learn' starts from this run: it cannot be replaced; give another --out"
    ):
        run(RECIPE, out=earlier, overrides=TUNE, init=earlier, overwrite=True, device="cpu")
    assert weights(earlier).keys() == weights(first).keys()


ARCHITECTURES = {
    "a layer more": (("model.history.layers=2",), "'history.layers.1.*' has no weights from run"),
    "another width": (("model.item.width=16",), r"'item.blocks.0' had shape \(30, 8\) in run .* now \(30, 16\)"),
    "no node in common": (
        (
            *("model.item=null", "model.history=null", "model.thing={use: sequence/item-id, width: 8}"),
            "model.past={use: sequence/transformer, over: thing, heads: 2}",
            "answer.of=[past, thing]",
            "stages.learn.objectives=[{use: sequence/next-item, of: [past, thing]}]",
        ),
        "no node in common with run .*: that has weights of history, item",
    ),
}


@pytest.mark.fault("I: init from a run of another architecture, in a run: {id}")
@pytest.mark.parametrize(("changes", "says"), ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_another_architecture_is_refused(changes: tuple[str, ...], says: str, first: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says) as error:
        begun(tmp_path / "run", *changes, init=first)
    assert "\n" not in str(error.value)


@pytest.mark.fault("I: conflicting options: --init and --set stages.0.init")
def test_two_starts_are_refused(lmrs: Lmrs, first: Path, tmp_path: Path) -> None:
    words = ("run", RECIPE, "--out", tmp_path / "run", "--init", first, "--set", "stages.0.init=fresh")
    assert "say the same thing twice" in lmrs(*words).said[-1]
    none = lmrs("run", "popularity", "--data", "synthetic", "--init", first, "--out", tmp_path / "run")
    assert none.said[-1].endswith("popularity.yaml' has no stage that could start from it")


def test_a_dry_run_finds_what_a_run_would(first: Path) -> None:
    with pytest.raises(InputError, match="the rows of node 'item' are items"):
        prepare(RECIPE, Host(), None, [*TUNE, ELSEWHERE, "data.options.items=29"], None, first)


def test_of_a_stage_that_repeats_the_first_round_alone_starts_from_it(first: Path) -> None:
    found = prepare(RECIPE, Host(), None, [*TUNE, "stages.learn.repeat=2"], None, first).resolved
    assert [stage.init.kind for stage in found.stages] == ["run", "keep"]


KILLED = {
    "before its stage began": Order(NOTIFY, "lmrs_after_build"),
    "in its first steps, nothing saved": Order(NOTIFY, "lmrs_after_step", nth=3),
    "in the stage that began with it": Order(NOTIFY, "lmrs_after_step", nth=14),
}


def start(lmrs: Lmrs, out: Path, init: Path, order: Order | None = None) -> int:
    changes = [word for one in TUNE for word in ("--set", one)]
    return lmrs("run", RECIPE, "--device", "cpu", "--out", out, "--init", init, *changes, order=order).code


@pytest.mark.fault("C: SIGKILL of a run that starts from another, {id}")
@pytest.mark.parametrize("order", KILLED.values(), ids=KILLED)
def test_killed(lmrs: Lmrs, first: Path, tmp_path: Path, order: Order) -> None:
    assert start(lmrs, tmp_path / "whole", first) == 0
    assert start(lmrs, tmp_path / "run", first, order) == -9
    resume(lmrs, tmp_path / "run")
    assert_equal(tmp_path / "whole", tmp_path / "run")


def changed(folder: Path) -> None:
    """Other weights under a fitting seal."""
    found = {name: tensor + 1 for name, tensor in weights(folder).items()}
    save_model(folder / "model", found)


@pytest.mark.fault("C: weights that a run starts from changed between kill and resume: before it began, refused")
def test_other_weights_before_the_stage_began_are_refused(lmrs: Lmrs, first: Path, tmp_path: Path) -> None:
    earlier = shutil.copytree(first, tmp_path / "earlier")
    assert start(lmrs, tmp_path / "run", earlier, KILLED["in its first steps, nothing saved"]) == -9
    changed(earlier)
    refused(lmrs, tmp_path / "run", "its weights are no longer those that this recipe started from")


@pytest.mark.fault("C: weights that a run starts from gone between kill and resume, once it has begun: not needed")
def test_once_begun_a_run_does_not_need_the_other(lmrs: Lmrs, first: Path, tmp_path: Path) -> None:
    earlier = shutil.copytree(first, tmp_path / "earlier")
    assert start(lmrs, tmp_path / "whole", earlier) == 0
    assert start(lmrs, tmp_path / "run", earlier, KILLED["in the stage that began with it"]) == -9
    shutil.rmtree(earlier)
    resume(lmrs, tmp_path / "run")
    assert_equal(tmp_path / "whole", tmp_path / "run")
