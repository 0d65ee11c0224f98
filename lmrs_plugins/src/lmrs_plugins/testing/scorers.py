"""Checks of scorers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lmrs_plugins.scorer import Answer
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.draws import Draw, draw_for
from lmrs_plugins.testing.fake_step import FakeStep, everything, widths, wired
from lmrs_plugins.testing.modules import check_seed, is_module
from lmrs_plugins.view import View

CANDIDATES, TOP = 7, 5


def check(case: Case) -> None:
    """Scores have a row an example and a column a candidate, each from its own example alone."""
    env, nodes = case.env(widths=widths(case)), wired(case)
    with case.check("build"):
        module = case.build(env)
        is_module(case, module)
        module.eval()
    check_seed(case, lambda seed: case.build(env, seed))
    with case.check("draw"):
        draw = draw_for(case, training=False)
    if "answers" in case.card.traits:
        _check_answers(case, module, nodes, draw)
    else:
        _check_scores(case, module, nodes, draw)


def subject_of(case: Case) -> str:
    """What is scored: the subject of the whole table that it pulls, or items."""
    ports = [case.card.takes[pull.port] for pull in case.card.pulls if not pull.view or pull.view == "candidates"]
    subjects = [port.subject.rpartition("*")[2] for port in ports]
    return next((subject for subject in subjects if subject in case.bundle.vocabularies), "item")


def _check_scores(case: Case, module: Any, nodes: Any, draw: Draw) -> None:
    rows = case.bundle.count(subject_of(case))
    rng = np.random.default_rng(2)
    picks = np.stack([rng.choice(rows, CANDIDATES, replace=False) for _ in range(draw.size)])
    every = everything(draw.size)
    whole = None
    if "reranks" not in case.card.traits:
        with case.check("scores"):
            whole = _scores(case, module, nodes, draw, every, None)
            _check_shape(case, whole, (draw.size, rows), f"one for each of the {rows} rows")
    with case.check("candidates"):
        given = _scores(case, module, nodes, draw, every, picks)
        _check_shape(case, given, (draw.size, CANDIDATES), "one for each of step.candidates()")
        if whole is not None:
            there = whole.gather(1, torch.from_numpy(picks))
            same = torch.allclose(there, given, rtol=1e-4, atol=1e-5)
            case.require(same, "a candidate scores something else than the same row in the whole table")
    with case.check("alone"):
        for place in (0, draw.size - 1):
            index = np.array([place])
            alone = _scores(case, module, nodes, draw, index, picks[index])
            same = torch.allclose(alone, given[index], rtol=1e-4, atol=1e-5)
            case.require(same, "an example scores something else alone than in a batch")
    with case.check("repeat"):
        same = torch.equal(given, _scores(case, module, nodes, draw, every, picks))
        case.require(same, "two calls differ: no randomness in a scorer")


def _check_shape(case: Case, scores: Any, shape: tuple[int, ...], said: str) -> None:
    case.require(isinstance(scores, Tensor), f"score() gives {type(scores).__name__}: return a tensor")
    case.require(tuple(scores.shape) == shape, f"scores have shape {tuple(scores.shape)}, expected {shape}: {said}")
    sound = torch.isfinite(scores) | (scores == float("-inf"))
    case.require(
        bool(sound.all()), "a score is NaN or +inf: give finite numbers, or -inf for what is never recommended"
    )
    case.require(bool(torch.isfinite(scores).any()), "every score is -inf")


def _step(case: Case, nodes: Any, draw: Draw, index: Any, picks: Any) -> FakeStep:
    views: dict[str, View] = dict(draw.views(index))
    candidates = None if picks is None else torch.from_numpy(picks)
    if candidates is not None:
        subject = subject_of(case)
        rows: dict[str, Tensor] = {subject: candidates}
        for port in case.card.takes.values():
            if "*" in port.subject:
                owners = torch.from_numpy(np.asarray(index))[:, None] % case.bundle.count(
                    port.subject.partition("*")[0]
                )
                rows[port.subject] = owners * case.bundle.count(subject) + candidates
        views["candidates"] = View(rows, {name: name for name in rows})
    return FakeStep(case, nodes, views, candidates, training=False)


def _scores(case: Case, module: Any, nodes: Any, draw: Draw, index: Any, picks: Any) -> Tensor:
    with torch.no_grad():
        scores: Tensor = module.score(_step(case, nodes, draw, index, picks))
    return scores


def _check_answers(case: Case, module: Any, nodes: Mapping[str, Any], draw: Draw) -> None:
    rows = case.bundle.count(subject_of(case))
    with case.check("answers"):
        allowed = torch.ones(draw.size, rows, dtype=torch.bool)
        allowed[:, ::2] = False
        for within in (None, allowed):
            with torch.no_grad():
                answer = module.answer(_step(case, nodes, draw, everything(draw.size), None), TOP, within)
            _check_answer(case, answer, draw.size, rows, within)


def _check_answer(case: Case, answer: Any, size: int, rows: int, allowed: Tensor | None) -> None:
    case.require(isinstance(answer, Answer), f"answer() gives {type(answer).__name__}: return an Answer")
    shape = tuple(answer.rows.shape)
    case.require(
        len(shape) == 2 and shape[0] == size and shape[1] <= TOP and tuple(answer.scores.shape) == shape,
        f"rows have shape {shape} and scores {tuple(answer.scores.shape)}, expected ({size}, at most {TOP}) both",
    )
    case.require(
        bool(((answer.rows >= -1) & (answer.rows < rows)).all()),
        f"an answer is not among the {rows} rows; -1 ends a list",
    )
    for place in range(size):
        there = answer.rows[place] >= 0
        chosen, scores = answer.rows[place][there], answer.scores[place][there]
        case.require(len(chosen) == len(set(chosen.tolist())), "an answer gives a row twice: drop repetitions")
        case.require(bool((scores[:-1] >= scores[1:]).all()), "an answer is not sorted: best first")
        if allowed is not None:
            case.require(bool(allowed[place][chosen].all()), "an answer gives a row that is not `allowed`")
