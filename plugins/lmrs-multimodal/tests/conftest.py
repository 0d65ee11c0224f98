"""Small towers, and pictures for them."""

from __future__ import annotations

import lmrs_multimodal.before_open_clip  # noqa: F401

# isort: split
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from lmrs_plugins import Bundle, Vocabulary

TINY: dict[str, Any] = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 16, "patch_size": 8, "width": 16, "head_width": 8, "layers": 2},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
}


def encoded(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    """The bytes of its file."""
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def noise(width: int = 20, height: int = 30, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """A picture of random blocks of colour."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (5, 4, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def pictured(*files: bytes, subject: str = "item") -> Bundle:
    """Rows with these pictures."""
    ids = {"user": ["u0"], "item": ["i0"], subject: [f"{subject[0]}{row}" for row in range(len(files))]}
    events = pa.table({"user": np.zeros(1, dtype=np.int64), "item": np.zeros(1, dtype=np.int64)})
    vocabularies = {name: Vocabulary(name, names) for name, names in ids.items()}
    return Bundle("small", vocabularies, events, images={subject: pa.array(files, pa.binary())})


@pytest.fixture
def tiny() -> dict[str, Any]:
    return TINY


@pytest.fixture
def picture() -> Callable[..., Image.Image]:
    return noise


@pytest.fixture
def file_of() -> Callable[..., bytes]:
    return encoded


@pytest.fixture
def bundle_of() -> Callable[..., Bundle]:
    return pictured
