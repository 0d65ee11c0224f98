"""Training through time windows: nothing comes from a later one, and a run that was killed ends as undisturbed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from engine.orders import Order
from engine.two_stages import NOTIFY, SCORES, Lmrs, assert_equal, resume

import lmrs as library
from lmrs.evaluation.stored import load

ITEMS, USERS, DAY = 20, 24, 86400.0
SMALL = (
    "data.split.count=3",
    "model.item.width=16",
    "model.encoder.heads=2",
    "model.year.field=price",
    "stages.0.repeat=2",
    "stages.0.epochs=2",
    "stages.0.sampler.batch=16",
    "stages.0.checkpoint_every=2",
    "task.targets=each",
)


def write(path: Path, other_future: bool = False) -> Path:
    """Visits of all users on three days. `other_future`: other items and ratings on the third."""
    rng = np.random.default_rng(3)
    # A first user names every item first, so that their numbers do not depend on what comes later.
    rows = [("all", item, item, 3) for item in range(ITEMS)]
    for user in range(USERS):
        for day in range(3):
            start = day * DAY + 1000 * user + 100
            visit = rng.choice(ITEMS, 5, replace=False)
            ratings = rng.integers(1, 6, 5)
            if other_future and day == 2:
                visit, ratings = (visit + 7) % ITEMS, 6 - ratings
            rows += [
                (user, item, start + place, rating)
                for place, (item, rating) in enumerate(zip(visit, ratings, strict=True))
            ]
    lines = [f"u{user},i{item},{time:.0f},{rating}" for user, item, time, rating in rows]
    path.write_text("user,item,timestamp,rating\n" + "\n".join(lines) + "\n")
    return path


def words(data: Path, out: Path, *more: str) -> list[str]:
    changes = [word for text in (*SMALL, *more) for word in ("--set", text)]
    return ["run", "transformers4rec", "--data", str(data), "--out", str(out), "--device", "cpu", *changes]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("visits") / "visits.csv")


@pytest.fixture(scope="module")
def through(lmrs: Lmrs, data: Path) -> Path:
    """The run that nobody disturbed."""
    out = data.parent / "undisturbed"
    ended = lmrs(*words(data, out))
    assert ended.code == 0, ended.said
    return out


def log(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_each_window_is_measured_and_all_of_them_are_one_result(through: Path) -> None:
    second, third = (load(through / "results" / f"window-{number}", "test") for number in (2, 3))
    whole = load(through / "results", "test")
    assert (second.setting.window, third.setting.window, whole.setting.window) == (2, 3, None)
    assert whole.cases == second.cases + third.cases > 0
    assert whole["NDCG@10"] == pytest.approx(np.concatenate([one.values["NDCG@10"] for one in (second, third)]).mean())
    assert whole["NDCG@10 by window"] == pytest.approx((second["NDCG@10"] + third["NDCG@10"]) / 2)
    (windows,) = whole.groupings
    assert [group.name for group in windows.groups] == ["window-2", "window-3"]
    assert whole.within(windows.groups[1], "MRR").mean == pytest.approx(third["MRR"])


def test_half_of_the_users_of_a_window_are_asked_for(through: Path) -> None:
    for number in (2, 3):
        tested = set(load(through / "results" / f"window-{number}", "test").groups.tolist())
        assert 10 <= len(tested) <= 14


def test_weights_are_kept_from_window_to_window(through: Path) -> None:
    first, second = ([event["terms"]["masked-item.loss"] for event in log(through) if event["stage"] == stage]
                     for stage in ("window-1", "window-2"))  # fmt: skip
    assert len(first) == len(second) == 2
    assert second[0] < first[0], "the second window does not start anew"


def test_nothing_of_a_later_window_is_seen_before_its_time(lmrs: Lmrs, through: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "visits.csv", other_future=True)
    ended = lmrs(*words(other, tmp_path / "run"))
    assert ended.code == 0, ended.said
    early = [[event for event in log(folder) if event["stage"] == "window-1"] for folder in (through, tmp_path / "run")]
    assert early[0] == early[1]
    for number, same in ((2, True), (3, False)):
        one, two = (load(folder / "results" / f"window-{number}", "test") for folder in (through, tmp_path / "run"))
        assert all(np.array_equal(one.values[name], two.values[name]) for name in one.values) == same


PLACES = {
    "in the first round": Order(NOTIFY, "lmrs_after_step", nth=3),
    "in a measurement": Order(SCORES, nth=1),
    "after a measurement": Order("lmrs.answer.fit:keep_result", when="after"),
    "between the rounds": Order(NOTIFY, "lmrs_before_stage", nth=2),
    "in the second round": Order(NOTIFY, "lmrs_after_step", nth=7),
    "in the second measurement": Order("os:replace", "window-3/.tmp-test.json"),
}


@pytest.mark.parametrize("place", PLACES)
def test_killed(lmrs: Lmrs, through: Path, data: Path, tmp_path: Path, place: str) -> None:
    out = tmp_path / "run"
    assert lmrs(*words(data, out), order=PLACES[place]).code == -9
    resume(lmrs, out)
    assert_equal(through, out)
    for number in (2, 3):
        one, two = (load(folder / "results" / f"window-{number}", "test") for folder in (through, out))
        assert one.numbers() == two.numbers()


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("next-item", ("stages.0.draws.shown.use=sequence/next", "model.encoder.causal=true")),
        ("permuted-item", ("stages.0.draws.shown.use=sequence/permuted",)),
        ("replaced-item", ("stages.0.draws.shown.original=true",)),
    ],
)
def test_the_other_objectives_learn_with_features_too(
    data: Path, tmp_path: Path, objective: str, changes: tuple[str, ...]
) -> None:
    overrides = (*SMALL, *changes, f"stages.0.objectives.0.use=sequence/{objective}", "stages.0.epochs=6")
    pipeline = library.run("transformers4rec", data, overrides=overrides, out=tmp_path / "run", device="cpu")
    losses = [event["terms"] for event in log(tmp_path / "run") if event["stage"] == "window-1"]
    assert all(losses[-1][name] < losses[0][name] for name in losses[0])
    assert "kind" not in pipeline.graph.nodes, "what the data lack is left out"
    best = pipeline.recommend(history=["i3", "i4"], top=5)
    assert len(best) == 5, "a history that is not in the data has no features, and is served all the same"


def test_measured_again_it_says_the_same(lmrs: Lmrs, through: Path, tmp_path: Path) -> None:
    before = (through / "results" / "test.json").read_bytes()
    ended = lmrs("evaluate", through, "--device", "cpu")
    assert ended.code == 0, ended.said
    assert (through / "results" / "test.json").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("stages.0.repeat=3", "stage 'window-3' trains on time window 3 and is asked about the next; the data have 3"),
        ("data.split={by: temporal, count: null}", "the data are not split by windows; say data.split.by=windows"),
        ("stages.0.window=0", "should be greater than or equal to 1"),
    ],
)
def test_windows_that_are_not_there_are_refused(lmrs: Lmrs, data: Path, tmp_path: Path, change: str, says: str) -> None:
    ended = lmrs(*words(data, tmp_path / "run", change))
    assert ended.code == 2
    assert says in ended.said[-1]
    assert not (tmp_path / "run").exists()
