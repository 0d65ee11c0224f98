"""Posters through CLIP's image tower: pictures a second, beside a plain open_clip loop.

    ./dev bench images [../shared/data/ml-1m-posters/posters_h144.zip] [pictures] [rounds] [batch]

Both sides have the same tower with the same weights and the same files in memory, in one process, in turn; each round
is one pass of each. Theirs is the loop of open_clip's own page: `preprocess` each picture, stack a batch,
`encode_image`. Ours is a frozen node as a stage computes it, chunk by chunk under a budget of pictures, with the look
at every header that finds the broken ones. The clock covers decoding on both sides. ViT-B-32 is nearly all tower; the
small model of `clip-pretrain`, over sixteen times as many pictures, is nearly all decoding. Prints the median over
rounds, the ratio, that of processor time, which other jobs on the machine disturb less, and how far the vectors are
apart.
"""

from __future__ import annotations

import lmrs_multimodal.before_open_clip  # noqa: F401

# isort: split
import io
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pyarrow as pa
import torch
import yaml
from PIL import Image as Pillow

from lmrs.model.chunks import chunks
from lmrs_multimodal.encoders.image import Image
from lmrs_multimodal.encoders.options import Image as Options
from lmrs_plugins import Bundle, Env, Vocabulary

ASKED = 1.0
LARGE = "ViT-B-32"
MORE = 16
"""Times as many pictures for the small model."""


def posters(archive: Path, most: int) -> list[bytes]:
    """The first files of an archive that are pictures."""
    with zipfile.ZipFile(archive) as opened:
        names = sorted(name for name in opened.namelist() if name.endswith(".jpg"))
        return [opened.read(name) for name in names[:most]]


def bundle_of(data: list[bytes]) -> Bundle:
    """Items with these pictures."""
    events = pa.table({"user": np.zeros(1, dtype=np.int64), "item": np.zeros(1, dtype=np.int64)})
    ids = {"item": [str(row) for row in range(len(data))], "user": ["u"]}
    vocabularies = {name: Vocabulary(name, known) for name, known in ids.items()}
    return Bundle("posters", vocabularies, events, images={"item": pa.array(data, pa.binary())})


def ours(module: Image, bundle: Bundle, options: Options, batch: int) -> torch.Tensor:
    """A frozen node over all rows, binding included."""
    binding = Image.bind(Env(bundle), options)
    found = torch.empty(bundle.count("item"), module.width)
    with torch.no_grad():
        for rows in chunks(binding.cost(np.arange(len(found))), batch):
            found[torch.from_numpy(rows)] = module(**binding.rows(rows).map(torch.from_numpy).values).vectors
    return found


def theirs(model: Any, preprocess: Callable[[Any], torch.Tensor], data: list[bytes], batch: int) -> torch.Tensor:
    """The plain loop."""
    found = []
    with torch.no_grad():
        for start in range(0, len(data), batch):
            made = [preprocess(Pillow.open(io.BytesIO(one))) for one in data[start : start + batch]]
            found.append(model.encode_image(torch.stack(made)))
    return torch.cat(found)


def small() -> dict[str, Any]:
    """The architecture that `clip-pretrain` writes out."""
    recipe = files("lmrs_multimodal").joinpath("recipes/clip-pretrain.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(recipe)["model"]["image"]["model"]
    return found


def measure(name: str, said: str | dict[str, Any], data: list[bytes], rounds: int, batch: int) -> None:
    """Both sides in turn."""
    torch.manual_seed(0)
    peer = open_clip.CLIP(**(open_clip.get_model_config(said) if isinstance(said, str) else said)).eval()
    bundle, options = bundle_of(data), Options(model=said)
    module = Image(Env(bundle, binding=Image.bind(Env(bundle), options)), options).eval()
    module.tower.load_state_dict(peer.visual.state_dict())
    side = peer.visual.image_size
    preprocess = open_clip.image_transform(side[0] if isinstance(side, tuple) else side, is_train=False)
    sides: dict[str, Callable[[], torch.Tensor]] = {
        "open_clip": lambda: theirs(peer, preprocess, data, batch),
        "ours": lambda: ours(module, bundle, options, batch),
    }
    taken: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    vectors: dict[str, torch.Tensor] = {}
    for number in range(rounds + 1):  # the first round warms up
        for side in list(sides) if number % 2 == 0 else reversed(sides):
            started = time.perf_counter(), time.process_time()
            vectors[side] = sides[side]()
            if number:
                taken[side].append((time.perf_counter() - started[0], time.process_time() - started[1]))
    clock, used = (
        {side: statistics.median(one[which] for one in times) for side, times in taken.items()} for which in (0, 1)
    )
    ratios = [theirs[1] / ours[1] for theirs, ours in zip(taken["open_clip"], taken["ours"], strict=True)]
    apart = float((vectors["ours"] - vectors["open_clip"]).abs().max())
    print(
        f"| {name} | {len(data)} | {len(data) / clock['open_clip']:.1f} | {len(data) / clock['ours']:.1f} | "
        f"{clock['open_clip'] / clock['ours']:.3f} | {used['open_clip'] / used['ours']:.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f}) | {ASKED} | {apart:.1e} |"
    )


def main(
    archive: str = "../shared/data/ml-1m-posters/posters_h144.zip",
    pictures: str = "64",
    rounds: str = "5",
    batch: str = "128",
) -> None:
    """Measure and print."""
    data = posters(Path(archive), MORE * int(pictures))
    print(f"{torch.get_num_threads()} threads, batches of {batch}, median of {rounds} rounds.\n")
    print(
        "| tower | pictures | open_clip, a second | ours, a second | ratio | of processor time (least to most) | asked "
        "| vectors apart by |"
    )
    print("|---" * 8 + "|")
    measure(LARGE, LARGE, data[: int(pictures)], int(rounds), int(batch))
    measure("of clip-pretrain", small(), data, int(rounds), int(batch))


if __name__ == "__main__":
    main(*sys.argv[1:])
