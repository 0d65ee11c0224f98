"""Whether the weights that a node is to take belong to the rows that it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lmrs.recipe.resolved import ResolvedNode, ResolvedStage
from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    from lmrs_plugins.vocabulary import Vocabulary

Vocabularies = Mapping[str, "Vocabulary"]


def takes(stage: ResolvedStage, name: str, run: bool, other: bool) -> bool:
    """Whether a node takes weights of its name, where there are any.

    `run` says that they are an earlier run's, `other` that they were trained on other data.
    """
    kind, added = stage.graph[name].init.kind, name in stage.added
    if stage.init.kind == "fresh" or (added and kind == "artifact"):
        return False
    if kind == "fresh":
        return not (added or other or run)
    return kind == "keep" or run or not added


def check_ids(stage: ResolvedStage, name: str, had: Vocabularies, has: Vocabularies, whence: str) -> None:
    """Refuse to hand a table of ids to a node whose ids are others.

    `had` and `has` are the vocabularies that the weights were trained with and those of the stage; one may have grown
    since by whole blocks.

    Raises
    ------
    InputError
        The rows of node `name` would stand for something else.
    """
    node = stage.graph[name]
    if node.share or node.card.evaluation != "lookup":
        return
    for subject in changed(node, had, has):
        raise other_ids(stage, name, subject, whence)


def changed(node: ResolvedNode, had: Vocabularies, has: Vocabularies) -> list[str]:
    """The subjects of a node whose ids are others than they were; a subject that no data know is not one of them."""
    subjects = dict.fromkeys(port.subject for port in node.gives.values())
    return [one for one in subjects if (one in had or one in has) and not _same(had.get(one), has.get(one))]


def other_ids(stage: ResolvedStage, name: str, subject: str, whence: str) -> InputError:
    """The error, with what to do."""
    return InputError(
        f"stage {stage.name!r}: the rows of node {name!r} are {subject}s, and those of {whence} are others than these: "
        f"say init: fresh on the node, or drop it and add it"
    )


def _same(old: Vocabulary | None, new: Vocabulary | None) -> bool:
    if old is None or new is None or old.blocks != new.blocks[: len(old.blocks)]:
        return False
    return list(old.ids) == list(new.ids[: len(old)])
