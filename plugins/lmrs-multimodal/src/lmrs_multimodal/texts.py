"""The texts of rows as tokens of CLIP, made once. No torch here: what is kept travels to the loader's workers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from lmrs_multimodal.architecture import Architecture
from lmrs_plugins import Bundle, InputError, Ragged, View
from lmrs_plugins.fields import Fields, texts_of

log = logging.getLogger("lmrs").getChild("multimodal")


@dataclass(frozen=True)
class ClipTexts:
    """Tokens of each row; equal texts are kept once.

    Parameters
    ----------
    tokens
        Of each distinct text, between CLIP's signs of start and end.
    text
        (rows,) which text a row has, -1 for none.
    length
        Most tokens of a text.
    whole
        Whether the model sees the padding, so that every text has to be of that length.
    options, look
        What was asked for.
    """

    tokens: Ragged
    text: npt.NDArray[np.int64]
    length: int
    whole: bool
    options: Fields
    look: Architecture

    @staticmethod
    def of(bundle: Bundle, options: Fields, look: Architecture) -> ClipTexts:
        """Read the texts of a subject's rows; those that are too long are cut, counted and told once."""
        said = look.config["text_cfg"]
        length = int(said.get("context_length", 77))
        whole = (
            bool(said.get("no_causal_mask"))
            or bool(said.get("embed_cls"))
            or said.get("pool_type", "argmax") != "argmax"
        )
        tokens, text = _read(texts_of(bundle, options), options, look, length, bundle.name)
        return ClipTexts(tokens, text, length, whole, options, look)

    def on(self, bundle: Bundle) -> ClipTexts:
        """With the rows that have been added since, at the end."""
        known = len(self.text)
        if bundle.count(self.options.subject) == known:
            return self
        said = texts_of(bundle, self.options, known)
        tokens, text = _read(said, self.options, self.look, self.length, bundle.name)
        values = np.concatenate([self.tokens.values, tokens.values])
        offsets = np.concatenate([self.tokens.offsets, tokens.offsets[1:] + self.tokens.offsets[-1]])
        text = np.concatenate([self.text, np.where(text < 0, -1, text + len(self.tokens))])
        return replace(self, tokens=Ragged(values, offsets), text=text)

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        """`tokens` (n, L) with zeros on the right, and `there` (n,)."""
        there, tokens = self.text[rows] >= 0, self._tokens(rows)
        wide = self.length if self.whole else max(1, int(tokens.lengths.max(initial=0)))
        padded, _ = tokens.padded(wide)
        return View(values={"tokens": padded, "there": there})

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,) tokens of each row."""
        return self._tokens(rows).lengths

    def keys(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        """(n,) digests of the tokens, `b""` where a row has no text."""
        found = [
            b"" if one < 0 else blake2b(self.tokens[one].tobytes(), digest_size=16).digest()
            for one in self.text[rows].tolist()
        ]
        return np.array(found, dtype="S16")

    def _tokens(self, rows: npt.NDArray[np.int64]) -> Ragged:
        text = self.text[rows]
        starts, stops = self.tokens.offsets[text], self.tokens.offsets[text + 1]
        return self.tokens.slices(starts, np.where(text < 0, starts, stops))


def _read(
    said: Sequence[tuple[str, ...]], options: Fields, look: Architecture, length: int, name: str
) -> tuple[Ragged, npt.NDArray[np.int64]]:
    distinct = list(dict.fromkeys(one[0] for one in said if one))
    number = {one: place for place, one in enumerate(distinct)}
    encode, start, end = _tokenizer(look)
    long, found = 0, []
    for text in distinct:
        words = encode(text)
        long += len(words) > length - 2
        found.append([start, *words[: length - 2], end])
    if long:
        _note(
            f"multimodal: {long} texts of {options.subject} in {name!r} are longer than the {length} tokens of "
            f"{look.name} and are cut"
        )
    return Ragged.of(found), np.array([number[one[0]] if one else -1 for one in said], dtype=np.int64)


def _tokenizer(look: Architecture) -> tuple[object, int, int]:
    """A function from a text to tokens, and the signs of start and end."""
    said = look.config["text_cfg"]
    if said.get("hf_tokenizer_name") or said.get("hf_model_name"):
        raise InputError(
            f"multimodal: {look.name} reads texts with a tokenizer of the Hugging Face hub, and nothing is fetched; "
            "take a model with CLIP's own"
        )
    import lmrs_multimodal.before_open_clip  # noqa: F401

    # isort: split
    from open_clip import SimpleTokenizer

    made = SimpleTokenizer(**(said.get("tokenizer_kwargs") or {}))
    if made.vocab_size > int(said.get("vocab_size", 49408)):
        raise InputError(
            f"multimodal: CLIP's tokenizer has {made.vocab_size} tokens and {look.name} a table of "
            f"{said['vocab_size']}; mend `vocab_size`"
        )
    return made.encode, made.sot_token_id, made.eot_token_id


@cache
def _note(text: str) -> None:
    """Say it once, however often the same data are read."""
    log.warning(text)
