"""A language model over texts: vectors of rows, or guesses at tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError
from lmrs_text.encoders.backbone import backbone, context
from lmrs_text.encoders.blocks import parts, targets
from lmrs_text.encoders.head import Head, Table
from lmrs_text.encoders.options import Encoder
from lmrs_text.encoders.options import LanguageModel as Options
from lmrs_text.encoders.pooling import pool, present
from lmrs_text.folder import model_folder
from lmrs_text.texts import Texts
from lmrs_text.tokenizer import Tokenizer


class LanguageModel(nn.Module):
    """One module behind two cards, so that the nodes of both may share it.

    `encoder`, by rows: tokens (n, L) int with lengths (n,) -> vectors (n, d), absent where a row has no text.
    Normalised vectors are those of sentence-transformers' pipeline of the same model.

    `language-model`, in a view: tokens and mask (n, L), and where `places` (n, K) are asked for, those alone -> states
    (n, K or L, d) and logits (n, K or L, tokens).

    Padding stands on the right and is not attended to, so a decoder's last state is that of its last token.
    """

    def __init__(self, env: Env, options: Encoder | Options) -> None:
        super().__init__()
        pretrained = options.weights == "pretrained"
        folder = model_folder(options.model, pretrained)
        of_rows = isinstance(options, Encoder)
        guesses = options.head if of_rows else True
        made = backbone(folder, pretrained, options.layers, guesses)
        self.model = made.model
        table = self.model.get_input_embeddings().weight
        size, inner = table.shape
        tokens = env.binding.vocabulary if of_rows else Tokenizer.read(folder).size
        if tokens > size:
            raise InputError(
                f"text: the tokenizer in {folder} has {tokens} tokens and the model a table of {size}: they do not "
                "belong together; mend the folder"
            )
        most = context(self.model, made.config)
        if of_rows and most is not None and options.length > most:
            raise InputError(
                f"text: length {options.length}, and the model in {folder} reads {most} tokens; lower length"
            )
        self._context = most
        self._pooling = options.pooling if of_rows else "mean"
        self._normalize = of_rows and options.normalize
        wanted = options.width if of_rows else 0
        self.width: int = wanted or inner
        self.project = nn.Linear(inner, wanted) if wanted else nn.Identity()
        self.head: Head | Table | None = None
        if guesses:
            self.head = Table(made.output) if made.causal else Head(inner, size)

    @staticmethod
    def bind(env: Env, options: Encoder | Options) -> Texts | None:
        return Texts.of(env.bundle, options) if isinstance(options, Encoder) else None

    def forward(
        self, tokens: Tensor, lengths: Tensor | None = None, mask: Tensor | None = None, places: Tensor | None = None
    ) -> Encoding:
        return self._guesses(tokens, mask, places) if lengths is None else self._vectors(tokens, lengths)

    def _vectors(self, tokens: Tensor, lengths: Tensor) -> Encoding:
        there = lengths > 0
        every = bool(there.all())
        if not every:
            tokens, lengths = tokens[there], lengths[there]
        if not len(tokens):  # no text at all: nothing to compute, and nothing that a gradient could reach
            return Encoding(vectors=self._empty(len(there)), mask=there)
        found = self.project(pool(self._states(tokens, present(lengths, tokens.shape[1])), lengths, self._pooling))
        if self._normalize:
            found = functional.normalize(found, dim=-1)
        if not every:
            found = found.new_zeros(len(there), self.width).masked_scatter(there[:, None], found)
        return Encoding(vectors=found, mask=there)

    def _guesses(self, tokens: Tensor, mask: Tensor | None, places: Tensor | None) -> Encoding:
        if self.head is None:
            raise InputError("text: the node that is shared has no head over tokens; set head: true on it")
        if self._context is not None and tokens.shape[1] > self._context:
            raise InputError(
                f"text: texts of {tokens.shape[1]} tokens, and the model reads {self._context}; lower the draw's length"
            )
        table = self.model.get_input_embeddings().weight
        if int(tokens.max()) >= len(table):
            raise InputError(
                f"text: a text has token {int(tokens.max())} and the model a table of {len(table)}: let draw and node "
                "name one model"
            )
        states = self._states(tokens, mask)
        if places is not None:
            states, mask = states.gather(1, places[..., None].expand(-1, -1, states.shape[-1])), None
        return Encoding(states=states, mask=mask, logits=self.head(states, table))

    def _states(self, tokens: Tensor, there: Tensor | None) -> Tensor:
        # Without padding no mask: attention is then the fast one.
        if there is not None and bool(there.all()):
            there = None
        if there is not None:
            there = torch.cat([there[:, :1] | ~there.any(1, keepdim=True), there[:, 1:]], 1)
        seen = None if there is None else there.long()
        found: Tensor = self.model(input_ids=tokens.long(), attention_mask=seen).last_hidden_state
        return found

    def _empty(self, rows: int) -> Tensor:
        return self.model.get_input_embeddings().weight.new_zeros(rows, self.width)

    def parts(self) -> dict[str, list[str]]:
        """Embeddings, layers from below, then the head. The map to another width is of the last layer's part."""
        found = parts(self.model, "model")
        if isinstance(self.project, nn.Linear):
            found[next(reversed(found))].append("project")
        return found | ({"head": ["head"]} if any(True for _ in (self.head or nn.Identity()).parameters()) else {})

    def targets(self) -> dict[str, list[str]]:
        """The linear maps of attention and of the feed-forward parts."""
        return targets(self.model, "model")
