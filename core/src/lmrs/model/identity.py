"""What a node's rows depend on besides their inputs: its weights, its options, its code and the libraries beneath."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from packaging.requirements import Requirement
from torch import nn

from lmrs.recipe.resolved import ResolvedComponent


def identity(resolved: ResolvedComponent) -> dict[str, Any]:
    """A component as plain data: its name, options, code, and versions of torch and of what its distribution requires.

    The code stands for the version of a plugin, which an editable install does not change.
    """
    distribution = str(getattr(resolved.entry, "distribution", ""))
    return {
        "use": resolved.use,
        "options": resolved.settings(),
        "code": _code(resolved.card.load.partition(":")[0].partition(".")[0]),
        "versions": {"torch": torch.__version__, **_versions(distribution)},
    }


def digest_of(module: nn.Module, about: Mapping[str, Any], device: torch.device) -> str:
    """Digest of an identity, of every parameter and buffer, and of where it is computed."""
    digest = hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode())
    how = [device.type, torch.get_float32_matmul_precision(), str(torch.is_autocast_enabled(device.type))]
    digest.update(json.dumps(how).encode())
    for name, tensor in sorted([*module.named_parameters(), *module.named_buffers()], key=lambda one: one[0]):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        if tensor.numel():
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


def _code(package: str) -> str:
    """sha256 over the Python files of a package, or of a module that stands alone."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return ""
    if spec is None or spec.origin is None:
        return ""
    origin = Path(spec.origin)
    files = sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(origin.parent)} ".encode() + file.read_bytes())
    return digest.hexdigest()


def _versions(distribution: str) -> dict[str, str]:
    found = {}
    for line in _requires(distribution):
        requirement = Requirement(line)
        try:
            found[requirement.name] = version(requirement.name)
        except PackageNotFoundError:
            continue  # of an extra, or of another system
    return found


def _requires(distribution: str) -> list[str]:
    try:
        return list(requires(distribution) or ())
    except (PackageNotFoundError, ValueError):
        return []
