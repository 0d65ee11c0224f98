"""The multimodal plugin, installed from its wheel: all it takes, and what is said where it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs

PICTURED = """
name: pictured
extends: sasrec
model:
  id: {use: sequence/item-id, width: 16}
  image:
    use: multimodal/image
    model:
      embed_dim: 16
      vision_cfg: {image_size: 16, patch_size: 8, width: 16, head_width: 8, layers: 1}
      text_cfg: {}
  item: {use: gate, of: [id, image]}
"""
QUICK = ("--data", "synthetic", "--set", "data.options={users: 60, items: 40}", "--set", "stages.0.epochs=1")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "pictured.yaml"
    path.write_text(PICTURED)
    return path


@pytest.mark.fault("L: torchvision cannot be imported, as its wheel beside torch's CPU build: the multimodal plugin")
def test_its_wheel_is_all_it_takes(fresh_environment: Callable[..., Environment], recipe: Path) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence", "lmrs-multimodal")
    done = environment.run("lmrs", "components")
    assert done.returncode == 0, done.stderr
    assert "multimodal/image" in done.stdout
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "recommend", "made", "--history", "i01,i02", "--top", "3")
    assert done.returncode == 0, done.stderr


@pytest.mark.fault("L: import without: lmrs_multimodal")
def test_without_it_a_recipe_says_what_to_install_and_the_rest_works(
    fresh_environment: Callable[..., Environment], recipe: Path
) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 3, done.stderr
    assert "lmrs-multimodal" in done.stderr
    assert not (environment.folder / "made").exists()
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--set", "model.image.optional=true", "--out", "made")
    assert done.returncode == 0, done.stderr
