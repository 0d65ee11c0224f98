"""A Hugging Face model without what stands on it, from a folder that was looked through."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from lmrs_plugins import InputError
from lmrs_text.encoders.blocks import blocks
from lmrs_text.quiet import quiet


@dataclass(frozen=True)
class Backbone:
    """`model` gives states of tokens; `causal` where a token sees those before it only.

    `output` is the map from states to tokens that came with the weights, where one was asked for and is not the table
    of tokens itself.
    """

    model: nn.Module
    config: Any
    causal: bool
    output: nn.Linear | None = None


def backbone(folder: Path, pretrained: bool, layers: int = 0, output: bool = False) -> Backbone:
    """Build a model and read its weights; of an encoder-decoder the encoder alone.

    Raises
    ------
    InputError
        transformers does not know the architecture, or the weights are damaged, or of another one.
    """
    try:
        with quiet():
            config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise InputError(f"text: {folder / 'config.json'} cannot be used: {_line(error)}") from error
    kind = str(config.model_type)
    causal = kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and kind not in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    auto = AutoModelForCausalLM if causal and output else AutoModel
    whole, said = _read(auto, folder, config) if pretrained else (_made(auto, config), {})
    body = whole.base_model if auto is AutoModelForCausalLM else whole
    if getattr(config, "is_encoder_decoder", False):
        body, causal = whole.get_encoder(), False
    if getattr(body, "pooler", None) is not None:
        body.pooler = None  # pooling is ours
    if pretrained:
        _check(folder, whole, body, said)
    last = whole.get_output_embeddings() if auto is AutoModelForCausalLM else None
    table = body.get_input_embeddings()
    _cut(body, layers, folder)
    body.config.use_cache = False
    own = last is not None and last.weight is not table.weight
    return Backbone(body, config, causal, last if own else None)


def context(model: nn.Module, config: Any) -> int | None:
    """Most tokens that a model can place; None where it counts distances, as T5 does."""
    for name, module in model.named_modules():
        if isinstance(module, nn.Embedding) and "position" in f"{name} {type(module).__name__}".lower():
            before = 0 if module.padding_idx is None else module.padding_idx + 1
            return int(module.num_embeddings) - max(before, int(getattr(module, "offset", 0)))
    most = getattr(config, "max_position_embeddings", None)
    return None if most is None or hasattr(config, "relative_attention_num_buckets") else int(most)


def _made(auto: Any, config: Any) -> Any:
    with quiet():
        return auto.from_config(config, dtype=torch.float32, trust_remote_code=False)


def _read(auto: Any, folder: Path, config: Any) -> tuple[Any, Mapping[str, Any]]:
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, "pt") as file:
                file.keys()
        except Exception as error:
            raise InputError(f"text: {path} is damaged ({_line(error)}); fetch the model again") from error
    try:
        with quiet():
            found: tuple[Any, Mapping[str, Any]] = auto.from_pretrained(
                str(folder),
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,  # told by `_check`, in one line
                output_loading_info=True,
            )
        return found
    except Exception as error:
        raise InputError(f"text: the weights in {folder} cannot be read: {_line(error)}") from error


def _check(folder: Path, whole: nn.Module, body: nn.Module, said: Mapping[str, Any]) -> None:
    """Every weight of the body was in the file, in its shape, and no layer of the file is left over."""
    own = {id(tensor) for tensor in (*body.parameters(), *body.buffers())}
    wanted = {name for name, one in whole.named_parameters(remove_duplicate=False) if id(one) in own}
    wanted |= {name for name, one in whole.named_buffers(remove_duplicate=False) if id(one) in own}
    missing = sorted(wanted & set(said["missing_keys"]))
    if missing:
        raise InputError(
            f"text: the weights in {folder} are of another architecture than its config.json, a "
            f"{type(body).__name__}: {_some(missing)} missing; mend the folder, or say weights: random"
        )
    for name, found, expected in sorted(said["mismatched_keys"]):
        if name in wanted:
            raise InputError(
                f"text: the weights in {folder} do not fit its config.json: {name} is {tuple(found)} in the file and "
                f"{tuple(expected)} by the config; mend the folder, or say weights: random"
            )
    stack = blocks(body)[0].rpartition(".")[2]
    left = sorted(name for name in said["unexpected_keys"] if f".{stack}." in f".{name}")
    if left:
        raise InputError(
            f"text: the weights in {folder} have more than its config.json says: {_some(left)} left over; mend its "
            "number of layers"
        )


def _cut(body: nn.Module, layers: int, folder: Path) -> None:
    name, stack = blocks(body)
    if layers > len(stack):
        raise InputError(f"text: layers {layers}, and the model in {folder} has {len(stack)}; lower layers")
    if layers:
        parent, _, own = name.rpartition(".")
        setattr(body.get_submodule(parent), own, stack[:layers])


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more are" if len(names) > 3 else " are" if len(names) > 1 else " is"
    return ", ".join(names[:3]) + more


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
