"""A run and its right answers as TREC files, out of one ranking with the numbers that are printed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lmrs.answer.pipeline import Pipeline
from lmrs.evaluation import trec
from lmrs.evaluation.report import Result
from lmrs.runs.atomic import write_file
from lmrs_plugins import InputError

DEPTH = 100


@dataclass(frozen=True)
class Trec:
    """What was written.

    Parameters
    ----------
    run, qrels, facts
        The files; `facts` holds the result and what is said here, as JSON.
    depth
        How many of the best rows of a case are in the run at most.
    tag
        Name of the run in its last column; it ends with `-sampled` where candidates were a sample.
    lines, judgements
        Lines of the run and of the qrels.
    tied
        Right answers whose score another candidate has too: where there is none, other tools find the same numbers.
    """

    run: str
    qrels: str
    facts: str
    depth: int
    tag: str
    lines: int
    judgements: int
    tied: int


def write_trec(pipeline: Pipeline, part: str, folder: Path, depth: int | None) -> tuple[Result, Trec]:
    """Rank a part, measure it and write it; see `lmrs.answer.measured.export_trec`."""
    evaluator, setting = pipeline.evaluator(part), pipeline.setting
    if depth is not None and depth < max(evaluator.deepest, 1):
        raise InputError(f"depth {depth}: the metrics look at {max(evaluator.deepest, 1)} rows; ask for as many")
    depth = depth or max(DEPTH, evaluator.deepest)
    placed = evaluator.rank(pipeline.answering, depth)
    depth, result = min(depth, placed.top.shape[1]), evaluator.measure(placed)
    bundle = setting.bundle_at(len(setting.resolved.stages) - 1)
    named = trec.queries(evaluator.cases.examples, bundle)
    ids = [trec.escaped(str(id_)) for id_ in bundle.vocabularies[setting.subject].ids]
    tag = trec.escaped(setting.resolved.name) + ("-sampled" if result.setting.sampled else "")
    lines = trec.run_lines(placed, named, ids, tag, depth)
    judged = trec.qrels_lines(placed, named, ids)
    found = Trec(
        run=str(folder / f"{part}.run"),
        qrels=str(folder / f"{part}.qrels"),
        facts=str(folder / f"{part}.trec.json"),
        depth=depth,
        tag=tag,
        lines=len(lines),
        judgements=len(judged),
        tied=trec.tied(placed),
    )
    facts = json.dumps({**asdict(found), "result": result.to_json()}, indent=2, allow_nan=False, ensure_ascii=False)
    write_file(Path(found.run), "".join(lines).encode())
    write_file(Path(found.qrels), "".join(judged).encode())
    write_file(Path(found.facts), f"{facts}\n".encode())
    return result, found
