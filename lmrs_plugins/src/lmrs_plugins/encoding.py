"""What a node returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Encoding:
    """Vectors of rows, or states of a sequence.

    Parameters
    ----------
    vectors
        (..., d): one vector a row. What an item encoder gives for a (B, L) field of rows is (B, L, d).
    states
        (B, L, d): one contextual state a position.
    mask
        Of the shape of `vectors` or `states` without d: false where there is no vector (padding, an item without a
        picture, an id that was never trained). None means that everything is there.
    logits
        (..., vocabulary), where the node is a language model.
    extra
        Anything else that the ports of a plugin's own forms carry (key and value prefixes, attention weights).
    """

    vectors: Tensor | None = None
    states: Tensor | None = None
    mask: Tensor | None = None
    logits: Tensor | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def main(self) -> Tensor:
        """`vectors`, or `states` where there are none."""
        tensor = self.vectors if self.vectors is not None else self.states
        assert tensor is not None, "an encoding holds vectors or states"
        return tensor

    def __getitem__(self, index: Any) -> Encoding:
        """The encoding at an index of the leading axes; the mask goes along."""

        def pick(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor[index]

        return Encoding(pick(self.vectors), pick(self.states), pick(self.mask), pick(self.logits), dict(self.extra))


def last(encoding: Encoding) -> Tensor:
    """The state at the last unmasked position of each sequence: (B, L, d) -> (B, d).

    Right with padding on either side and with holes. A sequence that is masked throughout gives its first state.
    """
    states = encoding.main
    if encoding.mask is None:
        return states[:, -1]
    place = encoding.mask.long().cumsum(1).argmax(1)
    return states.take_along_dim(place[:, None, None], 1)[:, 0]
