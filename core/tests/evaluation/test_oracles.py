"""Every metric against somebody else's: ir-measures (trec_eval), torchmetrics, or plain Python where neither has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import log2

import ir_measures
import numpy as np
import pytest
import torch
from ir_measures import AP, RR, P, R, Success, nDCG

from lmrs.evaluation.build import build_metrics
from lmrs_plugins.operators import declare_operators

# torchmetrics imports torchvision, whose extension torch's CPU build cannot load.
declare_operators(
    torch,
    "torchvision",
    "_C",
    [f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor" for name in ("nms", "qnms")],
)

# isort: split
from torchmetrics.functional import retrieval as theirs  # noqa: E402

ROWS = 30
AT = (1, 5, ROWS)
EVENTS = np.array([0, 0, 90, *[40] * 3, *[9] * 9, *range(1, 16)])
CASES = range(40)
SEEDS = range(4)


def values(made, name: str) -> np.ndarray:
    """Our value of every case, or the one of all."""
    (metric,) = build_metrics([name])
    return metric.values(replace(made.placed(), popularity=EVENTS, seen=made.seen))


def expect(found: np.ndarray, wanted: dict[int, float]) -> None:
    """The oracle's values, and none where it has none."""
    assert found == pytest.approx(np.array([wanted.get(case, np.nan) for case in CASES]), abs=1e-6, nan_ok=True)
    assert len(wanted) > 25


def by_trec_eval(made, measure, name=lambda case, row: f"{row:02}") -> dict[int, float]:
    """Of every case with right answers; a case whose list is empty has no line in the run, and is a miss."""
    judged = [case for case in CASES if len(made.positives[case])]
    qrels = {str(case): {name(case, row): 1 for row in made.positives[case]} for case in judged}
    run = {
        str(case): {name(case, row): float(made.scores[case, row]) for row in made.ranked_rows(case)}
        for case in judged
        if made.ranked_rows(case)
    }
    found = {int(one.query_id): one.value for one in ir_measures.iter_calc([measure], qrels, run)}
    return {case: found.get(case, 0.0) for case in judged}


def by_torchmetrics(made, function, **options) -> dict[int, float]:
    """Of every case in which a right answer was ranked: torchmetrics knows nothing of those that were not."""
    found = {}
    for case in CASES:
        rows = made.ranked_rows(case)
        target = torch.tensor([row in made.positives[case] for row in rows])
        if len(rows) and target.any():
            # It wants probabilities for the area under the curve, and takes what has score 0 for not retrieved.
            found[case] = float(function((1 + made.scores[case][rows]) / 100, target, **options))
    return found


def share_ranked(made) -> dict[int, float]:
    """Of the right answers of each case, how many were candidates."""
    mine = {case: made.positives[case] for case in CASES if len(made.positives[case])}
    return {case: sum(row in made.ranked_rows(case) for row in rows) / len(rows) for case, rows in mine.items()}


def capped(made, found: dict[int, float], at: int) -> dict[int, float]:
    """trec_eval divides the average precision by all right answers, we by no more than can stand in the list."""
    return {case: one * len(made.positives[case]) / min(len(made.positives[case]), at) for case, one in found.items()}


def of_all(made, at: int) -> list[int]:
    """Every recommended row."""
    return [row for case in CASES for row in listed(made, case, at)]


def listed(made, case: int, at: int) -> list[int]:
    return sorted(made.ranked_rows(case), key=lambda row: (-float(made.scores[case, row]), row))[:at]


def gini(made, at: int) -> float:
    """Half the mean absolute difference over the mean."""
    often = Counter(of_all(made, at))
    times = np.array([often[row] for row in range(ROWS)])
    return float(abs(times[:, None] - times).mean() / 2 / times.mean())


def lift(made, at: int) -> float:
    both = [case for case in CASES if len(made.seen[case]) and listed(made, case, at)]
    had = np.mean([np.mean(EVENTS[made.seen[case]]) for case in both])
    given = np.mean([np.mean(EVENTS[listed(made, case, at)]) for case in both])
    return float((given - had) / had)


def tail() -> set[int]:
    """Rows taken from the most popular downwards until .8 of the events are there are the head; the rest is this."""
    head: set[int] = set()
    for events in sorted(set(EVENTS.tolist()), reverse=True):
        if EVENTS[sorted(head)].sum() >= 0.8 * EVENTS.sum():
            break
        head |= set(np.flatnonzero(events == EVENTS).tolist())
    return set(range(ROWS)) - head


