"""What a result holds, and how it lies on disk."""

from __future__ import annotations

import hashlib
import io
import json
import os

import numpy as np
import pytest
import torch

from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.measure import measure
from lmrs.evaluation.ranking import rank
from lmrs.evaluation.report import Result, Setting
from lmrs.evaluation.stored import files, load
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged


@pytest.fixture
def found() -> Result:
    scores = torch.arange(24.0).reshape(4, 6).flip(1)
    positives, seen = Ragged.of([[0], [1, 3], [], [5]]), Ragged.of([[2], [3], [], []])
    metrics = build_metrics(["ndcg", "mrr", "coverage"], [3])
    ranked = rank(scores, positives, rows=6, seen=seen, top=3)
    setting = Setting(part="test", candidates="all rows, excluding seen")
    return measure(ranked, metrics, setting, keys=np.arange(10, 14), groups=np.array([0, 0, 1, 2]), cold=1)


def write(folder, result):
    for name, content in files(result).items():
        (folder / name).write_bytes(content)


def test_counts_and_numbers(found):
    assert (found.cases, found.positives, found.rows, found.unranked, found.cold) == (4, 4, 6, 1, 1)
    assert list(found.numbers()) == ["NDCG@3", "MRR", "Coverage@3"]
    # Ranks 1; 2 and none; none asked; 6.
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 3)
    # Row 2 is out for the first case, which makes room for row 3.
    assert found["Coverage@3"] == pytest.approx(4 / 6)
    mrr, coverage = found.measured[1:]
    assert (mrr.cases, coverage.cases) == (3, 4)
    assert mrr.low < mrr.value < mrr.high
    assert (coverage.low, coverage.high) == (None, None)
    assert set(found.values) == {"NDCG@3", "MRR"}


def test_a_metric_that_was_not_measured_is_named_with_its_neighbour(found):
    with pytest.raises(InputError, match="did you mean NDCG@3"):
        found["NDCG@4"]
    with pytest.raises(InputError, match="there are NDCG@3, MRR, Coverage@3"):
        found["loss"]


def test_json_keeps_its_shape(found):
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert list(plain) == [
        "format", "part", "subject", "candidates", "sampled", "seen", "data", "seed", "window",
        "cases", "positives", "rows", "unranked", "cold", "level", "metrics", "groups",
    ]  # fmt: skip
    assert list(plain["metrics"]["MRR"]) == ["value", "low", "high", "cases", "definition", "higher_is_better"]
    assert "tied scores" in plain["metrics"]["MRR"]["definition"]


def test_no_case_that_counts_is_null_and_nan():
    ranked = rank(torch.zeros(2, 3), Ragged.of([[], []]), rows=3)
    result = measure(ranked, build_metrics(["mrr"]), Setting(part="valid"), keys=np.arange(2))
    assert result.to_json()["metrics"]["MRR"]["value"] is None
    assert np.isnan(result["MRR"])


def test_what_is_written_is_read(found, tmp_path):
    write(tmp_path, found)
    again = load(tmp_path, "test")
    assert again.to_json() == found.to_json()
    assert np.array_equal(again.keys, found.keys)
    assert np.array_equal(again.groups, found.groups)
    for name, values in found.values.items():
        assert np.array_equal(again.values[name], values, equal_nan=True)
    assert files(again) == files(found)


def test_one_that_was_not_evaluated(tmp_path):
    with pytest.raises(InputError, match=r"test\.json is missing; evaluate the run first"):
        load(tmp_path, "test")


@pytest.mark.fault("G: a stored result that is damaged: {id}")
@pytest.mark.parametrize("name", ["test.npz", "test.json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone"])
def test_a_damaged_file_is_refused(found, tmp_path, name, damage):
    write(tmp_path, found)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        content[len(content) // 2] ^= 0x80
        path.write_bytes({"cut": bytes(content[: len(content) // 2]), "flip": bytes(content), "empty": b""}[damage])
    with pytest.raises(InputError, match="evaluate the run"):
        load(tmp_path, "test")


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.fault("E: payload among the values of a result")
def test_a_pickle_among_the_values_is_never_read(found, tmp_path):
    write(tmp_path, found)
    trap = tmp_path / "trap"
    buffer = io.BytesIO()
    np.savez(buffer, keys=found.keys, **{"values/MRR": np.array([Payload(str(trap))], dtype=object)})
    (tmp_path / "test.npz").write_bytes(buffer.getvalue())
    facts = json.loads((tmp_path / "test.json").read_text())
    facts["cases_sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    (tmp_path / "test.json").write_text(json.dumps(facts))
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path, "test")
    assert not trap.exists()
