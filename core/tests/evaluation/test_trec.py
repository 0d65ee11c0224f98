"""Rankings and right answers as TREC files: what is in them, and that trec_eval finds our numbers in them."""

from __future__ import annotations

from urllib.parse import unquote

import ir_measures
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.trec import escaped, qrels_lines, queries, run_lines, tied
from lmrs_plugins import Bundle, Examples, InputError, Vocabulary

MEASURES = {
    **{f"NDCG@{at}": nDCG @ at for at in (1, 5, 10)},
    **{f"Recall@{at}": R @ at for at in (1, 5, 10)},
    **{f"HR@{at}": Success @ at for at in (1, 10)},
    **{f"Precision@{at}": P @ at for at in (1, 10)},
    "MRR": RR,
    "MAP@30": AP,
}
IDS = [f"item {row}\t%" for row in range(30)]


def bundle(*users: str) -> Bundle:
    events = pa.table({"user": np.arange(len(users)), "item": np.arange(len(users))})
    return Bundle("b", {"user": Vocabulary("user", users), "item": Vocabulary("item", IDS)}, events)


def written(folder, placed, named, depth=30):
    ids = [escaped(one) for one in IDS]
    run, qrels = folder / "test.run", folder / "test.qrels"
    run.write_text("".join(run_lines(placed, named, ids, "mine", depth)), encoding="utf-8")
    qrels.write_text("".join(qrels_lines(placed, named, ids)), encoding="utf-8")
    return list(ir_measures.read_trec_run(str(run))), list(ir_measures.read_trec_qrels(str(qrels)))


@pytest.mark.fault("G: TREC files give our numbers: {id}")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ties", ["none", "harmless"])
def test_trec_eval_reads_our_numbers_out_of_the_files(question, tmp_path, seed, ties):
    placed = question(seed, ties=ties).placed()
    named = [f"user/{case}" for case in range(40)]
    run, qrels = written(tmp_path, placed, named)
    found = {
        (str(one.measure), one.query_id): one.value
        for one in ir_measures.iter_calc(list(MEASURES.values()), qrels, run)
    }
    for metric in build_metrics(["ndcg", "recall", "hr", "precision", "mrr", "map"], [1, 5, 10, 30]):
        if metric.name not in MEASURES:
            continue
        for case, value in enumerate(metric.values(placed)):
            theirs = found.get((str(MEASURES[metric.name]), named[case]))
            if theirs is None:  # no line in the run: a miss; no line in the qrels: no case
                assert value == 0 if len(placed.positives[placed.owners() == case]) else np.isnan(value)
            else:
                assert value == pytest.approx(theirs, abs=1e-6)


def test_means_are_the_same_too(question, tmp_path):
    made = question(4)
    placed = made.placed().take(np.arange(3, 40))
    assert tied(placed) == 0
    run, qrels = written(tmp_path, placed, [f"u{case}" for case in range(37)])
    theirs = ir_measures.calc_aggregate([nDCG @ 10, R @ 5], qrels, run)
    (ndcg, recall) = build_metrics(["ndcg@10", "recall@5"])
    assert np.nanmean(ndcg.values(placed)) == pytest.approx(theirs[nDCG @ 10])
    assert np.nanmean(recall.values(placed)) == pytest.approx(theirs[R @ 5])


def test_lines_by_hand(question, tmp_path):
    placed = question(0).placed(top=2).take(np.arange(2))
    first = placed.top[0]
    lines = run_lines(placed, ["ann", "bob"], [f"i{row}" for row in range(30)], "tag", 2)
    # The second case has no candidate.
    assert lines == [
        f"ann Q0 i{first[0]} 1 {placed.scores[0, 0]} tag\n",
        f"ann Q0 i{first[1]} 2 {placed.scores[0, 1]} tag\n",
    ]
    assert len(run_lines(placed, ["ann", "bob"], IDS, "tag", 1)) == 1
    right = sorted(placed.positives[placed.owners() == 0].tolist())
    mine = [line for line in qrels_lines(placed, ["ann", "bob"], [f"i{row}" for row in range(30)]) if "ann" in line]
    assert mine == [f"ann 0 i{row} 1\n" for row in right]


def test_scores_are_read_back_to_the_last_bit(question, tmp_path):
    placed = question(0).placed()
    noise = np.random.default_rng(0).normal(size=placed.scores.shape).astype(np.float32)
    object.__setattr__(placed, "scores", -np.sort(-noise, axis=1))
    lines = run_lines(placed, [str(case) for case in range(40)], [escaped(one) for one in IDS], "t", 30)
    read = np.array([line.split()[4] for line in lines], dtype=np.float32)
    assert np.array_equal(read, placed.scores[placed.top >= 0])


def test_tied_right_answers_are_counted(question):
    assert tied(question(0).placed()) == 0
    assert tied(question(0, ties="any").placed()) > 0


@pytest.mark.fault("G: TREC files: blanks and control characters in ids")
@given(st.text(min_size=1, max_size=12))
def test_an_escaped_id_is_one_word_and_is_read_back(text):
    text = text.encode("utf-8", "ignore").decode() or "x"
    word = escaped(text)
    assert word.split() == [word]
    assert unquote(word) == text


def test_ordinary_ids_stand_as_they_are():
    assert [escaped(one) for one in ("u12", "tt0111161", "Amélie", "a/b:c,d")] == [
        "u12",
        "tt0111161",
        "Amélie",
        "a/b:c,d",
    ]
    assert escaped("Blade Runner") == "Blade%20Runner"
    assert escaped("100%") == "100%25"


@pytest.mark.fault("G: TREC files: an empty id")
def test_an_empty_id_is_refused():
    with pytest.raises(InputError, match="an id is empty"):
        escaped("")


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([1, 0], ["b%20c", "a"]),
        ([0, 1, 0], ["a/1", "b%20c/1", "a/2"]),
        ([0, -1], ["7", "8"]),
    ],
)
def test_queries_are_users_numbered_where_one_is_asked_twice(users, expected):
    examples = Examples(np.arange(7, 7 + len(users)), {"user": np.array(users)})
    assert queries(examples, bundle("a", "b c")) == expected


def test_a_query_without_users_is_the_key_of_its_case():
    assert queries(Examples(np.array([5, 3]), {}), bundle("a")) == ["5", "3"]
