"""What one stage leaves for another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Artifact:
    """Named arrays and plain facts, aligned to frozen vocabularies.

    Parameters
    ----------
    arrays
        By name; the first axis of an array that belongs to a subject has that subject's number of rows.
    facts
        JSON-able values: generated texts, options, counts.
    aligned
        Subject to the digest of the vocabulary that the rows stand for. The host fills it in when the artifact is saved
        and refuses the artifact where a vocabulary has changed other than by growing.
    blocks
        Subject to the block sizes of that vocabulary.
    """

    arrays: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    aligned: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """sha256 of arrays (name, type, shape, bytes) and facts."""
        digest = hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode())
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()
