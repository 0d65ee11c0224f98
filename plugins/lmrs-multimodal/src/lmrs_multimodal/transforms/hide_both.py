"""Texts and pictures of which some tokens and some patches are hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lmrs_multimodal.architecture import architecture
from lmrs_multimodal.colours import covered, distribution, grid
from lmrs_multimodal.pictures import Pictures
from lmrs_multimodal.texts import ClipTexts
from lmrs_multimodal.transforms.options import HideBoth as Options
from lmrs_plugins import Env, ExampleRandom, Examples, InputError, Ragged, View


class HideBoth:
    """Views for masked multi-modal modelling and alignment prediction (Lu et al., NeurIPS 2019, 3.2).

    Of the N distinct rows of the examples that have a text and a picture:

    - `input`: `tokens` and which of them are `hidden` (N, L), `pixels` (N, 3, height, width) with hidden patches in the
      mean colour, which is zero to the tower, and `there` (N,); its mask is that of tokens;
    - `words`: `token` (N, L), asked for where one is hidden;
    - `parts`: `colours` (N, patches, colours), asked for where a patch is hidden;
    - `pair`: `matched` (N,). A share of the texts has the picture of another row of the batch, and is asked for nothing
      else.

    At least one token and one patch of each row are hidden, the signs of start and end never. Evaluation: `input`
    alone, with nothing hidden.
    """

    def __init__(self, env: Env, options: Options) -> None:
        look = architecture(options.model)
        if "patch_size" not in look.config["vision_cfg"]:
            raise InputError(f"hide-both: the pictures of {look.name} have no patches; take a vision transformer")
        patch = look.config["vision_cfg"]["patch_size"]
        self._patch = (patch, patch) if isinstance(patch, int) else (int(patch[0]), int(patch[1]))
        self._options, self._number = options, int(np.prod(grid(look.size, self._patch)))
        self._texts = replace(ClipTexts.of(env.bundle, options, look), whole=False)
        self._pictures = Pictures.of(env.bundle, options.subject, look)
        self._mean = tuple(round(255 * one) for one in look.mean)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        rows, found = self._rows(examples)
        tokens = self._texts.rows(rows)["tokens"]
        mask = found[:, None] & (np.arange(tokens.shape[1]) < self._texts.cost(rows)[:, None])
        if rng is None:
            seen = self._pictures.rows(rows)
            hidden = np.zeros(tokens.shape, dtype=bool)
            return {"input": self._input(rows, tokens, hidden, seen["pixels"], seen["there"], mask)}
        random = rng.generator()
        others = self._others(found, random)
        seen = self._pictures.rows(rows[others])
        matched = others == np.arange(len(rows))
        words = _chosen(mask & (np.arange(tokens.shape[1]) > 0) & ~_ends(mask), self._options.words, random)
        there = np.repeat((seen["there"] & found)[:, None], self._number, 1)
        parts = _chosen(there, self._options.parts, random)
        pixels = covered(seen["pixels"], parts, self._patch, self._mean)
        colours = distribution(seen["pixels"], self._patch)
        return {
            "input": self._input(rows, tokens, words, pixels, seen["there"], mask),
            "words": View(values={"token": tokens.astype(np.int64)}, mask=words & matched[:, None]),
            "parts": View(values={"colours": colours}, mask=parts & matched[:, None]),
            "pair": View(values={"matched": matched}, mask=found & seen["there"]),
        }

    def _rows(self, examples: Examples) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Ascending, each once; where none has both, the first row there is, and that it is not to be looked at."""
        column = examples.columns[self._options.subject]
        rows = np.unique(column.values if isinstance(column, Ragged) else column)
        rows = rows[rows >= 0]
        both = rows[(self._texts.text[rows] >= 0) & self._pictures.usable[rows]]
        if len(both):
            return both.astype(np.int64), np.ones(len(both), dtype=bool)
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)

    def _others(self, found: npt.NDArray[np.bool_], random: np.random.Generator) -> npt.NDArray[np.int64]:
        """(N,) whose picture stands beside each text."""
        own, number = np.arange(len(found)), len(found)
        if number < 2:
            return own
        other = (own + random.integers(1, number, number)) % number
        return np.where(random.random(number) < self._options.swapped, other, own)

    def _input(
        self,
        rows: npt.NDArray[np.int64],
        tokens: npt.NDArray[np.int64],
        hidden: npt.NDArray[np.bool_],
        pixels: npt.NDArray[np.uint8],
        there: npt.NDArray[np.bool_],
        mask: npt.NDArray[np.bool_],
    ) -> View:
        values = {"tokens": tokens, "hidden": hidden, "pixels": pixels, "there": there}
        subject = self._options.subject
        return View({subject: rows}, {subject: subject}, values, mask)


def _ends(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """True at the last place of each row that is there."""
    return mask & ~np.pad(mask[:, 1:], ((0, 0), (0, 1)))


def _chosen(there: npt.NDArray[np.bool_], rate: float, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Some of what is there, and of each row at least one."""
    drawn = np.where(there, random.random(there.shape), 2.0)
    chosen = drawn < rate
    none = np.flatnonzero(~chosen.any(1) & there.any(1))
    chosen[none, drawn[none].argmin(1)] = True
    return chosen
