"""What a node publishes for strategies: its parts, and where adapters may go."""

from __future__ import annotations

from typing import Any

from lmrs_plugins.testing.case import Case


def check_parts(case: Case, module: Any) -> None:
    """Parts cover each parameter once, and targets are inner modules."""
    if hasattr(module, "parts"):
        with case.check("parts"):
            names = [name for name, _ in module.named_parameters()]
            parts = dict(module.parts())
            for name in names:
                owners = [part for part, prefixes in parts.items() if any(_within(name, one) for one in prefixes)]
                case.require(
                    len(owners) == 1,
                    f"its parameter {name!r} is in {len(owners)} of its parts{f' {owners}' * bool(owners)}: "
                    f"`parts()` covers "
                    "each once",
                )
            for part, prefixes in parts.items():
                for prefix in prefixes:
                    known = any(_within(name, prefix) for name in names)
                    case.require(
                        known, f"its part {part!r} names {prefix!r}, which no parameter starts with: mend the prefix"
                    )
    if hasattr(module, "targets"):
        with case.check("targets"):
            inner = [name for name, _ in module.named_modules()]
            for kind, targets in module.targets().items():
                for target in targets:
                    known = any(name == target or name.endswith(f".{target}") for name in inner)
                    case.require(
                        known, f"its target {target!r} of kind {kind!r} is no inner module: name one of {inner[1:]}"
                    )


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix if prefix.endswith(".") or not prefix else f"{prefix}.")
