"""A small language model whose words are those of the generated titles."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig

from lmrs.data.generate.words import THEMES


def word_model(folder: Path) -> Path:
    """A tokenizer and a configuration in `folder`; weights are for a node to draw."""
    known = ["[PAD]", "[UNK]", "[MASK]", *sorted({word for theme in THEMES for some in theme for word in some})]
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(known)}, unk_token="[UNK]"))
    made.add_special_tokens(known[:3])
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertConfig(vocab_size=len(known), max_position_embeddings=16, **shape).save_pretrained(folder)
    return folder
