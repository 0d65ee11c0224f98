"""Items that training never met, among all items: what the recipe does so that they are not crowded out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lmrs.answer.data import read_tables, section
from lmrs.answer.measured import evaluate
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.data.write import write_atomic
from lmrs.evaluation.report import Result
from lmrs.host.host import Host
from lmrs_plugins import InputError

CONTENT = (
    "model.text={use: sequence/category, field: categories, width: 32}",
    "model.image=null",
    "model.person=null",
    "stages.0.strategy=pretrain",
    "stages.0.optimizer.rate=0.003",
    "stages.0.epochs=12",
    "stages.0.stop=null",
    "evaluate.metrics=[hr]",
    "evaluate.at=[10]",
)
AS_USUAL = ("stages.0.objectives.0.among=all", "model.item.dropout=0.0")
"""Cross-entropy over all items, and nothing left out: how the trial was that found cold items crowded out."""
SIDE_BY_SIDE = (
    "model.about=null",
    "model.item={use: gate, of: [id, words, kg], normalize: false, dropout: 0.1}",
    "model.words.rows=false",
)
"""Parts of any length in one gate, where twelve epochs show what leaving out alternatives and parts does."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated set, in which a tenth of the items stands at the last two places of histories only."""
    tables = read_tables(section("synthetic", ["options={users: 500, items: 120, seed: 1}"]), Host())
    events = tables.interactions.sort_by([("user", "ascending"), ("timestamp", "ascending")])
    user, item = (np.asarray(events.column(name).to_pylist()) for name in ("user", "item"))
    cold = np.random.default_rng(1).permutation(np.unique(item))[: len(np.unique(item)) // 10]
    left = np.searchsorted(user, user, side="right") - np.arange(len(user))
    kept = events.filter(pa.array(~np.isin(item, cold) | (left <= 2)))
    folder = tmp_path_factory.mktemp("cold") / "cold"
    write_atomic(tables.__class__(**{**vars(tables), "interactions": kept}), folder)
    return folder


def cold(result: Result) -> float:
    """HR@10 of the cases whose right answer has no training event."""
    (values,) = [one.values["HR@10"] for groups in result.groupings for one in groups.groups if one.name == "cold"]
    return float(values.mean())


def test_a_lift_is_for_cold_items_alone_and_needs_no_training(data: Path, tmp_path: Path) -> None:
    changes = (*CONTENT, "stages.0.epochs=2", "evaluate.metrics=[{use: hr}, {use: aplt, head: 1.0}]")
    run("mixed", data, overrides=changes, seed=1, out=tmp_path / "run", device="cpu")
    plain, lifted, most = (evaluate(tmp_path / "run", overrides=[f"answer.lift={lift}"]) for lift in (0.0, 0.1, 3.0))
    shares = [result["APLT(1)@10"] for result in (plain, lifted, most)]
    assert shares[0] < shares[1] < shares[2]
    assert cold(plain) <= cold(lifted)
    among = evaluate(tmp_path / "run", overrides=["evaluate.candidates=cold"])
    assert cold(most) == pytest.approx(cold(among)), "above all others, cold items are ranked as among themselves"
    pipelines = [Pipeline.load(tmp_path / "run") for _ in range(2)]
    resolved = pipelines[1].setting.resolved
    pipelines[1].setting.resolved = replace(
        resolved, answer=replace(resolved.answer, options=resolved.answer.options.model_copy(update={"lift": 0.5}))
    )
    history = list(pipelines[0].setting.bundle.vocabularies["item"].ids[:2])
    first, second = ({one.id: one.score for one in each.recommend(history=history, top=500)} for each in pipelines)
    gained = {item: second[item] - score for item, score in first.items()}
    met = set(np.asarray(pipelines[0].setting.bundle.vocabularies["item"].ids)[np.unique(_trained(pipelines[0]))])
    assert all(gain == pytest.approx(0.0 if item in met else 0.5, abs=1e-5) for item, gain in gained.items())


def _trained(pipeline: Pipeline) -> np.ndarray:
    return pipeline.setting.bundle.training().items


@pytest.mark.fault("I: an answer of a finished run that reads other nodes")
def test_a_finished_run_answers_out_of_what_it_has_learnt(data: Path, tmp_path: Path) -> None:
    run("mixed", data, overrides=[*CONTENT, "stages.0.epochs=0"], out=tmp_path / "run", device="cpu")
    with pytest.raises(InputError, match="only options of its scorer can be other"):
        evaluate(tmp_path / "run", overrides=["answer.item=id"])
    with pytest.raises(InputError, match=r"answer\.KEY=VALUE"):
        evaluate(tmp_path / "run", overrides=["model.item.dropout=0.1"])


def test_cold_items_are_not_crowded_out(data: Path, tmp_path: Path) -> None:
    found = {}
    for name, changes in (("as it is", ()), ("as usual", AS_USUAL)):
        pipeline = run(
            "mixed", data, overrides=[*CONTENT, *SIDE_BY_SIDE, *changes], seed=1, out=tmp_path / name, device="cpu"
        )
        found[name] = (pipeline.evaluate("test"), evaluate(tmp_path / name, overrides=["evaluate.candidates=cold"]))
    (mine, among_cold), (usual, usual_among_cold) = found["as it is"], found["as usual"]
    assert cold(mine) > 2 * cold(usual) + 0.02
    assert cold(usual_among_cold) > cold(usual)
    assert mine["HR@10"] > usual["HR@10"] - 0.01, "and it costs nothing overall"
    assert among_cold.setting.candidates == "rows without a training event, excluding seen"


def test_a_small_lift_brings_cold_items_into_reach(data: Path, tmp_path: Path) -> None:
    found, content = {}, (*CONTENT, "model.words.rows=false", "stages.0.epochs=20")
    for name, changes in (("as it is", ()), ("as usual", AS_USUAL)):
        pipeline = run("mixed", data, overrides=[*content, *changes], seed=1, out=tmp_path / name, device="cpu")
        found[name] = (
            pipeline.evaluate("test"),
            evaluate(tmp_path / name, overrides=["answer.lift=0.1"]),
            evaluate(tmp_path / name, overrides=["evaluate.candidates=cold"]),
        )
    (mine, lifted, among_cold), (usual, usual_lifted, usual_among_cold) = found["as it is"], found["as usual"]
    assert cold(lifted) > cold(usual_lifted) + 0.1, "what is lifted a little is in reach"
    assert cold(usual_among_cold) > cold(usual) + 0.3, "it is not that they could not be told from one another"
    assert mine["HR@10"] > usual["HR@10"] - 0.06
    assert among_cold.setting.candidates == "rows without a training event, excluding seen"
