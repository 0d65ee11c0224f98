"""What stands around a component: how it is loaded, its seed, and the artifacts that it may ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from math import prod
from typing import Any

import numpy as np

from lmrs_plugins.artifact import Artifact
from lmrs_plugins.bundle import Bundle
from lmrs_plugins.card import Card


def attribute(path: str) -> Any:
    """What `module:attribute` names."""
    module, _, name = path.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's generator seeded inside and as it was outside; nothing where torch is not loaded."""
    torch = sys.modules.get("torch")
    with torch.random.fork_rng(devices=[]) if torch else nullcontext():
        if torch:
            torch.manual_seed(seed)
        yield


def artifacts(card: Card, bundle: Bundle) -> Callable[[str], Artifact]:
    """Any artifact that is asked for: what `export` would leave of the card's subject."""

    def artifact(name: str) -> Artifact:
        known = [port.subject for port in (*card.gives.values(), *card.takes.values())]
        subject = next((one for one in known if one in bundle.vocabularies), "item")
        vocabulary, rng = bundle.vocabularies[subject], np.random.default_rng(len(name))
        vectors = rng.standard_normal((len(vocabulary), 24)).astype(np.float32)
        return Artifact(
            {"vectors": vectors, "mask": np.arange(len(vocabulary)) % 5 != 1},
            aligned={subject: vocabulary.digest},
            blocks={subject: vocabulary.blocks},
        )

    return artifact


def rows_of(bundle: Bundle, subject: str) -> int | None:
    """Number of rows of a subject, of a product of subjects too; None where it has none (a history, a variable)."""
    sizes = [len(bundle.vocabularies[one]) for one in subject.split("*") if one in bundle.vocabularies]
    if subject == "event":
        return bundle.count("event")
    return prod(sizes) if len(sizes) == subject.count("*") + 1 else None
