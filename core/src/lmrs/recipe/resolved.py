"""A recipe against the installed components: every name looked up, every option typed, every wire tied.

What the rooms to the right work with. All of it is plain and frozen; nothing is loaded but cards and option models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lmrs.recipe.catalogue import Entry, full_name
from lmrs.recipe.settings import OptimizerSettings, Precision, SampleSettings, StopSettings
from lmrs.recipe.stage_init import StageInit
from lmrs.recipe.tree import Path
from lmrs_plugins.card import Card
from lmrs_plugins.options import Options
from lmrs_plugins.ports import Port, Pull, ViewType, expand


@dataclass(frozen=True)
class Wire:
    """One node on a port; `output` names which of several that it gives, empty where it gives one."""

    node: str
    output: str = ""

    def __str__(self) -> str:
        return f"{self.node}.{self.output}" if self.output else self.node


@dataclass(frozen=True)
class Init:
    """What a node starts from: what the `stage` says, `fresh`, `keep` (weights of its name), or an `artifact`.

    A `fresh` node takes nothing of a run, nor of a stage on other data; between stages on the same it stays what it is.
    """

    kind: Literal["stage", "fresh", "keep", "artifact"] = "stage"
    artifact: str = ""

    def __str__(self) -> str:
        return f"artifact {self.artifact}" if self.kind == "artifact" else self.kind


@dataclass(frozen=True, kw_only=True)
class ResolvedComponent:
    """A component with its options.

    Parameters
    ----------
    entry
        The registry's; load the component from it.
    options
        Validated; None where the component takes none.
    parts
        Components given as options (`uses` on the card), by option name.
    path, where
        The key path in the recipe, and `file:line` or what else set it; for messages.
    """

    entry: Entry
    options: Options | None = None
    parts: Mapping[str, ResolvedComponent | tuple[ResolvedComponent, ...]] = field(default_factory=dict)
    path: Path = ()
    where: str = ""

    @property
    def card(self) -> Card:
        """Its card."""
        return self.entry.card

    @property
    def use(self) -> str:
        """`plugin/name`."""
        return full_name(self.entry)

    def settings(self) -> dict[str, Any]:
        """Options as plain data, every default filled in; parts by name, for the conditions of a card."""
        plain: dict[str, Any] = {} if self.options is None else self.options.model_dump(mode="json")
        for name, part in self.parts.items():
            plain[name] = [one.to_dict() for one in part] if isinstance(part, tuple) else part.to_dict()
        return plain

    def to_dict(self) -> dict[str, Any]:
        """As in a recipe."""
        return {"use": self.use, **self.settings()}

    def columns(self) -> tuple[str, ...]:
        """The card's columns, with the options' values in place of `{option}`."""
        return expand(self.card.columns, self.settings())

    def emits(self) -> dict[str, ViewType]:
        """The card's views, with the options' values in place of `{option}`."""
        settings = self.settings()
        return {name: kind.of(settings) for name, kind in self.card.emits.items()}

    def needs(self) -> tuple[str, ...]:
        """What must be in the data, with the options' values in place of `{option}`; that of its parts too."""
        found = list(expand(self.card.needs, self.settings()))
        for part in self.parts.values():
            for one in part if isinstance(part, tuple) else (part,):
                found += one.needs()
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class ResolvedWired(ResolvedComponent):
    """A component that reads nodes. `takes` has every port of the card, its subject variables replaced by subjects.

    An `optional` one is left out where what it needs is missing.
    """

    optional: bool = False
    wires: Mapping[str, tuple[Wire, ...]] = field(default_factory=dict)
    takes: Mapping[str, Port] = field(default_factory=dict)

    def wiring(self) -> dict[str, Any]:
        """Wires as in a recipe."""
        return {
            port: [str(wire) for wire in wires] if self.takes[port].many else (str(wires[0]) if wires else None)
            for port, wires in self.wires.items()
        }

    def to_dict(self) -> dict[str, Any]:
        return {"use": self.use, **self._missable(), **self.wiring(), **self.settings()}

    def _missable(self) -> dict[str, Any]:
        return {"optional": True} if self.optional else {}


