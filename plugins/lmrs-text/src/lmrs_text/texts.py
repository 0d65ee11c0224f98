"""The texts of rows as tokens, made once. No torch here: this half travels to the loader's workers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Bundle, InputError, View
from lmrs_plugins.fields import texts_of
from lmrs_text.folder import model_folder
from lmrs_text.options import OfTexts
from lmrs_text.tokenizer import Tokenizer

_SEPARATORS = ("sep_token", "eos_token")
log = logging.getLogger("lmrs").getChild("text")


@dataclass(frozen=True)
class Texts:
    """Tokens of each row; equal texts are kept once.

    Parameters
    ----------
    tokens
        (total,) int32, one text after the other.
    offsets
        (distinct + 1,) where each begins.
    text
        (rows,) which text a row has, -1 for none.
    digest
        Of the tokenizer, 16 bytes.
    vocabulary
        One more than the tokenizer's largest token.
    specials
        Tokens that no text is made of.
    hides
        The token that stands for a hidden one; None where the tokenizer has none.
    options
        What was asked for.
    cut
        Rows whose text was longer than that.
    """

    tokens: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    text: npt.NDArray[np.int64]
    digest: bytes
    vocabulary: int
    specials: npt.NDArray[np.int64]
    hides: int | None
    options: OfTexts
    cut: int = 0

    @staticmethod
    def of(bundle: Bundle, options: OfTexts) -> Texts:
        """Read the texts of a subject's rows with the tokenizer of a model.

        Raises
        ------
        InputError
            The model or its tokenizer cannot be had, or `length` leaves no room for words.
        """
        tokenizer = Tokenizer.read(model_folder(options.model, weights=False))
        return _made(tokenizer, texts_of(bundle, options, apart=options.segments), options, bundle.name)

    def on(self, bundle: Bundle) -> Texts:
        """With the rows that have been added since, at the end."""
        known = len(self.text)
        if bundle.count(self.options.subject) == known:
            return self
        tokenizer = Tokenizer.read(model_folder(self.options.model, weights=False))
        if tokenizer.digest != self.digest:
            raise InputError(f"text: the tokenizer in {tokenizer.folder} is another than it was; give it back its file")
        more = _made(tokenizer, texts_of(bundle, self.options, known, self.options.segments), self.options, bundle.name)
        return replace(
            self,
            tokens=np.concatenate([self.tokens, more.tokens]),
            offsets=np.concatenate([self.offsets, more.offsets[1:] + self.offsets[-1]]),
            text=np.concatenate([self.text, np.where(more.text < 0, -1, more.text + len(self.offsets) - 1)]),
            cut=self.cut + more.cut,
        )

    def lengths(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,) tokens of each row, 0 where there is no text."""
        text = self.text[rows]
        return np.where(text < 0, 0, self.offsets[text + 1] - self.offsets[text])

    def padded(self, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """(n, L) tokens with zeros on the right, L the longest of these rows and at least 1; and (n,) lengths."""
        lengths = self.lengths(rows)
        there = np.arange(max(1, int(lengths.max(initial=0)))) < lengths[:, None]
        tokens = np.zeros(there.shape, dtype=np.int32)
        starts = self.offsets[self.text[rows]]
        within = np.arange(int(lengths.sum())) - np.repeat(lengths.cumsum() - lengths, lengths)
        tokens[there] = self.tokens[np.repeat(starts, lengths) + within]
        return tokens, lengths

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        tokens, lengths = self.padded(rows)
        return View(values={"tokens": tokens, "lengths": lengths})

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return self.lengths(rows)

    def keys(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        """(n,) digests of tokenizer and tokens, `b""` where a row has no text."""
        wanted, place = np.unique(self.text[rows], return_inverse=True)
        found = [b"" if one < 0 else self._key(one) for one in wanted.tolist()]
        return np.array(found, dtype="S16")[place]

    def _key(self, text: int) -> bytes:
        tokens = self.tokens[self.offsets[text] : self.offsets[text + 1]]
        return blake2b(tokens.tobytes(), key=self.digest, digest_size=16).digest()


def _made(tokenizer: Tokenizer, said: Sequence[tuple[str, ...]], options: OfTexts, name: str) -> Texts:
    distinct = list(dict.fromkeys(one for one in said if one))
    number = {one: place for place, one in enumerate(distinct)}
    read, long = _read(tokenizer, distinct, options)
    text = np.array([number.get(one, -1) for one in said], dtype=np.int64)
    # What is nothing but characters that the tokenizer drops is no text.
    empty = np.array([not len(one) for one in read], dtype=bool)
    text[(text >= 0) & np.append(empty, False)[text]] = -1
    cut = int(np.append(long, False)[text].sum())
    if cut:
        _note(
            f"text: {cut} of {np.count_nonzero(text >= 0)} texts of {options.subject} in {name!r} are longer than "
            f"{options.length} tokens and are cut; `length` raises that"
        )
    lengths = np.array([len(one) for one in read], dtype=np.int64)
    return Texts(
        np.concatenate(read) if read else np.zeros(0, dtype=np.int32),
        np.concatenate([[0], lengths.cumsum()]).astype(np.int64),
        text,
        tokenizer.digest,
        tokenizer.size,
        tokenizer.specials,
        tokenizer.special("mask_token"),
        options,
        cut,
    )


def _read(
    tokenizer: Tokenizer, texts: Sequence[tuple[str, ...]], options: OfTexts
) -> tuple[list[npt.NDArray[np.int32]], npt.NDArray[np.bool_]]:
    """Tokens of texts that may have several parts, with the special tokens that the model wants; which were cut."""
    before, behind = tokenizer.around
    room = options.length - len(before) - len(behind)
    if room < 1:
        special = len(before) + len(behind)
        raise InputError(f"text: length {options.length} has no room beside {special} special tokens; raise it")
    between = tokenizer.special(*_SEPARATORS) if options.segments else None
    if options.segments and between is None and len(options.fields) > 1:
        raise InputError(
            f"text: the tokenizer in {tokenizer.folder} has no separator (sep_token, eos_token) for segments; "
            "use a template"
        )
    parts = iter(tokenizer.tokens([part for one in texts for part in one]))
    found, long = [], np.zeros(len(texts), dtype=bool)
    for place, one in enumerate(texts):
        pieces: list[npt.ArrayLike] = []
        for _ in one:
            part = next(parts)
            if len(part):
                pieces += [[between], part] if pieces else [part]
        words = np.concatenate(pieces) if pieces else np.zeros(0)
        long[place] = len(words) > room
        whole = [before, words[:room], behind] if len(words) else []
        found.append(np.concatenate(whole).astype(np.int32) if whole else np.zeros(0, dtype=np.int32))
    return found, long


@cache
def _note(text: str) -> None:
    """Say it once, however often the same data are read."""
    log.warning(text)
