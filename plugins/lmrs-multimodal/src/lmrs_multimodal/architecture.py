"""What a CLIP model is made of, read without open_clip or torch: its binding needs the size of pictures alone."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lmrs_plugins import InputError

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that OpenAI's models were trained on; open_clip's own default."""
CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"
_PARTS = ("embed_dim", "vision_cfg", "text_cfg")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npz")
RESIZE = ("shortest", "longest", "squash")


@dataclass(frozen=True)
class Architecture:
    """A model's parts, and how it wants pictures.

    Parameters
    ----------
    name
        For people.
    config
        `embed_dim`, `vision_cfg`, `text_cfg`, as open_clip has them.
    size
        Height and width of a picture, in pixels.
    mean, std
        Of each channel, of values from 0 to 1.
    resize
        `shortest`: the shorter side fits and the rest is cut; `longest`: all of it fits, with a border; `squash`.
    fill
        The colour of that border, 0 to 255.
    weights
        The file of its weights; None: they start at random.
    """

    name: str
    config: Mapping[str, Any]
    size: tuple[int, int]
    mean: tuple[float, ...] = MEAN
    std: tuple[float, ...] = STD
    resize: str = "shortest"
    fill: int = 0
    weights: Path | None = None


def architecture(model: str | Mapping[str, Any], weights: str = "random") -> Architecture:
    """Find a model by its name, folder or parts.

    Raises
    ------
    InputError
        There is none of that name, its parts are not those of a CLIP model, or its weights are not to be had or are a
        pickle.
    """
    config, look, folder = _found(model)
    name = model if isinstance(model, str) else "the model written out"
    lacks = [part for part in _PARTS if part not in config]
    if lacks or not all(isinstance(config[part], Mapping) for part in _PARTS[1:]):
        raise InputError(f"multimodal: {name} needs {', '.join(lacks or _PARTS)} to be a CLIP model; mend `model`")
    side = look.get("size", config["vision_cfg"].get("image_size", 224))
    both = (side, side) if isinstance(side, int) else tuple(side)
    if len(both) != 2 or not all(isinstance(one, int) and one > 0 for one in both):
        raise InputError(f"multimodal: {name} has pictures of size {side!r}; image_size is a number of pixels, or two")
    resize = look.get("resize_mode") or "shortest"
    if resize not in RESIZE:
        raise InputError(f"multimodal: {name} resizes by {resize!r}; known are {', '.join(RESIZE)}")
    return Architecture(
        name,
        config,
        both,
        tuple(look.get("mean") or MEAN),
        tuple(look.get("std") or STD),
        resize,
        int(look.get("fill_color") or 0),
        _weights(weights, folder),
    )


def _found(model: str | Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any], Path | None]:
    """Its parts, how it looks at pictures, and its folder, where it has one."""
    if not isinstance(model, str):
        return model, {}, None
    folder = Path(model).expanduser()
    if folder.is_dir():
        said = _json(folder / CONFIG)
        config, look = said.get("model_cfg"), said.get("preprocess_cfg", {})
        if not isinstance(config, Mapping) or not isinstance(look, Mapping):
            raise InputError(f"multimodal: {folder / CONFIG} has no model_cfg; save the model again with open_clip")
        return config, look, folder
    known = known_models()
    if model not in known:
        near = difflib.get_close_matches(model, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else "open_clip.list_models() names what there is"
        raise InputError(f"multimodal: {model!r} is no folder here and no architecture of open_clip; {hint}")
    return _json(known[model]), {}, None


def known_models() -> dict[str, Path]:
    """Files of the architectures that come with open_clip, by name."""
    spec = find_spec("open_clip")
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    return {path.stem: path for place in places for path in sorted((place / "model_configs").glob("*.json"))}


def _json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"multimodal: {path} cannot be read ({error.strerror or error}); mend `model`") from None
    except ValueError as error:
        raise InputError(f"multimodal: {path} is not JSON ({error}); save the model again") from None
    if not isinstance(found, dict):
        raise InputError(f"multimodal: {path} holds a {type(found).__name__}, not an object; save the model again")
    return found


def _weights(weights: str, folder: Path | None) -> Path | None:
    if weights == "random":
        return None
    if weights == "pretrained" and folder is None:
        raise InputError(
            "multimodal: weights: pretrained are those of a folder; let `model` be one, or name a file of safetensors"
        )
    path = folder / WEIGHTS if weights == "pretrained" and folder else Path(weights).expanduser()
    if path.suffix.lower() in _PICKLES:
        raise InputError(
            f"multimodal: {path} is a pickle, which may run code when it is read: save its weights as safetensors "
            "where you trust it"
        )
    if not path.is_file():
        beside = path.parent.glob("*") if path.parent.is_dir() else ()
        there = sorted(one.name for one in beside if one.suffix in _PICKLES)
        also = f" ({there[0]} beside it is a pickle, and is not read)" if there else ""
        raise InputError(f"multimodal: there are no weights {path}{also}; name a file of safetensors, or say random")
    if path.suffix.lower() != ".safetensors":
        raise InputError(f"multimodal: {path} is no file of safetensors by its name, and nothing else is read")
    return path