@dataclass(frozen=True, kw_only=True)
class ResolvedNode(ResolvedWired):
    """A node of the model graph. `gives` has concrete subjects; `share` names the node whose module this one is."""

    name: str
    gives: Mapping[str, Port] = field(default_factory=dict)
    share: str = ""
    init: Init = field(default_factory=Init)
    budget: int | None = None
    recompute: bool = False

    def output(self, wire: Wire) -> Port:
        """What flows over a wire from this node."""
        return self.gives[wire.output] if wire.output else next(iter(self.gives.values()))

    def inputs(self) -> list[str]:
        """Names of the nodes that this one reads, in the order of ports."""
        return [wire.node for wires in self.wires.values() for wire in wires]

    def to_dict(self) -> dict[str, Any]:
        own = self._missable()
        own |= {"share": self.share} if self.share else {}
        own |= {"budget": self.budget} if self.budget else {}
        own |= {"recompute": True} if self.recompute else {}
        own |= {} if self.init.kind == "stage" else {"init": str(self.init)}
        return {"use": self.use, **own, **self.wiring(), **self.settings()}


@dataclass(frozen=True, kw_only=True)
class ResolvedObjective(ResolvedWired):
    """A loss. `name` is unique in its stage; `on` has the draws that it stands on, the first being its own.

    `pulls` has only what the card's conditions leave under these options.
    """

    name: str
    on: tuple[str, ...] = ()
    weight: float = 1.0
    pulls: tuple[Pull, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        own = {"name": self.name, "on": list(self.on), "weight": self.weight, **self._missable()}
        return {"use": self.use, **own, **self.wiring(), **self.settings()}


@dataclass(frozen=True)
class Choice:
    """Objectives of which one counts, drawn anew for each step or epoch; a plain objective is a choice of one."""

    objectives: tuple[ResolvedObjective, ...]
    per: Literal["step", "epoch"] = "step"

    def to_dict(self) -> dict[str, Any]:
        """As in a recipe."""
        if len(self.objectives) == 1:
            return self.objectives[0].to_dict()
        return {"one_of": [one.to_dict() for one in self.objectives], "per": self.per}


@dataclass(frozen=True)
class Growth:
    """A vocabulary that grows at the start of a stage: `by` so many rows, or by the ids of another subject."""

    subject: str
    by: int | str


@dataclass(frozen=True, kw_only=True)
class ResolvedStage:
    """One stage. `graph` is the model graph as its edits leave it, inputs first.

    `data` is its own data section, for the data room to read; None where it has that of the recipe. `window` is the
    time window that it trains on; None where it trains on all training data. `moved` says that the stage before has
    other data.

    `absent` are nodes that the recipe has and that were left out or taken away: a strategy may still name them.
    `added` are the nodes that this stage's edits put in (their `init` says what they start from), `changed` those whose
    options or wires it set, `dropped` those that it took out. `edits` is what the recipe says, names resolved.
    """

    name: str
    index: int
    graph: Mapping[str, ResolvedNode]
    strategy: ResolvedComponent | None = None
    sampler: ResolvedComponent | None = None
    draws: Mapping[str, ResolvedComponent] = field(default_factory=dict)
    objectives: tuple[Choice, ...] = ()
    makers: Mapping[str, ResolvedWired] = field(default_factory=dict)
    epochs: int = 1
    max_steps: int | None = None
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    accumulate: int = 1
    stop: StopSettings | None = None
    workers: int = 0
    precision: Precision = "float32"
    compile: bool = False
    checkpoint_every: int = 0
    init: StageInit = field(default_factory=StageInit)
    data: Mapping[str, Any] | None = None
    moved: bool = False
    window: int | None = None
    edits: tuple[Mapping[str, Any], ...] = ()
    absent: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    growths: tuple[Growth, ...] = ()

    def each(self) -> list[ResolvedObjective]:
        """Every objective, drawn or not."""
        return [one for choice in self.objectives for one in choice.objectives]

    def to_dict(self) -> dict[str, Any]:
        """As in a recipe."""
        return {
            "name": self.name,
            **({} if self.data is None else {"data": dict(self.data)}),
            "window": self.window,
            "edits": [dict(edit) for edit in self.edits],
            "init": str(self.init),
            "strategy": self.strategy.to_dict() if self.strategy else None,
            "sampler": self.sampler.to_dict() if self.sampler else None,
            "draws": {name: draw.to_dict() for name, draw in self.draws.items()},
            "objectives": [choice.to_dict() for choice in self.objectives],
            "epochs": self.epochs,
            "max_steps": self.max_steps,
            "optimizer": self.optimizer.model_dump(mode="json"),
            "accumulate": self.accumulate,
            "stop": self.stop.model_dump(mode="json") if self.stop else None,
            "makers": {name: maker.to_dict() for name, maker in self.makers.items()},
            "workers": self.workers,
            "precision": self.precision,
            "compile": self.compile,
            "checkpoint_every": self.checkpoint_every,
        }


@dataclass(frozen=True, kw_only=True)
class ResolvedAnswer(ResolvedWired):
    """The scorer, what it looks at, and whether it can only re-rank given candidates.

    `draw` is the transform that makes its views; `on` the name of the last stage's draw that it is, or `answer`.
    """

    draw: ResolvedComponent | None = None
    on: str = ""
    own_draw: bool = False
    pulls: tuple[Pull, ...] = ()
    reranks: bool = False

    def to_dict(self) -> dict[str, Any]:
        on: object = self.draw.to_dict() if self.own_draw and self.draw else (self.on or None)
        return {"use": self.use, "on": on, **self.wiring(), **self.settings()}


@dataclass(frozen=True, kw_only=True)
class ResolvedEvaluation:
    """Which numbers, among which candidates. A metric with an option `at` stands here once for each cut-off."""

    metrics: tuple[ResolvedComponent, ...] = ()
    at: tuple[int, ...] = ()
    candidates: SampleSettings | Literal["all", "cold"] = "all"
    seen: Literal["exclude", "include"] = "exclude"

    def to_dict(self) -> dict[str, Any]:
        """As in a recipe."""
        candidates = self.candidates if isinstance(self.candidates, str) else self.candidates.model_dump(mode="json")
        return {"metrics": self._metrics(), "at": list(self.at), "candidates": candidates, "seen": self.seen}

    def _metrics(self) -> list[dict[str, Any]]:
        """Metrics as said: one that stands here for every cut-off is one, without its own."""
        found: list[dict[str, Any]] = []
        for metric in (one.to_dict() for one in self.metrics):
            bare = {key: value for key, value in metric.items() if key != "at"}
            every = all({**bare, "at": at} in [one.to_dict() for one in self.metrics] for at in self.at)
            said = bare if every else metric
            if said not in found:
                found.append(said)
        return found


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A whole recipe. `model` is the graph before any edit, inputs first; `data` is for the data room to read.

    `absent` are the nodes that were left out or taken away, and why: a strategy may still name them.
    `notes` are lines for the user: what was left out, and why. `provenance` maps each key path of `to_dict()`, joined
    by dots, to where its value came from.
    """

    name: str
    summary: str = ""
    source: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 42
    task: ResolvedComponent | None = None
    model: Mapping[str, ResolvedNode] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[ResolvedStage, ...] = ()
    answer: ResolvedAnswer | None = None
    evaluate: ResolvedEvaluation = field(default_factory=ResolvedEvaluation)
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def graph(self, stage: int) -> Mapping[str, ResolvedNode]:
        """The model graph in a stage, inputs first; -1 is the graph before any edit."""
        return self.stages[stage].graph if stage >= 0 else self.model

    def data_of(self, stage: int) -> Mapping[str, Any]:
        """The data section of a stage; -1 is that of the last one, or of the recipe where there is none."""
        own = self.stages[stage].data if self.stages else None
        return self.data if own is None else own

    def growths(self, stage: int) -> list[Growth]:
        """Everything that has grown until a stage, it included."""
        return [growth for one in self.stages[: stage + 1] for growth in one.growths]

    def final_graph(self) -> Mapping[str, ResolvedNode]:
        """What answers: the graph as the last stage leaves it."""
        return self.graph(len(self.stages) - 1)

    @property
    def reranks(self) -> bool:
        """Whether the answer can only order candidates that are given."""
        return self.answer is not None and self.answer.reranks

    def to_dict(self) -> dict[str, Any]:
        """A recipe as plain data, every default filled in: reading it again gives the same."""
        return {
            "name": self.name,
            "summary": self.summary,
            "source": self.source,
            "data": dict(self.data),
            "seed": self.seed,
            "task": self.task.to_dict() if self.task else None,
            "model": {name: node.to_dict() for name, node in self.model.items()},
            **({"absent": dict(self.absent)} if self.absent else {}),
            "stages": [stage.to_dict() for stage in self.stages],
            "answer": self.answer.to_dict() if self.answer else None,
            "evaluate": self.evaluate.to_dict(),
        }
