"""The scorer over a trained graph: from cases to scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from lmrs.model.batch import Batch
from lmrs.model.build import plan_wires
from lmrs.model.graph import Graph
from lmrs.model.plan import Collator, Need, Plan
from lmrs.model.step import GraphStep, PortStep
from lmrs.model.tables import whole_tables
from lmrs.recipe.resolved import ResolvedAnswer
from lmrs.train.frozen import constant_nodes
from lmrs_plugins import Answer, Bundle, Examples, InputError, View

DRAW = "answer"


class Answering:
    """Scores examples in evaluation mode.

    Whole tables of everything that the scorer reads are computed once, by `refresh`, and read from then on.
    """

    def __init__(
        self,
        resolved: ResolvedAnswer,
        graph: Graph,
        scorer: nn.Module,
        draw: Any,
        bundle: Bundle,
        subject: str,
        device: torch.device,
    ) -> None:
        self.graph, self.scorer, self.device, self.subject = graph, scorer, device, subject
        self._bundle = bundle
        self._wires = plan_wires(resolved)
        self._many = frozenset(port for port, takes in resolved.takes.items() if takes.many)
        views = [(pull.port, pull.view) for pull in resolved.pulls]
        self._needs = [
            Need(wire, f"{DRAW}/{view}") for port, view in views if view for wire in self._wires.get(port, ())
        ]
        self._draws = {DRAW: _NoViews() if draw is None else draw}
        self._products = sorted(
            {subject for node in graph.nodes.values() for subject in node.plan.subjects.values() if "*" in subject}
        )
        self._tables: dict[str, Any] = {}
        self._collator: Collator | None = None

    def refresh(self) -> None:
        """The weights have changed: whole tables are to be computed again, but for those of what is frozen."""
        constant = constant_nodes(self.graph)
        self._tables = {name: table for name, table in self._tables.items() if name in constant}
        self._collator = None

    def scores(self, examples: Examples, candidates: npt.NDArray[np.int64] | None = None) -> torch.Tensor:
        """(B, rows) on the CPU, or (B, K) for given candidates."""
        with self._evaluating():
            step = self._step(examples, candidates)
            scores: torch.Tensor = self.scorer.score(step)  # type: ignore[operator]
        wanted = (len(examples), self._bundle.count(self.subject) if candidates is None else candidates.shape[1])
        if tuple(scores.shape) != wanted:
            raise InputError(
                f"scorer {type(self.scorer).__name__} gave scores of shape {tuple(scores.shape)}, not {wanted}"
            )
        return scores.float().cpu()

    def answer(self, examples: Examples, top: int, allowed: torch.Tensor | None) -> Answer:
        """What a scorer that makes its own lists says."""
        with self._evaluating():
            found: Answer = self.scorer.answer(self._step(examples, None), top, allowed)  # type: ignore[operator]
        return found

    def table(self, node: str) -> Any:
        """A node's whole table."""
        with self._evaluating():
            return whole_tables(self.graph, [node], self.device, self._tables)[node]

    def _step(self, examples: Examples, candidates: npt.NDArray[np.int64] | None) -> PortStep:
        view = None if candidates is None else self._candidates(examples, candidates)
        batch: Batch = self._ready().examples(examples, view)
        batch.candidates = None if candidates is None else torch.from_numpy(candidates)
        step = GraphStep(self.graph, batch.to(self.device), self._tables)
        return PortStep(step, self._wires, self._many, (DRAW,), training=False)

    def _candidates(self, examples: Examples, candidates: npt.NDArray[np.int64]) -> View:
        """Candidates as rows of the subject, and as rows of every product that the graph knows."""
        rows: dict[str, npt.NDArray[np.int64]] = {self.subject: candidates}
        for product in self._products:
            left, _, right = product.partition("*")
            if right == self.subject and left in examples.columns:
                owners = examples.array(left)
                if (owners < 0).any():
                    raise InputError(
                        f"this model scores pairs of {left} and {right}: it has no answer for a new {left}"
                    )
                rows[product] = owners[:, None] * self._bundle.count(right) + candidates
        return View(rows, {name: name for name in rows})

    def _ready(self) -> Collator:
        if self._collator is None:
            wanted = [wire.node for wires in self._wires.values() for wire in wires]
            self._tables = whole_tables(self.graph, wanted, self.device, self._tables)
            nodes = [node.on(self._bundle) for node in self.graph.plans()]
            plan = Plan(nodes, self._needs, frozenset(self._tables))
            self._collator = Collator(plan, self._draws)
        return self._collator

    def _evaluating(self) -> _Evaluating:
        return _Evaluating([self.graph, self.scorer])


class _NoViews:
    """The draw of a scorer that looks at candidates alone."""

    def views(self, examples: Examples, rng: None) -> dict[str, View]:
        return {}


class _Evaluating:
    """No gradients and evaluation mode inside; modes as they were outside."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        self._modules, self._no_grad = modules, torch.no_grad()
        self._modes: Mapping[nn.Module, bool] = {}

    def __enter__(self) -> None:
        self._modes = {inner: inner.training for module in self._modules for inner in module.modules()}
        for module in self._modules:
            module.eval()
        self._no_grad.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._no_grad.__exit__(*error)
        for module, training in self._modes.items():
            module.training = training
