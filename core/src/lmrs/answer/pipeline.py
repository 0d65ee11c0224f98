"""The composed, trained thing: evaluates and recommends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lmrs.answer.cold_start import spread, with_items
from lmrs.answer.setting import Setting
from lmrs.answer.stage_data import StageData
from lmrs.data import store
from lmrs.evaluation.answering import Answering
from lmrs.evaluation.evaluator import Evaluator
from lmrs.evaluation.report import Result
from lmrs.host.host import Host
from lmrs.model.graph import Graph
from lmrs.recipe.resolve import resolve
from lmrs.recipe.resolved import Resolved
from lmrs.runs.folder import RunFolder
from lmrs.runs.model import load_model
from lmrs.runs.tensors import check_match
from lmrs.train.tune import LiveNames
from lmrs_plugins import Cases, InputError, Ragged


@dataclass(frozen=True)
class Recommendation:
    """One row of an answer: the id as in the data, the score, and what the data say of it.

    `reason` is what a scorer that makes its own lists gives as one: a text, a path; None where it gives none.
    """

    id: str
    score: float
    about: Mapping[str, Any]
    reason: Any = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        reason = {} if self.reason is None else {"reason": self.reason}
        return {"id": self.id, "score": self.score, **self.about, **reason}


class Pipeline:
    """A recipe with trained weights, over the data that it was trained on.

    Made by `lmrs.run` or by `Pipeline.load`.
    """

    def __init__(self, setting: Setting, weights: Mapping[str, torch.Tensor]) -> None:
        self.setting = setting
        self.weights = weights

    @classmethod
    def load(cls, folder: str | Path, host: Host | None = None, device: str | None = None) -> Pipeline:
        """A finished run's pipeline.

        Raises
        ------
        InputError
            There is no run, it has not finished, or its files are damaged.
        PluginError
            A plugin that its recipe needs is missing.
        """
        run = RunFolder.open(Path(folder))
        if not run.model.exists():
            raise InputError(f"{folder}: this run has not finished; go on with `lmrs resume {folder}`")
        host = host or Host()
        resolved = recipe_of(run, host)
        bundle = store.load(run.data)
        weights, _ = load_model(run.model)
        return cls(Setting(resolved, bundle, host, run, device, writes=False, others=StageData(run)), weights)

    @cached_property
    def device(self) -> torch.device:
        """Where it computes."""
        return torch.device(self.setting.device or ("cuda" if torch.cuda.is_available() else "cpu"))

    @cached_property
    def graph(self) -> Graph:
        """The model graph, with its weights."""
        stages = len(self.setting.resolved.stages)
        graph = self.setting.builder(stages - 1).graph(self.setting.resolved.final_graph())
        live = LiveNames(graph, {}).tensors()
        weights = spread(self.weights, live) if self.added else self.weights
        check_match(weights, live, f"{self.setting.folder.model}")
        with torch.no_grad():
            for name, tensor in live.items():
                tensor.copy_(weights[name])
        return graph.to(self.device).eval()

    @cached_property
    def answering(self) -> Answering:
        """The scorer over the graph."""
        return self.setting.answering(self.graph, len(self.setting.resolved.stages) - 1, self.device)

    @property
    def added(self) -> list[str]:
        """Ids of the items that were added after training, in order."""
        return [id_ for one in self.setting.added for id_ in one.ids]

    @property
    def notes(self) -> list[str]:
        """What there is to know of the items that were added: columns that nobody gave."""
        return [note for one in self.setting.added for note in one.notes]

    def add_items(self, items: Any, images: str | Path | None = None, edges: Any = None) -> Pipeline:
        """A pipeline that also knows these items, by what is said of them: nothing is trained.

        This one stays as it is, and both may be asked at once. Weights are shared, but for what the new one keeps of
        new rows: a table of ids has no vector for them, and an item of which nothing is known that a node reads is
        never recommended.

        Parameters
        ----------
        items
            An Arrow table, a frame of pandas or polars, or the path of a CSV, TSV, Parquet or `.item` file: ids, and
            columns of the data's table of items. A column that it lacks is missing for all of them; see `notes`.
            Also `image`, a picture's bytes or the name of its file, and `entity`, which entity of graphs an item is.
        images
            A folder or zip archive of pictures, named in `image` or by the items' ids.
        edges
            Edges of the items in a graph of the data: a table or file with the columns head, relation and tail, or one
            for each graph by its name. Ends are ids of the data or of added items; relations are those of the graph.
            They tell of the new items and change no vector of the old.

        Raises
        ------
        InputError
            An id is not new, or a column, entity or relation is none that the data have; no node that the answer reads
            looks at more of an item than its id, or one cannot take rows that it has not met.
        """
        pipeline = Pipeline(with_items(self.setting, items, images, edges), self.weights)
        _ = pipeline.graph  # what cannot be is said now
        return pipeline

    def evaluate(self, part: str = "test") -> Result:
        """Metrics on a part of the data, as the recipe's `evaluate` says."""
        return self.evaluator(part).run(self.answering)

    def evaluator(self, part: str) -> Evaluator:
        """What ranks and measures a part of the data."""
        if part not in ("valid", "test"):
            raise InputError(f"part {part!r}: evaluate on valid or test")
        return self.setting.evaluator(part)

    def recommend(
        self,
        history: Sequence[str] | None = None,
        user: str | None = None,
        top: int = 10,
        among: Iterable[str] | None = None,
        repeat: bool = False,
    ) -> list[Recommendation]:
        """The best `top` for a known user, or for anybody with this history.

        Parameters
        ----------
        history
            Ids, oldest first; of a user never seen, or in place of what a known user did.
        user
            Id of a user of the data.
        among
            Candidates, by id; all if not given. A model that re-ranks needs them.
        repeat
            Whether what is in the history may be recommended again.
        """
        if history is None and user is None:
            raise InputError("recommend for whom? Give a history or a user")
        if top < 1:
            raise InputError(f"top is {top}: ask for one at least")
        bundle, subject = self.setting.bundle_at(len(self.setting.resolved.stages) - 1), self.setting.subject
        vocabulary = bundle.vocabularies[subject]
        row = -1 if user is None else int(bundle.vocabularies["user"].rows([user])[0])
        items = bundle.vocabularies["item"]
        past = items.rows(history) if history is not None else bundle.items[bundle.histories[row]]
        examples = self.setting.task.examples(bundle, Ragged.of([past]), [row])
        candidates = None if among is None else np.unique(vocabulary.rows(among))
        if candidates is None and self.setting.resolved.reranks:
            raise InputError("this model re-ranks: say among which items to choose (--among)")
        seen = np.empty(0, dtype=np.int64) if repeat or subject != "item" else past
        if "answers" in self._traits:
            best = self._listed(examples, candidates, seen, top, len(vocabulary))
        else:
            best = self._best(examples, candidates, seen, top)
        return [
            Recommendation(str(vocabulary.ids[row]), score, self._about(row), reason) for row, score, reason in best
        ]

    def _listed(self, examples: Any, candidates: Any, seen: Any, top: int, count: int) -> list[tuple[int, float, Any]]:
        """Rows, scores and reasons of a scorer that makes its own lists."""
        allowed = torch.full((1, count), candidates is None)
        if candidates is not None:
            allowed[0, candidates] = True
        allowed[0, seen] = False
        found = self.answering.answer(examples, top, allowed)
        reasons = found.reasons[0] if found.reasons else [None] * found.rows.shape[1]
        triples = zip(found.rows[0].tolist(), found.scores[0].tolist(), reasons, strict=True)
        return [triple for triple in triples if triple[0] >= 0]

    def _best(self, examples: Any, candidates: Any, seen: Any, top: int) -> list[tuple[int, float, Any]]:
        scores = self.answering.scores(examples, None if candidates is None else candidates[None])[0].numpy()
        rows = np.arange(len(scores)) if candidates is None else candidates
        scores = np.where(np.isin(rows, seen), -np.inf, scores)
        order = np.lexsort((rows, -scores))[:top]
        order = order[scores[order] > -np.inf]
        return [(int(row), float(score), None) for row, score in zip(rows[order], scores[order], strict=True)]

    @property
    def _traits(self) -> tuple[str, ...]:
        answer = self.setting.resolved.answer
        return () if answer is None else answer.card.traits

    def _about(self, row: int) -> dict[str, Any]:
        table = self.setting.bundle_at(len(self.setting.resolved.stages) - 1).tables.get(self.setting.subject)
        if table is None or row >= table.num_rows:
            return {}
        wanted = [name for name in ("title", "categories") if name in table.column_names]
        return {name: table.column(name)[row].as_py() for name in wanted}

    def cases(self, part: str = "test") -> Cases:
        """What `evaluate` asks."""
        bundle = self.setting.bundle_at(len(self.setting.resolved.stages) - 1)
        cases: Cases = self.setting.task.cases(bundle, part)
        return cases


def recipe_of(folder: RunFolder, host: Host) -> Resolved:
    """The recipe of a run, against what is installed now."""
    folder.check_recipe()
    return resolve(folder.path / "recipe.yaml", host.registry)
