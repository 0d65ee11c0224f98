"""The component card: what a component is, said without importing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lmrs_plugins.ports import Port, Pull, ViewType

EVALUATIONS = ("lookup", "rows", "table", "view")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A component as the host sees it before anything is loaded.

    Parameters
    ----------
    family
        The kind of component: one of `lmrs_plugins.families`, or one that a plugin declares.
    name
        Its name in the plugin, `lower-case-with-hyphens`; known to users as `plugin/name`.
    summary
        One line.
    load
        `module:attribute` of the class.
    options
        `module:attribute` of its `Options` model, in a module that does not import torch. Empty: it takes no options.
    takes
        Ports by name. The module's `forward` has one parameter of each name (node families); objectives and scorers
        pull them.
    gives
        What a node gives. Several names mean that one pass gives several subjects, read as `node.name`.
    evaluation
        Encoders and fusions: how the host evaluates it. `lookup`: an id table, read at any rows. `rows`: computed for
        rows, each distinct row of a step once. `table`: all rows at once (graph convolutions). `view`: in context (a
        history).
    pulls, reads
        Objectives and scorers: what they evaluate, and the raw fields (`view.field`) that they read.
    emits
        Transforms: the views that they make, by name. Samplers: empty.
    columns
        Samplers and tasks: the columns of their examples; transforms: the columns that they read. `{also}` stands for
        each value of the option `also`.
    needs
        What must be in the data bundle: `interactions`, `item.title`, `user.age`, `graph.knowledge`,
        `interaction.timestamp`. `item.{fields}` stands for the value, or each value, of the option `fields`.
    uses
        Options that hold a component of their own: option name to family.
    traits
        Open flags. The host knows `rows-interact` (an objective whose rows depend on each other), `reranks` (a scorer
        that needs given candidates) and `answers` (a scorer with `answer` in place of `score`); the conformance checks
        know `batch-level` (a transform that ties rows together) and `sequential` (a sampler whose epochs are alike).
    source
        Paper and equation, where there is one.
    """

    family: str
    name: str
    summary: str
    load: str
    options: str = ""
    takes: Mapping[str, Port] = field(default_factory=dict)
    gives: Mapping[str, Port] = field(default_factory=dict)
    evaluation: str = ""
    pulls: tuple[Pull, ...] = ()
    reads: tuple[str, ...] = ()
    emits: Mapping[str, ViewType] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    traits: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        problem = self.problem()
        if problem:
            raise ValueError(f"card of {self.family or '?'} {self.name or '?'}: {problem}")

    def problem(self) -> str:
        """What is wrong with this card, in one line; empty where nothing is."""
        if not _NAME.fullmatch(self.name):
            return "a name is lower-case words joined by hyphens"
        if not self.summary or "\n" in self.summary:
            return "the summary is one line"
        for path in filter(None, (self.load, self.options)):
            module, _, attribute = path.partition(":")
            if not module or not attribute:
                return f"{path!r} is not of the form module:attribute"
        if not self.load:
            return "`load` says where the component is, as module:attribute"
        if self.family in ("encoder", "fusion"):
            if self.evaluation not in EVALUATIONS:
                return f"evaluation is one of {', '.join(EVALUATIONS)}"
            if not self.gives:
                return "a node gives at least one port"
        loose = [pull.port for pull in self.pulls if pull.port not in self.takes]
        return f"it pulls {loose[0]!r}, which it does not take" if loose else ""
