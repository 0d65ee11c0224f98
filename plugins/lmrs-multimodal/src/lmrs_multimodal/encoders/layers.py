"""What a tower is made of: its blocks, what stands before and behind them, and the linear maps inside."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear

_BEHIND = ("ln_post", "ln_final", "proj", "text_projection", "attn_pool", "head")


def parts(tower: nn.Module, prefix: str) -> dict[str, list[str]]:
    """Names by part, from the input upwards: `embeddings`, `layer.0`, …, `head` for what stands behind the blocks."""
    stack, number = _stack(tower)
    own = f"{stack}." if stack else "\0"
    rest = [name for name, _ in tower.named_parameters() if not name.startswith(own)]
    behind = [f"{prefix}.{name}" for name in rest if name.startswith(_BEHIND)]
    before = [f"{prefix}.{name}" for name in rest if not name.startswith(_BEHIND)]
    found = {"embeddings": before} if before else {}
    found |= {f"layer.{place}": [f"{prefix}.{own}{place}"] for place in range(number)}
    return found | ({"head": behind} if behind else {})


def targets(tower: nn.Module, prefix: str) -> dict[str, list[str]]:
    """Linear maps of the blocks, by kind.

    Of torch's own attention, which open_clip's blocks have, none: it reads its maps as plain tensors, and an adapter on
    them would be passed over.
    """
    stack, _ = _stack(tower)
    found: dict[str, list[str]] = {"attention": [], "feed-forward": []}
    for name, module in tower.named_modules():
        plain = isinstance(module, nn.Linear) and not isinstance(module, NonDynamicallyQuantizableLinear)
        if plain and stack and name.startswith(f"{stack}."):
            found["attention" if ".attn." in name else "feed-forward"].append(f"{prefix}.{name}")
    return {kind: names for kind, names in found.items() if names}


def _stack(tower: nn.Module) -> tuple[str, int]:
    """Name and length of the list of blocks, of those that have one the largest; empty for a convolutional tower."""
    lists = {
        name: module
        for name, module in tower.named_modules()
        if isinstance(module, nn.ModuleList | nn.Sequential) and name.endswith("blocks")
    }
    name = max(lists, key=lambda one: sum(each.numel() for each in lists[one].parameters()), default="")
    return name, len(lists[name]) if name else 0
