"""A model's tokenizer, through `tokenizers` alone. No torch here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer as Library

from lmrs_plugins import InputError
from lmrs_text.folder import read_json

_AT_ONCE = 10_000
_USUAL = {"mask_token": ("[MASK]", "<mask>"), "sep_token": ("[SEP]", "</s>"), "eos_token": ("<|endoftext|>", "</s>")}
_SLOW = ("vocab.txt", "vocab.json", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model")


@dataclass(frozen=True)
class Tokenizer:
    """Tokens of texts, and the tokens that a model wants around them.

    Parameters
    ----------
    library
        The tokenizer itself; it neither cuts nor pads.
    folder
        Where it was read.
    facts
        What `special_tokens_map.json` and `tokenizer_config.json` say.
    """

    library: Any
    folder: Path
    facts: dict[str, Any]

    @staticmethod
    def read(folder: Path) -> Tokenizer:
        """The tokenizer of a model's folder.

        Raises
        ------
        InputError
            There is none, or it cannot be read.
        """
        path = folder / "tokenizer.json"
        try:
            library = Library.from_file(str(path)) if path.is_file() else _converted(folder)
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"text: the tokenizer {path} cannot be read: {error}; fetch the model again") from error
        library.no_truncation()
        library.no_padding()
        facts = {**read_json(folder / "special_tokens_map.json"), **read_json(folder / "tokenizer_config.json")}
        return Tokenizer(library, folder, facts)

    @cached_property
    def digest(self) -> bytes:
        """16 bytes over everything that decides which tokens a text becomes."""
        return blake2b(self.library.to_str().encode(), digest_size=16).digest()

    @cached_property
    def size(self) -> int:
        """One more than its largest token."""
        return max(self.library.get_vocab(with_added_tokens=True).values(), default=-1) + 1

    @cached_property
    def around(self) -> tuple[list[int], list[int]]:
        """The special tokens before and behind a text."""
        found = self.library.encode("a")
        inside = [place for place, special in enumerate(found.special_tokens_mask) if not special]
        if not inside:
            return [], []
        return list(found.ids[: inside[0]]), list(found.ids[inside[-1] + 1 :])

    def special(self, *names: str) -> int | None:
        """The first of some special tokens that it has: `mask_token`, `sep_token`, …"""
        for name in names:
            said = self.facts.get(name)
            written = said.get("content") if isinstance(said, dict) else said
            for token in (written, *_USUAL.get(name, ())):
                found = self.library.token_to_id(token) if isinstance(token, str) else None
                if found is not None:
                    return int(found)
        return None

    @cached_property
    def specials(self) -> npt.NDArray[np.int64]:
        """Every token that no text is made of."""
        added = self.library.get_added_tokens_decoder()
        return np.array(sorted(token for token, one in added.items() if one.special), dtype=np.int64)

    def tokens(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Tokens of texts, without special ones. Equal texts are read once."""
        distinct = list(dict.fromkeys(texts))
        # Set so that a process that forks later (a loader's worker) says nothing of it: no worker tokenises.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        found: dict[str, npt.NDArray[np.int32]] = {}
        for start in range(0, len(distinct), _AT_ONCE):
            some = distinct[start : start + _AT_ONCE]
            for text, one in zip(some, self.library.encode_batch_fast(some, add_special_tokens=False), strict=True):
                found[text] = np.array(one.ids, dtype=np.int32)
        return [found[text] for text in texts]


def _converted(folder: Path) -> Any:
    """From the files of a tokenizer in Python, where transformers can."""
    files = [name for name in _SLOW if (folder / name).is_file()]
    if not files:
        raise InputError(f"text: {folder} has no tokenizer.json; fetch the model's tokenizer too")
    import lmrs_text.before_transformers  # noqa: F401

    # isort: split
    from transformers import AutoTokenizer

    from lmrs_text.quiet import quiet

    try:
        with quiet():
            made = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        return made.backend_tokenizer
    except Exception as error:
        raise InputError(
            f"text: {folder} has no tokenizer.json, and transformers makes none of {files[0]} "
            f"({(str(error).splitlines() or [type(error).__name__])[0]}); save one with its tokenizer's save_pretrained"
        ) from error
