"""Everything that a run stands on: recipe, data, host, folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import torch
from torch import nn

from lmrs.answer.earlier import Earlier
from lmrs.data.added import Added
from lmrs.data.windows import known_at, within
from lmrs.evaluation.answering import Answering
from lmrs.evaluation.evaluator import Evaluator
from lmrs.host.host import Host
from lmrs.model.build import Builder
from lmrs.model.graph import Graph
from lmrs.model.growth import grown
from lmrs.recipe.resolved import Resolved
from lmrs.runs.artifacts import check_aligned, load_artifact
from lmrs.runs.folder import RunFolder
from lmrs.train.carry import SAME, Origin
from lmrs.train.stage import Stage
from lmrs_plugins import Artifact, Bundle, InputError, Vocabulary


@dataclass
class Setting:
    """Shared by training, evaluation and serving of one run.

    `bundle` is the whole data set that is asked about, split, and `others` those of stages that train on others, by
    their index; `device` is None for the best there is; `writes` is true in the one process that may write. `added` are
    items that came after training; `WithAdded` puts them into the data.
    """

    resolved: Resolved
    bundle: Bundle
    host: Host
    folder: RunFolder
    device: str | None = None
    writes: bool = True
    others: Mapping[int, Bundle] = field(default_factory=dict)
    added: tuple[Added, ...] = ()

    def whole(self, stage: int) -> Bundle:
        """The data of a stage, as they were split; -1 is what is asked about."""
        return self.others.get(stage, self.bundle)

    def bundle_at(self, stage: int) -> Bundle:
        """The data as a stage knows them: until the end of its time window and the next, which it is asked about, and
        vocabularies with everything that has grown until then.
        """
        growths, window, bundle = self.resolved.growths(stage), self.window_at(stage), self.whole(stage)
        bundle = bundle if window is None else known_at(bundle, window)
        return grown(bundle, growths) if growths else bundle

    def window_at(self, stage: int) -> int | None:
        """The time window that a stage trains on; None where it trains on all training data."""
        return self.resolved.stages[stage].window if stage >= 0 else None

    def builder(self, stage: int) -> Builder:
        """Builds what a stage is made of; it sees training events only, and its samplers those of its window."""
        training, window = self._training(stage), self.window_at(stage)
        drawn = None if window is None else within(training, window)
        return Builder(training, self.resolved.seed, self.host.registry.load, partial(self.artifact, stage), drawn)

    @cached_property
    def _trainings(self) -> dict[Any, Bundle]:
        return {}

    def _training(self, stage: int) -> Bundle:
        key = (id(self.whole(stage)), self.window_at(stage), tuple(self.resolved.growths(stage)))
        if key not in self._trainings:
            self._trainings[key] = self.bundle_at(stage).training()
        return self._trainings[key]

    def vocabularies(self, stage: int) -> Mapping[str, Vocabulary]:
        """Ids by subject as a stage knows them."""
        return grown(self.whole(stage), self.resolved.growths(stage)).vocabularies

    def artifact(self, stage: int, name: str) -> Artifact:
        """An artifact of this run, checked against the data of the stage that asks for it."""
        artifact = load_artifact(self.folder.artifacts, name)
        check_aligned(artifact, self.vocabularies(stage), name)
        return artifact

    def start(self, stage: int, before: Mapping[str, torch.Tensor]) -> tuple[Mapping[str, torch.Tensor], Origin]:
        """The weights that a stage starts from, where `before` are those of the stage before, and where from."""
        init = self.resolved.stages[stage].init
        if init.kind == "run":
            earlier = Earlier(init)
            return earlier.weights(), Origin(str(earlier.path), earlier.vocabularies(), self.vocabularies(stage))
        if stage == 0 or self.whole(stage) is self.whole(stage - 1):
            return before, SAME
        return before, Origin("", self.vocabularies(stage - 1), self.vocabularies(stage))

    def answering(self, graph: Graph, stage: int, device: torch.device) -> Answering:
        """The recipe's scorer over a graph."""
        answer, builder = self.resolved.answer, self.builder(stage)
        if answer is None:
            raise InputError(f"recipe {self.resolved.name!r} has no `answer`: nothing says how to score")
        loose = [wire.node for wires in answer.wires.values() for wire in wires if wire.node not in graph.nodes]
        if loose:
            raise InputError(
                f"the answer reads node {loose[0]!r}, which stage {stage} does not have: take out its `stop`"
            )
        scorer: nn.Module = builder.wired("answer", answer, graph)
        scorer.to(device)
        draw = None if answer.draw is None else builder.component(answer.draw)
        return Answering(answer, graph, scorer, draw, self.bundle_at(stage), self.subject, device)

    @cached_property
    def task(self) -> Any:
        """The recipe's task."""
        if self.resolved.task is None:
            raise InputError(f"recipe {self.resolved.name!r} has no `task`: nothing says what is asked")
        return self.builder(len(self.resolved.stages) - 1).component(self.resolved.task)

    @property
    def subject(self) -> str:
        """What is recommended."""
        return str(self.task.subject)

    def evaluator(self, part: str, stage: int | None = None) -> Evaluator:
        """The cases of a part and the recipe's metrics, as a stage knows the data; the last one where none is said."""
        stage = len(self.resolved.stages) - 1 if stage is None else stage
        builder, window = self.builder(stage), self.window_at(stage)
        evaluate = self.resolved.evaluate
        classes = [(builder.load(one.entry), one.options) for one in evaluate.metrics]
        metrics = [metric() if options is None else metric(options) for metric, options in classes]
        assert self.resolved.task is not None
        cases = builder.component(self.resolved.task).cases(self.bundle_at(stage), part)
        seed, data, asked = self.resolved.seed, self.whole(stage).fingerprint, None if window is None else window + 1
        return Evaluator(part, cases, metrics, evaluate, builder.bundle, self.subject, seed, data, asked)

    def validation(self, stage: Stage, device: torch.device) -> Callable[[], dict[str, float]]:
        """A function that validates the stage's model as it stands."""
        evaluator = self.evaluator("valid", stage.resolved.index)
        answering = self.answering(stage.graph, stage.resolved.index, device)

        def validate() -> dict[str, float]:
            answering.refresh()
            return evaluator.run(answering).numbers()

        return validate

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call a life-cycle hook, in the process that writes."""
        if self.writes:
            self.host.notify(hook, **arguments)

    def record(self, event: Mapping[str, Any]) -> None:
        """Append to the run's log."""
        if self.writes:
            self.folder.events.append(dict(event))
