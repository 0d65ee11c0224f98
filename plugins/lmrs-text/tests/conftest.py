"""Small models with random weights, made on the spot, and texts for them."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, AutoModelForCausalLM, BertConfig, GPT2Config, PreTrainedConfig, T5Config

from lmrs_plugins import Bundle, Vocabulary
from lmrs_text.quiet import quiet

WORDS = (
    *("red", "blue", "old", "new", "deep", "quiet", "lake", "river", "house", "garden"),
    *("star", "road", "comedy", "drama", "crime", "music", ",", ".", "the"),
)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
FACTS = '{"mask_token": "[MASK]", "sep_token": "[SEP]", "cls_token": "[CLS]", "pad_token": "[PAD]"}'
SHAPE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
CONFIGS: dict[str, Callable[[int], PreTrainedConfig]] = {
    "bert": lambda size: BertConfig(vocab_size=size, intermediate_size=32, max_position_embeddings=32, **SHAPE),
    "gpt2": lambda size: GPT2Config(vocab_size=size, n_embd=16, n_layer=2, n_head=2, n_positions=32),
    "t5": lambda size: T5Config(vocab_size=size, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2),
}


def word_tokenizer(words: Sequence[str] = WORDS, around: bool = True) -> Tokenizer:
    """A token a word, BERT's special ones around them."""
    vocabulary = {word: place for place, word in enumerate((*SPECIAL, *words))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(list(SPECIAL))
    if around:
        ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
        made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return made


def write_model(folder: Path, kind: str = "bert", weights: bool = True, **changes: Any) -> Path:
    """A folder as `save_pretrained` leaves it; a decoder's tokenizer puts nothing around a text."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = word_tokenizer(around=kind != "gpt2")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(FACTS)
    config = CONFIGS[kind](tokenizer.get_vocab_size())
    for name, value in changes.items():
        setattr(config, name, value)
    config.save_pretrained(folder)
    if weights:
        with quiet(), torch.random.fork_rng():
            torch.manual_seed(0)
            auto = AutoModelForCausalLM if kind == "gpt2" else AutoModel
            auto.from_config(config).save_pretrained(folder)
    return folder


def bundle_of(items: pa.Table, users: pa.Table | None = None) -> Bundle:
    """These items, each met once by one user."""
    ids = {"user": ["u0"] if users is None else [f"u{row}" for row in range(len(users))]}
    ids["item"] = [f"i{row}" for row in range(len(items))]
    rows = np.arange(len(items))
    events = pa.table({"user": np.zeros_like(rows), "item": rows})
    tables = {"item": items} | ({} if users is None else {"user": users})
    return Bundle("small", {name: Vocabulary(name, names) for name, names in ids.items()}, events, tables)


def titled(*titles: str | None) -> Bundle:
    """Items with these titles."""
    return bundle_of(pa.table({"title": pa.array(titles, pa.string())}))


@pytest.fixture(scope="session")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The folder of a small model by its kind, made once."""
    made: dict[str, str] = {}

    def get(kind: str) -> str:
        if kind not in made:
            made[kind] = str(write_model(tmp_path_factory.mktemp(kind), kind))
        return made[kind]

    return get


@pytest.fixture
def model_at() -> Callable[..., Path]:
    return write_model


@pytest.fixture
def tokenizer_of() -> Callable[..., Tokenizer]:
    return word_tokenizer


@pytest.fixture
def items_of() -> Callable[..., Bundle]:
    return bundle_of


@pytest.fixture
def titles() -> Callable[..., Bundle]:
    return titled
