"""One of the two towers of a CLIP model, as open_clip builds it, with its weights out of a file of safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lmrs_multimodal.before_open_clip  # noqa: F401

# isort: split
from open_clip import CustomTextCLIP
from safetensors import safe_open
from torch import Tensor, nn

from lmrs_multimodal.architecture import Architecture
from lmrs_plugins import InputError

_SMALL_IMAGE = {"image_size": 8, "patch_size": 8, "width": 8, "head_width": 8, "layers": 1}
_SMALL_TEXT = {"context_length": 4, "vocab_size": 8, "width": 8, "heads": 1, "layers": 1}
_TEXT = ("transformer.", "token_embedding.", "positional_embedding", "ln_final.", "text_projection", "cls_emb")


def image_tower(found: Architecture) -> nn.Module:
    """Pictures (n, 3, height, width), scaled -> vectors (n, d)."""
    vision = {**found.config["vision_cfg"], "timm_model_pretrained": False, "output_tokens": False}
    return _filled(_built(found, vision, _SMALL_TEXT).visual, found, "visual.", ("visual.",))


def text_tower(found: Architecture) -> nn.Module:
    """Tokens (n, L) -> vectors (n, d)."""
    said = found.config["text_cfg"]
    if said.get("hf_model_name"):
        raise InputError(
            f"multimodal: the text tower of {found.name} is {said['hf_model_name']}, a model of the Hugging Face hub: "
            "take a language model's own encoder for texts"
        )
    return _filled(_built(found, _SMALL_IMAGE, {**said, "output_tokens": False}).text, found, "text.", _TEXT)


def _built(found: Architecture, vision: Mapping[str, Any], text: Mapping[str, Any]) -> Any:
    quick = bool(found.config.get("quick_gelu", False))
    try:
        return CustomTextCLIP(int(found.config["embed_dim"]), dict(vision), dict(text), quick_gelu=quick)
    except Exception as error:  # whatever a wrong architecture sets off
        raise InputError(f"multimodal: open_clip cannot build {found.name}: {_line(error)}; mend `model`") from error


def _filled(tower: nn.Module, found: Architecture, prefix: str, bare: tuple[str, ...]) -> nn.Module:
    """The tower with the weights of its part of the file; both of open_clip's layouts are read."""
    if found.weights is None:
        return tower
    tensors = {name.removeprefix(prefix): tensor for name, tensor in _read(found.weights, (prefix, *bare)).items()}
    wanted = tower.state_dict()
    missing = sorted(set(wanted) - set(tensors))
    if missing:
        raise InputError(
            f"multimodal: {found.weights} is of another model than {found.name}: {missing[0]} is missing, "
            f"{len(missing)} of {len(wanted)} in all; let `model` and `weights` agree"
        )
    for name, tensor in wanted.items():
        if tensor.shape != tensors[name].shape:
            raise InputError(
                f"multimodal: {found.weights} does not fit {found.name}: {name} is {tuple(tensors[name].shape)} in the "
                f"file and {tuple(tensor.shape)} by the model; let `model` and `weights` agree"
            )
    more = sorted(name for name in set(tensors) - set(wanted) if "resblocks." in name)
    if more:
        raise InputError(
            f"multimodal: {found.weights} has more layers than {found.name}: {more[0]}; let `model` and `weights` agree"
        )
    tower.load_state_dict({name: tensors[name] for name in wanted})
    return tower


def _read(path: Path, prefixes: tuple[str, ...]) -> dict[str, Tensor]:
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name).float() for name in file.keys() if name.startswith(prefixes)}  # noqa: SIM118
    except Exception as error:
        raise InputError(f"multimodal: {path} is damaged ({_line(error)}); fetch it again") from error


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
