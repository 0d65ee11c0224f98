"""Named tensors in one safetensors file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor

from lmrs.runs.errors import CorruptError, MismatchError
from lmrs_plugins.errors import InputError, LmrsError

# All of ours sits in one entry: the library keeps entries unordered, and equal tensors should give equal bytes.
_ENTRY = "lmrs"
_FORMAT = 1


def save(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, object] | None = None) -> None:
    """Write tensors, on whatever device, and JSON-able facts.

    Tensors that are one and the same memory (tied weights) are stored once and come back as one tensor; those that
    merely overlap are stored one by one.
    """
    kept: dict[str, Tensor] = {}
    aliases: dict[str, str] = {}
    places: dict[tuple[object, ...], str] = {}
    storages: set[int] = set()
    for name in sorted(tensors):
        tensor = tensors[name].detach()
        if tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized:
            raise LmrsError(f"{path}: {name} is no dense tensor with values; make it one before it is saved")
        place = _place(tensor)
        if tensor.numel() and place in places:
            aliases[name] = places[place]
            continue
        places[place] = name
        tensor = tensor.resolve_conj().resolve_neg().cpu().contiguous()
        # The library refuses memory that two names share in part.
        storage = tensor.untyped_storage()
        shares = storage.nbytes() != tensor.numel() * tensor.element_size() or storage.data_ptr() in storages
        kept[name] = tensor.clone() if shares else tensor
        storages.add(storage.data_ptr())
    entry = json.dumps({"format": _FORMAT, "aliases": aliases, "facts": facts or {}}, sort_keys=True)
    path.touch()
    mode = path.stat().st_mode
    try:
        save_file(kept, path, {_ENTRY: entry})
    except safetensors.SafetensorError as error:
        raise _as_os_error(error, path) from error
    # The library makes its files private; ours have the permissions that the user's other files have.
    path.chmod(mode)


def load(path: Path, *, finite: bool | Callable[[str], bool] = False) -> tuple[dict[str, Tensor], dict[str, object]]:
    """Tensors on the CPU, each in memory of its own, and the facts stored with them.

    Parameters
    ----------
    finite
        Refuse NaN and infinity: everywhere, or in the tensors whose name it accepts.

    Raises
    ------
    CorruptError
        No safetensors file, or a damaged one, or numbers that are not finite; the message names file and tensor.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            # Copied: the file's own memory is not aligned, on which the last bit of a sum may depend.
            tensors: dict[str, Tensor] = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise CorruptError(f"{path}: missing") from None
    except (safetensors.SafetensorError, OSError, RuntimeError, ValueError, LookupError, TypeError) as error:
        raise CorruptError(f"{path}: no readable safetensors file ({_line(error)})") from error
    aliases, facts = _entry(path, metadata)
    for alias, name in aliases.items():
        if name not in tensors or alias in tensors:
            raise CorruptError(f"{path}: {alias} should be the same tensor as {name}")
    tensors |= {alias: tensors[name] for alias, name in aliases.items()}
    if finite:
        check_finite(tensors if finite is True else {name: t for name, t in tensors.items() if finite(name)}, str(path))
    return dict(sorted(tensors.items())), facts


def check_finite(tensors: Mapping[str, Tensor], where: str, error: type[InputError] = CorruptError) -> None:
    """Refuse NaN and infinity, naming the first tensor that holds one."""
    for name, tensor in tensors.items():
        if (tensor.is_floating_point() or tensor.is_complex()) and not bool(torch.isfinite(_wide(tensor)).all()):
            raise error(f"{where}: {name} holds NaN or infinity")


def check_match(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], where: str) -> None:
    """Refuse tensors whose names or shapes are not the wanted ones, in one line that lists every kind of difference."""
    missing = sorted(wanted.keys() - found.keys())
    unexpected = sorted(found.keys() - wanted.keys())
    shapes = [
        f"{name} {tuple(found[name].shape)} for {tuple(wanted[name].shape)}"
        for name in sorted(found.keys() & wanted.keys())
        if found[name].shape != wanted[name].shape
    ]
    kinds = (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
    faults = [f"{kind}: {_some(names)}" for kind, names in kinds if names]
    if faults:
        raise MismatchError(f"{where}: {'; '.join(faults)}; it was made by another recipe or other data")


def _place(tensor: Tensor) -> tuple[object, ...]:
    """Equal for tensors that are the same memory read in the same way."""
    storage = tensor.untyped_storage().data_ptr()
    layout = (tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), tensor.dtype)
    return (tensor.device, storage, *layout, tensor.is_conj(), tensor.is_neg())


def _entry(path: Path, metadata: Mapping[str, str]) -> tuple[dict[str, str], dict[str, object]]:
    """Aliases and facts; none in a file that another program wrote."""
    if _ENTRY not in metadata:
        return {}, {}
    try:
        entry = json.loads(metadata[_ENTRY])
        if entry["format"] != _FORMAT:
            raise CorruptError(f"{path}: format {entry['format']}, this version reads {_FORMAT}; update lmrs")
        return {str(alias): str(name) for alias, name in entry["aliases"].items()}, dict(entry["facts"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptError(f"{path}: unreadable facts in its header") from error


def _as_os_error(error: safetensors.SafetensorError, path: Path) -> Exception:
    """The system's error that the library hides in its text, for whoever explains a full disk."""
    number = re.search(r"os error (\d+)", str(error))
    if number:
        return OSError(int(number[1]), _line(error), str(path))
    return LmrsError(f"{path}: cannot be saved: {_line(error)}")


def _wide(tensor: Tensor) -> Tensor:
    """Types of one byte know no `isfinite`."""
    return tensor.float() if tensor.is_floating_point() and tensor.element_size() == 1 else tensor


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _some(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
