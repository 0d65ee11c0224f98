"""The words of a recipe and their types: what can be said before any component is looked up."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from lmrs.recipe.settings import OptimizerSettings, Precision, SampleSettings, Settings, StopSettings
from lmrs.recipe.stage_init import StageInit

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name is lower-case letters, digits, - and _, and begins with a letter")
    return name


def _node(name: str) -> str:
    if name == "objective":
        raise ValueError("no node can be called 'objective': the heads of objectives are")
    return _named(name)


def _start(text: str) -> str:
    return str(StageInit.of(text))


Name = Annotated[str, AfterValidator(_named)]
NodeName = Annotated[str, AfterValidator(_node)]


class Spec(BaseModel):
    """A component as a recipe says it: `{use: name, …}`, or the name alone. Other keys are its options and wires."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    families: ClassVar[tuple[str, ...]] = ()

    use: str = Field(min_length=1, description="the component, as plugin/name or short")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value

    @property
    def keys(self) -> dict[str, Any]:
        """Options and wires."""
        return dict(self.model_extra or {})


class TaskSpec(Spec):
    """What is asked of the model."""

    families = ("task",)


class StrategySpec(Spec):
    """What trains."""

    families = ("strategy",)


class SamplerSpec(Spec):
    """Which examples make a batch."""

    families = ("sampler",)


class DrawSpec(Spec):
    """A transform: the views of a stage."""

    families = ("transform",)


class OptionalSpec(Spec):
    """A component that a recipe may do without."""

    optional: bool = Field(
        default=False, description="left out where its plugin, its data or a node that it needs is missing"
    )


class MakerSpec(OptionalSpec):
    """What leaves an artifact."""

    families = ("maker",)


class MetricSpec(Spec):
    """A number."""

    families = ("metric",)


class NodeSpec(OptionalSpec):
    """A node of the model graph."""

    families = ("encoder", "fusion")

    share: str | None = Field(default=None, description="the node whose module this one is")
    budget: int | None = Field(
        default=None, ge=1, description="what a chunk of its rows may cost: rows times the dearest, in tokens or nodes"
    )
    recompute: bool = Field(default=False, description="compute twice in place of keeping: slower, in less memory")
    init: str | None = Field(
        default=None,
        description="what it starts from: fresh (what other data, or another run, taught is not taken), keep, or "
        "artifact NAME; as the stage says if not given",
    )


class ObjectiveSpec(OptionalSpec):
    """A loss."""

    families = ("objective",)

    name: Name | None = Field(default=None, description="what its terms are called; the component's name by default")
    on: str | list[str] | None = Field(default=None, description="the draw that it stands on")
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False, description="what its mean is multiplied by")


_On = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[DrawSpec, Tag("<spec>")],
    Discriminator(lambda value: "<name>" if isinstance(value, str) else "<spec>"),
]


class AnswerSpec(Spec):
    """How nodes become an answer."""

    families = ("scorer",)

    on: _On | None = Field(default=None, description="a draw of the last stage, or a transform")


class OneOf(Settings):
    """Objectives of which one is drawn."""

    one_of: list[ObjectiveSpec] = Field(min_length=1)
    per: Literal["step", "epoch"] = "step"


Objective = Annotated[
    Annotated[ObjectiveSpec, Tag("<plain>")] | Annotated[OneOf, Tag("<one_of>")],
    Discriminator(lambda value: "<one_of>" if isinstance(value, dict) and "one_of" in value else "<plain>"),
]


