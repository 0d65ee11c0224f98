"""TREC files from the command line."""

from __future__ import annotations

import ir_measures
import pytest
from ir_measures import nDCG


def test_files_are_written_and_named(lmrs, trained, tmp_path):
    said = lmrs("evaluate", trained, "--trec", tmp_path / "trec")
    assert said.code == 0
    assert sorted(path.name for path in (tmp_path / "trec").iterdir()) == ["test.qrels", "test.run", "test.trec.json"]
    assert f"run: {tmp_path / 'trec' / 'test.run'}" in said.out
    run = list(ir_measures.read_trec_run(str(tmp_path / "trec" / "test.run")))
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "trec" / "test.qrels")))
    assert {one.query_id for one in run} == {one.query_id for one in qrels} == {f"u{user:02}" for user in range(1, 61)}
    assert all(one.doc_id.startswith("i") and one.relevance == 1 for one in qrels)


def test_what_a_case_has_seen_is_not_in_the_run(lmrs, trained, tmp_path):
    lines = {}
    for seen in ("exclude", "include"):
        folder = tmp_path / seen
        said = lmrs("evaluate", trained, "--trec", folder, "--depth", "40", "--set", f"evaluate.seen={seen}", "--json")
        lines[seen] = said.json["trec"]["lines"]
    assert lines["include"] == 60 * 40
    assert lines["exclude"] < lines["include"]


def test_ties_are_said_and_change_what_others_find(lmrs, trained, tmp_path):
    """The model counts events, so that its scores are whole numbers."""
    said = lmrs("evaluate", trained, "--trec", tmp_path)
    assert "share their score with another candidate" in said.out
    found = lmrs("evaluate", trained, "--trec", tmp_path, "--json").json
    run = list(ir_measures.read_trec_run(str(tmp_path / "test.run")))
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "test.qrels")))
    theirs = ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10]
    assert found["trec"]["tied"] > 0
    assert found["result"]["metrics"]["NDCG@10"]["value"] != pytest.approx(theirs, abs=1e-9)


@pytest.mark.fault("G: sampled candidates are labelled: TREC files")
def test_a_run_among_sampled_candidates_says_so_in_its_tag(lmrs, trained, tmp_path):
    change = ("--set", "evaluate.candidates={sample: 10}")
    said = lmrs("evaluate", trained, "--trec", tmp_path, *change, "--json").json
    assert said["trec"]["tag"] == "most-sampled"
    words = [line.split() for line in (tmp_path / "test.run").read_text().splitlines()]
    assert {line[-1] for line in words} == {"most-sampled"}
    assert len(words) <= 60 * 11


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--depth", "50"), "--depth is of the files that --trec writes"),
        (("--trec", "x", "--depth", "19"), "depth 19: the metrics look at 20 rows; ask for as many"),
        (("--trec", "x", "--part", "train"), "evaluate on valid or test"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(lmrs, trained, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    said = lmrs("evaluate", trained, *words)
    assert said.code == 2
    assert message in said.error
    assert not (tmp_path / "x").exists()


def test_a_place_that_cannot_be_written_is_one_line(lmrs, trained, tmp_path):
    (tmp_path / "file").write_text("")
    said = lmrs("evaluate", trained, "--trec", tmp_path / "file" / "trec")
    assert said.code == 2
    assert "cannot write" in said.error
