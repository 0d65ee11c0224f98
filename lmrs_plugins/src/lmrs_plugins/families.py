"""The families of components, the host's own and those that plugins add."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of component.

    The host declares its own families with this class, as a plugin declares one more through `lmrs_families`. A
    component of a family that only plugins know reaches its user as an option: the card of the component that wants it
    says so in `uses`, and the host builds it and hands it over.

    Parameters
    ----------
    name
        Singular, `lower-case`.
    hook
        Name of the hook that returns its cards; starts with `lmrs_`.
    summary
        One line: what a member is for.
    protocol
        `module:attribute` of the class that states its methods.
    checks
        `module:attribute` of a function `check(case)`, with a `lmrs_plugins.testing.Case`, that raises `AssertionError`
        where a member breaks the protocol; empty where there is none.
    """

    name: str
    hook: str
    summary: str
    protocol: str
    checks: str = ""


def _family(name: str, plural: str, summary: str, protocol: str) -> Family:
    return Family(
        name=name,
        hook=f"lmrs_{plural}",
        summary=summary,
        protocol=f"lmrs_plugins.{protocol}",
        checks=f"lmrs_plugins.testing.{plural}:check",
    )


FAMILIES: tuple[Family, ...] = (
    _family("dataset", "datasets", "reads a data set into a bundle", "dataset:Dataset"),
    _family("encoder", "encoders", "a node that turns rows or views into vectors or states", "encoder:Encoder"),
    _family("fusion", "fusions", "a node that joins several nodes of one subject", "encoder:Fusion"),
    _family(
        "transform",
        "transforms",
        "makes views from examples: windows, masking, negatives, augmentations",
        "transform:Transform",
    ),
    _family("sampler", "samplers", "says which examples make a batch", "sampler:Sampler"),
    _family("objective", "objectives", "turns encodings into losses, as sums and counts", "objective:Objective"),
    _family("strategy", "strategies", "says what trains, at what rate, and what is added to it", "strategy:Strategy"),
    _family("scorer", "scorers", "turns encodings into an answer", "scorer:Scorer"),
    _family("maker", "makers", "leaves an artifact at the end of a stage", "maker:Maker"),
    _family("task", "tasks", "turns a bundle into cases and states how answers are scored", "task:Task"),
    _family("metric", "metrics", "one number for each case, from the ranks of its positives", "metric:Metric"),
    _family("command", "commands", "a command of the command line, `lmrs PLUGIN NAME`", "command:Command"),
    Family(
        name="recipe",
        hook="lmrs_recipes",
        summary="a model graph and an ordered list of stages, as YAML",
        protocol="lmrs_plugins.recipe:RecipeCard",
    ),
)