class SetEdit(BaseModel):
    """Other options or wires for a node, from this stage on."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    set: str = Field(description="the node")

    @property
    def keys(self) -> dict[str, Any]:
        """Options and wires."""
        return dict(self.model_extra or {})


class DropEdit(Settings):
    """A node leaves the graph, and every port that takes several nodes or none."""

    drop: str = Field(description="the node")


class AddEdit(NodeSpec):
    """A node joins the graph."""

    add: NodeName = Field(description="the node's name")


class GrowEdit(Settings):
    """A vocabulary grows by a block."""

    grow: str = Field(min_length=1, description="the subject")
    by: int | str = Field(description="number of rows, or the subject whose ids are added")


def _edit(value: Any) -> str:
    found = [word for word in ("set", "drop", "add", "grow") if isinstance(value, dict) and word in value]
    return f"<{found[0]}>" if len(found) == 1 else "<none>"


Edit = Annotated[
    Annotated[SetEdit, Tag("<set>")]
    | Annotated[DropEdit, Tag("<drop>")]
    | Annotated[AddEdit, Tag("<add>")]
    | Annotated[GrowEdit, Tag("<grow>")],
    Discriminator(_edit, custom_error_type="edit", custom_error_message="an edit says one of set, drop, add and grow"),
]


class Stage(Settings):
    """A part of the training: what is looked at, what is minimised, what trains, and for how long."""

    name: Name
    repeat: int = Field(default=1, ge=1, description="rounds: the stage so many times, NAME-1, NAME-2, …")
    window: (
        Annotated[
            Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["round"], Tag("<round>")],
            Discriminator(lambda value: "<round>" if isinstance(value, str) else "<number>"),
        ]
        | None
    ) = Field(
        default=None,
        description="time window that it trains on, knowing those before; the next is what it is asked about. `round` "
        "is the number of the round that it is repeated in",
    )
    data: dict[str, Any] | None = Field(
        default=None, description="data of this stage's own, as the recipe's `data`; the last stage's are asked about"
    )
    edits: list[Edit] = Field(default_factory=list, description="changes of the model graph that hold from here on")
    init: Annotated[str, AfterValidator(_start)] = Field(
        default="keep", description="weights of the stage before (keep), new (fresh), or of a finished run (run PATH)"
    )
    strategy: StrategySpec | None = Field(default=None, description="what trains")
    sampler: SamplerSpec | None = Field(default=None, description="which examples make a batch")
    draws: dict[Name, DrawSpec] = Field(default_factory=dict, description="views, by the name that objectives stand on")
    objectives: list[Objective] = Field(default_factory=list)
    epochs: int = Field(default=1, ge=0)
    max_steps: int | None = Field(default=None, ge=1, description="optimiser steps after which the stage ends anyway")
    optimizer: OptimizerSettings = Field(default_factory=OptimizerSettings)
    accumulate: int = Field(default=1, ge=1, description="batches in one optimiser step")
    stop: StopSettings | None = Field(default=None, description="ends the stage once it no longer gets better")
    makers: dict[Name, MakerSpec] = Field(default_factory=dict, description="what leaves artifacts, by their names")
    workers: int = Field(default=0, ge=0, description="processes that make batches; 0 makes them in the main one")
    precision: Precision = "float32"
    compile: bool = Field(default=False, description="torch.compile")
    checkpoint_every: int = Field(default=0, ge=0, description="steps between two checkpoints; 0: at ends of epochs")


class Repeat(Settings):
    """Stages that are gone through several times, in order; the rounds are numbered from 1."""

    repeat: int = Field(ge=1, description="rounds")
    stages: list[Stage | Repeat] = Field(min_length=1, description="what each round consists of")


def _usual() -> list[MetricSpec]:
    return [MetricSpec(use=name) for name in ("ndcg", "recall", "mrr")]


class EvaluateSettings(Settings):
    """Which numbers are computed, and among which candidates."""

    metrics: list[MetricSpec] = Field(default_factory=_usual)
    at: list[Annotated[int, Field(ge=1)]] = Field(default_factory=lambda: [5, 10, 20], min_length=1)
    candidates: Annotated[
        Annotated[Literal["all", "cold"], Tag("<all>")] | Annotated[SampleSettings, Tag("<sample>")],
        Discriminator(lambda value: "<sample>" if isinstance(value, dict | SampleSettings) else "<all>"),
    ] = Field(
        default="all",
        description="all rows; those without a training event (`cold`), others counting as missed; or sampled "
        "negatives, whose numbers are labelled so",
    )
    seen: Literal["exclude", "include"] = Field(default="exclude", description="whether seen rows can be recommended")


class Recipe(Settings):
    """A recommender: a model graph, the stages that train it, and how it answers."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    summary: str = ""
    source: str = Field(default="", description="where the system was published")
    data: dict[str, Any] = Field(default_factory=dict, description="the data set, how it is filtered and split")
    seed: int = Field(default=42, ge=0)
    task: TaskSpec | None = None
    model: dict[NodeName, NodeSpec] = Field(default_factory=dict)
    absent: dict[NodeName, str] = Field(
        default_factory=dict, description="nodes that were left out, and why; what a run has written says so"
    )
    stages: list[Stage] = Field(default_factory=list)
    answer: AnswerSpec | None = None
    evaluate: EvaluateSettings = Field(default_factory=EvaluateSettings)