def averaged(made, at: int, weight) -> dict[int, float]:
    return {case: float(np.mean([weight(row) for row in mine])) for case in CASES if (mine := listed(made, case, at))}


TREC = {
    "ndcg": lambda made, at: by_trec_eval(made, nDCG @ at),
    "recall": lambda made, at: by_trec_eval(made, R @ at),
    "hr": lambda made, at: by_trec_eval(made, Success @ at),
    "precision": lambda made, at: by_trec_eval(made, P @ at),
    "map": lambda made, at: capped(made, by_trec_eval(made, AP @ at), at),
    "mrr": lambda made, at: by_trec_eval(made, RR),
}


@pytest.mark.fault("G: {id} against trec_eval, with ties, empty lists, cases without right answers")
@pytest.mark.parametrize("name", TREC)
def test_trec_eval_says_the_same(question, name):
    for seed in SEEDS:
        made = question(seed, ties="harmless" if seed % 2 else "none")
        for at in AT:
            expect(values(made, "mrr" if name == "mrr" else f"{name}@{at}"), TREC[name](made, at))


TORCH = {
    "ndcg": theirs.retrieval_normalized_dcg,
    "recall": theirs.retrieval_recall,
    "hr": theirs.retrieval_hit_rate,
    "precision": theirs.retrieval_precision,
    "map": theirs.retrieval_average_precision,
    "mrr": theirs.retrieval_reciprocal_rank,
    "auc": theirs.retrieval_auroc,
}


@pytest.mark.fault("G: {id} against torchmetrics")
@pytest.mark.parametrize("name", TORCH)
def test_torchmetrics_says_the_same(question, name):
    """Where all right answers were ranked; its average precision has no cut-off like ours."""
    for seed in SEEDS:
        made = question(seed, ties="any" if name == "auc" else "harmless" if seed % 2 else "none")
        whole = {case for case, share in share_ranked(made).items() if share == 1}
        for at in (ROWS,) if name in ("map", "mrr", "auc") else AT:
            options = {} if name in ("map", "mrr", "auc") else {"top_k": at}
            found = by_torchmetrics(made, TORCH[name], **options)
            ours = values(made, name if name in ("mrr", "auc") else f"{name}@{at}")
            compared = sorted(whole & found.keys())
            assert len(compared) > 3
            assert ours[compared] == pytest.approx([found[case] for case in compared], abs=1e-6)


PLAIN = {
    "coverage": lambda made, at: len(set(of_all(made, at))) / ROWS,
    "gini": gini,
    "poplift": lift,
    "novelty": lambda made, at: averaged(made, at, lambda row: -log2(max(EVENTS[row], 1) / EVENTS.sum())),
    "arp": lambda made, at: averaged(made, at, lambda row: EVENTS[row]),
    "aplt": lambda made, at: averaged(made, at, tail().__contains__),
}


@pytest.mark.fault("G: {id} against plain Python, with ties and empty lists")
@pytest.mark.parametrize("name", PLAIN)
def test_plain_python_says_the_same(question, name):
    for seed in SEEDS:
        made = question(seed, ties="any")
        for at in (1, 5, ROWS):
            wanted = PLAIN[name](made, at)
            found = values(made, f"{name}@{at}")
            if isinstance(wanted, dict):
                expect(found, wanted)
            else:
                assert found == pytest.approx([wanted])


@pytest.mark.fault("G: {id} under ties lies between the orders that are best and worst for it")
@pytest.mark.parametrize("name", TREC)
def test_ties_cost_no_more_than_the_worst_order_and_no_less_than_the_best(question, name):
    """trec_eval puts equal scores in the reverse order of their ids; the ids decide who wins."""
    measure = {"ndcg": nDCG @ 3, "recall": R @ 3, "hr": Success @ 3, "precision": P @ 3, "map": AP @ 3, "mrr": RR}[name]
    apart = 0
    for seed in SEEDS:
        made = question(seed, ties="any")
        right = {case: set(made.positives[case].tolist()) for case in CASES}
        best = by_trec_eval(made, measure, lambda case, row, right=right: f"{'az'[row in right[case]]}{row:02}")
        worst = by_trec_eval(made, measure, lambda case, row, right=right: f"{'za'[row in right[case]]}{row:02}")
        if name == "map":
            best, worst = capped(made, best, 3), capped(made, worst, 3)
        ours = values(made, "mrr" if name == "mrr" else f"{name}@3")
        for case, most in best.items():
            assert worst[case] - 1e-6 <= ours[case] <= most + 1e-6
            apart += most > worst[case]
    assert apart > 10
