"""What of a stage can be lowered where memory is used up."""

from __future__ import annotations

from lmrs.train.stage import Stage


def lowerable(stage: Stage) -> dict[str, int | None]:
    """Options by their place in the recipe, with what they are: budgets of nodes that have costs, and the batch."""
    found: dict[str, int | None] = {
        f"model.{name}.budget": node.plan.budget
        for name, node in stage.graph.nodes.items()
        if node.plan.budget or (node.plan.evaluation == "rows" and hasattr(node.plan.binding, "cost"))
    }
    sampler = stage.resolved.sampler
    batch = None if sampler is None else sampler.settings().get("batch")
    if isinstance(batch, int):
        found[f"stages.{stage.resolved.index}.sampler.batch"] = batch
    return found
