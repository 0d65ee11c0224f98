"""A stage on data of its own, several domains, before one on the recipe's: what each looks at, and killed anywhere."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from engine.orders import Order
from engine.two_stages import NOTIFY, Lmrs, assert_equal, refused, resume

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.prepared import prepare
from lmrs.answer.run import run
from lmrs.data import store
from lmrs.host.host import Host
from lmrs.runs.events import Events
from lmrs.runs.model import load_model
from lmrs.train.stage import build_stage
from lmrs_plugins import InputError

RECIPE = Path(__file__).with_name("other-data.yaml")
TEACH = 2 * 18
"""Steps of the first stage."""


def start(lmrs: Lmrs, out: Path, order: Order | None = None, *words: str) -> int:
    return lmrs("run", RECIPE, "--device", "cpu", "--out", out, *words, order=order).code


@pytest.fixture(scope="module")
def whole(lmrs: Lmrs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that nobody disturbed."""
    out = tmp_path_factory.mktemp("other") / "run"
    assert start(lmrs, out) == 0
    return out


@pytest.fixture(scope="module")
def killed(lmrs: Lmrs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed in its first stage."""
    out = tmp_path_factory.mktemp("other") / "killed"
    assert start(lmrs, out, PLACES["in the stage on other data"]) == -9
    return out


def test_each_stage_trains_and_validates_on_its_own_data(whole: Path) -> None:
    log = Events(whole / "metrics.jsonl").read()
    assert [event["step"] for event in log] == [18, 36, 9, 18, 27]
    setting = Pipeline.load(whole, device="cpu").setting
    assert [setting.bundle_at(stage).count("item") for stage in (0, 1)] == [50, 30]
    cases = [setting.evaluator("valid", stage) for stage in (0, 1)]
    assert [len(one.cases.examples) for one in cases] == [90, 40]
    assert setting.bundle.fingerprint == store.load(whole / "data").fingerprint
    result = json.loads((whole / "results" / "test.json").read_text())
    assert (result["rows"], result["cases"], result["data"]) == (30, 40, setting.bundle.fingerprint)


def test_domains_are_mixed_in_a_batch_by_windows_that_are_shuffled_over_all_users(whole: Path) -> None:
    """Nothing else is needed for batches of several domains: a domain is met as often as it has windows."""
    setting = Pipeline.load(whole, device="cpu").setting
    builder = setting.builder(0)
    sampler = builder.component(setting.resolved.stages[0].sampler, binding={})
    domains = np.array(builder.bundle.tables["user"].column("domain").to_pylist())
    batches = [domains[sampler.examples(keys).columns["user"]] for keys in sampler.epoch(0, 7)]
    assert sum(len(set(batch)) > 1 for batch in batches) >= 0.9 * len(batches)
    assert len(np.concatenate(batches)) == sum(map(len, sampler.epoch(1, 7)))


def test_what_is_served_are_items_of_the_last_stages_data(whole: Path) -> None:
    best = Pipeline.load(whole, device="cpu").recommend(history=["i01", "i02"], top=30)
    assert {one.id for one in best} <= {f"i{number:02d}" for number in range(1, 31)}


PLACES = {
    "in the stage on other data": Order(NOTIFY, "lmrs_after_step", nth=22),
    "in a validation of other data": Order("lmrs.evaluation.answering:Answering.scores", nth=2),
    "between stages of other data": Order(NOTIFY, "lmrs_before_stage", nth=2),
    "in the stage after one on other data": Order(NOTIFY, "lmrs_after_step", nth=TEACH + 14),
}


@pytest.mark.fault("C: SIGKILL {id}")
@pytest.mark.parametrize("place", PLACES)
def test_killed(lmrs: Lmrs, whole: Path, tmp_path: Path, place: str) -> None:
    out = tmp_path / "run"
    assert start(lmrs, out, PLACES[place]) == -9
    resume(lmrs, out)
    assert_equal(whole, out)


@pytest.mark.fault("C: SIGKILL before a stage's own data are stored: said, with what to do")
def test_killed_before_all_data_are_there(lmrs: Lmrs, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert start(lmrs, out, Order("lmrs.data.store:save", nth=2)) == -9
    ended = lmrs("resume", out, "--device", "cpu")
    assert ended.code == 2
    assert "before its data were stored; start it anew" in ended.said[-1]


def other(folder: Path) -> Path:
    (place,) = (folder / "stage-data").iterdir()
    return place


@pytest.mark.fault("C: data of a stage changed between kill and resume")
def test_other_data_of_a_stage(lmrs: Lmrs, killed: Path, whole: Path, tmp_path: Path) -> None:
    out = shutil.copytree(killed, tmp_path / "run")
    place = other(out)
    shutil.rmtree(place)
    shutil.copytree(whole / "data", place)
    refused(lmrs, out, "the data have changed since this run began")


@pytest.mark.fault("C: data of a stage damaged between kill and resume")
def test_damaged_data_of_a_stage(lmrs: Lmrs, killed: Path, tmp_path: Path) -> None:
    out = shutil.copytree(killed, tmp_path / "run")
    path = max(other(out).rglob("*"), key=os.path.getsize)
    os.truncate(path, path.stat().st_size // 2)
    refused(lmrs, out, f"{other(out)}: not ")


def test_data_that_several_stages_say_are_read_and_stored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = RECIPE.read_text()
    first = text[text.index("  - name: teach") : text.index("  - name: learn")]
    recipe = tmp_path / "thrice.yaml"
    recipe.write_text(text.replace("  - name: learn", first.replace("teach", "repeat") + "  - name: learn"))
    short = [f"stages.{stage}.max_steps=1" for stage in range(3)]
    pipeline = run(recipe, out=tmp_path / "run", overrides=short, device="cpu")
    setting = pipeline.setting
    assert setting.whole(0) is setting.whole(1)
    assert setting.whole(0) is not setting.whole(2)
    assert len(list((tmp_path / "run" / "stage-data").iterdir())) == 1
    assert setting.folder.stage_data == dict.fromkeys((0, 1), setting.whole(0).fingerprint)


@pytest.mark.fault("I: stages on other data: a table of other ids, before anything is trained")
def test_a_table_of_other_ids_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stage 'learn': the rows of node 'item' are items, .* init: fresh") as error:
        run(RECIPE, out=tmp_path / "run", overrides=["model.item.init=null"], device="cpu")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_a_dropped_and_added_table_is_another(tmp_path: Path) -> None:
    edits = "stages.learn.edits=[{drop: item}, {add: item, use: sequence/item-id, width: 8}]"
    assert prepare(RECIPE, Host(), None, ["model.item.init=null", edits], None).resolved.stages[1].added == ("item",)


@pytest.mark.fault("I: stages on other data: an artifact of other ids")
def test_an_artifact_of_other_ids_is_refused(tmp_path: Path) -> None:
    changes = [
        "stages.teach.makers={vectors: {use: export, of: item}}",
        "stages.learn.edits=[{drop: item}, {add: item, use: sequence/item-id, width: 8, init: artifact vectors}]",
        *(f"stages.{stage}.max_steps=1" for stage in range(2)),
    ]
    with pytest.raises(InputError, match="artifact vectors: made for another set of items"):
        run(RECIPE, out=tmp_path / "run", overrides=changes, device="cpu")


def test_data_named_on_the_command_line_are_the_recipes(tmp_path: Path) -> None:
    events = tmp_path / "mine.csv"
    events.write_text("user,item\n" + "".join(f"u{user},i{item}\n" for user in range(9) for item in range(5)))
    found = prepare(RECIPE, Host(), events, [], None)
    assert (found.bundle.name, found.others[0].name) == ("mine", "one + two")


def test_data_of_the_recipe_that_no_stage_looks_at() -> None:
    own = ["stages.learn.data={source: synthetic, options: {users: 40, items: 30}}"]
    assert "data: no stage looks at them: each has its own" in prepare(RECIPE, Host(), None, own, None).notes
    with pytest.raises(InputError, match="--data names the data of the recipe, and each of its stages has its own"):
        prepare(RECIPE, Host(), "synthetic", own, None)
    assert prepare(RECIPE, Host(), None, [*own, "data=null"], None).bundle.count("item") == 30


def test_windows_belong_to_a_data_set(tmp_path: Path) -> None:
    windows = {"by": "windows", "count": 3}
    changes = [f"stages.teach.data.split={json.dumps(windows)}", "stages.teach.window=2"]
    found = prepare(RECIPE, Host(), None, changes, None)
    assert found.others[0].windows is not None
    assert found.bundle.windows is None
    short = [f"stages.{stage}.max_steps=1" for stage in range(2)]
    pipeline = run(RECIPE, out=tmp_path / "run", overrides=[*changes, *short], device="cpu")
    assert [path.name for path in (pipeline.setting.folder.results).iterdir() if path.is_dir()] == []
    with pytest.raises(
        InputError, match="stage 'learn' trains on time window 1, and the data are not split by windows"
    ):
        prepare(RECIPE, Host(), None, [*changes, "stages.learn.window=1"], None)


@pytest.mark.fault("I: misfit: a stage's own data lack a column: the run is refused and names the stage")
def test_a_column_that_a_stages_data_lack(tmp_path: Path) -> None:
    events = tmp_path / "bare.csv"
    events.write_text("user,item\n" + "".join(f"u{user},i{item}\n" for user in range(9) for item in range(5)))
    changes = [
        "model.kind={use: sequence/category, field: categories, width: 8, init: fresh}",
        "model.both={use: sum, of: [item, kind]}",
        "model.history.over=both",
        f"stages.teach.data={{source: {json.dumps(str(events))}}}",
    ]
    with pytest.raises(
        InputError, match=r"needs item.categories, but data set 'bare' of stage 'teach' has no item.cat"
    ):
        run(RECIPE, out=tmp_path / "run", overrides=changes, device="cpu")
    assert not (tmp_path / "run").exists()


def test_what_starts_fresh_on_other_data_is_new_to_a_strategy(tmp_path: Path) -> None:
    """A frozen body does not keep the table of ids from learning them."""
    changes = ["stages.learn.strategy=finetune-extra", "stages.teach.max_steps=1", "stages.learn.max_steps=4"]
    setting = run(RECIPE, out=tmp_path / "run", overrides=changes, device="cpu").setting
    last = build_stage(setting.resolved.stages[1], setting.builder(1), {})
    assert [name for group in last.choose() for name in group.names] == ["item.blocks.0"]
    assert load_model(tmp_path / "run" / "model")[0]["item.blocks.0"].shape == (30, 8)


def test_a_run_that_is_replaced_leaves_no_data_behind(killed: Path, tmp_path: Path) -> None:
    out = shutil.copytree(killed, tmp_path / "run")
    assert (out / "stage-data").exists()
    run("popularity", "synthetic", out=out, overwrite=True)
    assert not (out / "stage-data").exists()
