"""Nodes of the model graph: a binding that meets the data once, and a module that computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lmrs_plugins.bundle import Bundle
    from lmrs_plugins.encoding import Encoding
    from lmrs_plugins.env import Env
    from lmrs_plugins.options import Options
    from lmrs_plugins.view import View


class Binding(Protocol):
    """The light half of an encoder: rows in, inputs out. Without torch; runs in the loader's workers.

    It is pickled to them, so it holds plain data and reopens files in each process. Only `rows` is required.
    """

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        """Inputs of these rows, (n,) distinct and ascending, as a view whose fields have first axis n.

        The view may itself hold rows of other subjects (the items of a user's profile, the entities of a subgraph):
        the host then encodes those too. `rng` is given in training and is None in evaluation; what does not use it can
        be cached. A row of a product subject `a*b` is `row of a * number of rows of b + row of b`.
        """
        ...

    def whole(self) -> View:
        """All there is, for an encoder that is evaluated as a `table`: edges, features."""
        ...

    def on(self, bundle: Bundle) -> Binding:
        """The same on other data, with all that was fitted left as it is.

        A binding of subject `event` needs it: examples of a task, and of a stage that trains on a part of what it
        knows, hold events by their rows in those data. For another subject it is what takes rows that were added after
        training, at the end of the vocabulary: items that nobody has seen yet. Rows that were there stay as they were.
        """
        ...

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,) what each row costs, in tokens or nodes; for samplers with a budget and for chunks.

        A node whose recipe says `budget: N` is computed in chunks whose number of rows times their dearest row is at
        most N: `rows` is called for each chunk, and pads it to its own longest row. Without `cost` a row costs one.
        """
        ...

    def keys(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        """(n,) of type `S16`: a digest of what `rows` gives for each row without `rng`; `b""` where the row is missing.

        Two rows of one key have the same inputs, whatever data they stand in. With keys, the vectors (n, d) of a node
        that takes no other node and does not train are kept between runs, by key. What is missing is masked and not
        kept.
        """
        ...


class Encoder(Protocol):
    """A node: an `nn.Module`.

    `forward` names what it wants: one parameter for each port of the card (an `Encoding`, a list where the port takes
    many, None where an optional one is open, a function where it is lazy), then any fields of the view or of the
    binding's inputs, and `mask`, `special` and `step` (the `Step`). By the card's `evaluation`:

    - `lookup`: `forward(rows)` with rows of any shape, or None for the whole table, in order of rows.
    - `rows`: what the binding's `rows` gives for n rows; returns n vectors. Without a binding: the ports alone (a
      fusion).
    - `table`: what the binding's `whole` gives, the ports as whole tables; returns all vectors, or a dict by names of
      `gives`.
    - `view`: the ports gathered at the view's rows; returns states or vectors with first axis B.
    """

    width: int
    """d of what it gives, known once it is built; a dict where it gives several."""

    def __init__(self, env: Env, options: Options) -> None:
        """Build it. What is random here is seeded by the host, for each node apart."""
        ...

    @staticmethod
    def bind(env: Env, options: Options) -> Binding:
        """Meet the data: fit tokenizers and indices, open caches. Leave it out where `rows` are all there is."""
        ...

    def forward(self, *args: Any, **kwargs: Any) -> Encoding | dict[str, Encoding]:
        """Compute."""
        ...

    def parts(self) -> dict[str, list[str]]:
        """Prefixes of parameter names by part, from the input upwards: `{"embeddings": […], "layer.0": […]}`.

        Leave it out where there is only one part. Strategies train by these names.
        """
        ...

    def targets(self) -> dict[str, list[str]]:
        """Names of inner modules that adapters may be put on, by kind: `{"attention": ["query", "value"]}`."""
        ...


class Fusion(Encoder, Protocol):
    """A node with several inputs of one subject on a port marked `many`.

    Each input carries its mask: a fusion says what it does with an item that lacks a modality, and gives a mask of its
    own, false where none was there.
    """
