"""MiniLM over ML-1M's titles and plots: texts a second, beside sentence-transformers.

    ./dev bench encoding [../shared/data/ml-1m] [texts, 0 for all] [rounds] [budget]

Needs the extra `minilm` and sentence-transformers. Both sides read the same folder of weights and the same texts, in
one process, in turn; each round is one pass of each. Ours is a frozen node as a stage computes it: texts tokenised by
the node's binding, rows sorted by length and padded chunk by chunk under a budget of tokens. The clock covers
tokenising on both sides. Prints the median over rounds, the ratio to sentence-transformers in the same precision and in
fp32, and how far the vectors are apart.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from lmrs.model.chunks import chunks
from lmrs_plugins import Bundle, Env, Vocabulary
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import Encoder
from lmrs_text.folder import model_folder

OPTIONS = Encoder(fields=["title", "plot"], template="{title}. {plot}", length=256, normalize=True)


def bundle_of(folder: Path, most: int) -> Bundle:
    """Movies with title and plot."""
    lines = (folder / "movies.dat").read_text(encoding="latin-1").splitlines()
    titles = {row[0]: row[1] for row in (line.split("::") for line in lines)}
    plots: dict[str, str] = {}
    with gzip.open(folder / "omdb_metadata.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            plot = (one.get("omdb") or {}).get("Plot")
            if plot and plot != "N/A":
                plots[str(one["movie_id"])] = plot
    ids = list(titles)[: most or None]
    table = pa.table({"title": [titles[one] for one in ids], "plot": [plots.get(one) for one in ids]})
    events = pa.table({"user": np.zeros(1, dtype=np.int64), "item": np.zeros(1, dtype=np.int64)})
    vocabularies = {"item": Vocabulary("item", ids), "user": Vocabulary("user", ["u"])}
    return Bundle("ml-1m", vocabularies, events, {"item": table})


def encode(module: LanguageModel, bundle: Bundle, budget: int, precision: torch.dtype | None) -> torch.Tensor:
    """Ours, tokenising included."""
    binding = LanguageModel.bind(Env(bundle), OPTIONS)
    found = torch.empty(bundle.count("item"), module.width)
    with torch.no_grad(), torch.autocast("cpu", dtype=precision, enabled=precision is not None):
        for rows in chunks(binding.cost(np.arange(len(found))), budget):
            found[torch.from_numpy(rows)] = module(**binding.rows(rows).map(torch.from_numpy).values).vectors.float()
    return found


def main(folder: str = "../shared/data/ml-1m", texts: str = "0", rounds: str = "3", budget: str = "1024") -> None:
    """Measure and print."""
    from sentence_transformers import SentenceTransformer

    bundle = bundle_of(Path(folder), int(texts))
    items = bundle.tables["item"].to_pylist()
    said = [f"{one['title']}. {one['plot'] or ''}".strip() for one in items]
    binding = LanguageModel.bind(Env(bundle), OPTIONS)
    module = LanguageModel(Env(bundle, binding=binding), OPTIONS).eval()
    peers = {name: SentenceTransformer(str(model_folder("minilm")), device="cpu") for name in ("fp32", "bf16")}
    peers["bf16"].to(torch.bfloat16)

    def theirs(name: str) -> torch.Tensor:
        return peers[name].encode(said, convert_to_tensor=True, show_progress_bar=False).float().cpu()

    sides: dict[str, Callable[[], torch.Tensor]] = {
        "sentence-transformers fp32": lambda: theirs("fp32"),
        "ours fp32": lambda: encode(module, bundle, int(budget), None),
        "sentence-transformers bf16": lambda: theirs("bf16"),
        "ours bf16": lambda: encode(module, bundle, int(budget), torch.bfloat16),
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    vectors: dict[str, torch.Tensor] = {}
    for number in range(int(rounds)):
        for name in list(sides) if number % 2 == 0 else reversed(sides):
            started = time.perf_counter()
            vectors[name] = sides[name]()
            taken[name].append(time.perf_counter() - started)
    base = vectors["sentence-transformers fp32"]
    speed = {name: len(said) / statistics.median(times) for name, times in taken.items()}
    tokens = int(binding.cost(np.arange(len(said))).sum())
    threads = torch.get_num_threads()
    print(
        f"{len(said)} texts of {tokens / len(said):.0f} tokens, {threads} threads, median of {rounds}, budget {budget}"
    )
    for name, rate in speed.items():
        same = rate / speed[f"sentence-transformers {name[-4:]}"]
        apart = float((vectors[name] - base).abs().max())
        cosine = float(torch.nn.functional.cosine_similarity(vectors[name], base).min())
        whole = rate / speed["sentence-transformers fp32"]
        print(
            f"{name:28}{rate:8.1f} texts/s  x {same:.2f} of the same precision, x {whole:.2f} of fp32; "
            f"differs by {apart:.1e}, least cosine {cosine:.5f}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
