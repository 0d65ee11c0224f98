"""What a model is made of: its layers, what stands before and behind them, and the linear maps inside."""

from __future__ import annotations

from torch import nn

_ATTENTION = ("attention", "attn")


def blocks(model: nn.Module) -> tuple[str, nn.ModuleList]:
    """Name and modules of the layers: the list of modules that holds the most parameters."""
    lists = {
        name: module for name, module in model.named_modules() if isinstance(module, nn.ModuleList) and len(module)
    }
    name = max(lists, key=lambda one: sum(parameter.numel() for parameter in lists[one].parameters()), default="")
    return name, lists.get(name, nn.ModuleList())


def parts(model: nn.Module, prefix: str) -> dict[str, list[str]]:
    """Names by part, upwards: `embeddings`, `layer.0`, …. What stands behind the layers is of the last."""
    name, layers = blocks(model)
    own = f"{name}."
    names = [one for one, _ in model.named_parameters()]
    first = next((place for place, one in enumerate(names) if one.startswith(own)), len(names))
    behind = {one for place, one in enumerate(names) if not one.startswith(own) and (place > first or "final" in one)}
    before = [f"{prefix}.{one}" for one in names if not one.startswith(own) and one not in behind]
    found = {"embeddings": before} if before else {}
    found |= {f"layer.{number}": [f"{prefix}.{own}{number}"] for number in range(len(layers))}
    found[next(reversed(found))] += [f"{prefix}.{one}" for one in names if one in behind]
    return found


def targets(model: nn.Module, prefix: str) -> dict[str, list[str]]:
    """Linear maps of the layers by kind: those of attention, and the others, which are the feed-forward parts."""
    name, layers = blocks(model)
    found: dict[str, list[str]] = {"attention": [], "feed-forward": []}
    for inner, module in layers.named_modules():
        if isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D":
            kind = "attention" if any(word in inner.lower() for word in _ATTENTION) else "feed-forward"
            found[kind].append(f"{prefix}.{name}.{inner}")
    return {kind: names for kind, names in found.items() if names}
