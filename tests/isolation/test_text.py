"""The text plugin, installed from its wheel: all it takes, and what is said where it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs

TITLED = """
name: titled
extends: sasrec
model:
  id: {use: sequence/item-id, width: 16}
  text: {use: text/encoder, model: MODEL, weights: random, length: 12, width: 16}
  item: {use: gate, of: [id, text]}
"""
SMALL = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig
made = Tokenizer(models.WordLevel({"[UNK]": 0, "the": 1}, unk_token="[UNK]"))
made.pre_tokenizer = pre_tokenizers.Whitespace()
made.save(sys.argv[1] + "/tokenizer.json")
shape = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
BertConfig(vocab_size=2, max_position_embeddings=16, **shape).save_pretrained(sys.argv[1])
"""
QUICK = ("--data", "synthetic", "--set", "data.options={users: 60, items: 40}", "--set", "stages.0.epochs=1")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe that mixes ids with titles, whose model is still to be made in the folder beside it."""
    path = tmp_path / "titled.yaml"
    path.write_text(TITLED.replace("MODEL", str(tmp_path / "model")))
    (tmp_path / "model").mkdir()
    return path


def test_its_wheel_is_all_it_takes(fresh_environment: Callable[..., Environment], recipe: Path) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence", "lmrs-text")
    done = environment.run("lmrs", "components")
    assert done.returncode == 0, done.stderr
    assert "text/encoder" in done.stdout
    done = environment.run("python", "-c", SMALL, str(recipe.with_name("model")))
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "recommend", "made", "--history", "i01,i02", "--top", "3")
    assert done.returncode == 0, done.stderr


@pytest.mark.fault("L: import without: lmrs_text")
def test_without_it_a_recipe_says_what_to_install_and_the_rest_works(
    fresh_environment: Callable[..., Environment], recipe: Path
) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 3, done.stderr
    assert "lmrs-text" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (environment.folder / "made").exists()
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--set", "model.text.optional=true", "--out", "made")
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "run", "sasrec", *QUICK, "--out", "other")
    assert done.returncode == 0, done.stderr


@pytest.mark.fault("L: import without the extra: minilm, in a run")
def test_without_the_extra_minilm_says_what_to_install(
    fresh_environment: Callable[..., Environment], recipe: Path
) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence", "lmrs-text")
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--set", "model.text.model=minilm", "--out", "made")
    assert done.returncode == 2, done.stderr
    assert "pip install lmrs-text[minilm]" in done.stderr.splitlines()[-1]
