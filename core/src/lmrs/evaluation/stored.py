"""A result on disk: JSON to read, and the values of each case as arrays without pickles."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.groups import Group, Grouping
from lmrs.evaluation.report import FORMAT, Measured, Result, Setting
from lmrs_plugins.errors import InputError


def files(result: Result) -> dict[str, bytes]:
    """File name to content, to be written in this order: `PART.npz`, values of each case; `PART.json`, the rest."""
    arrays: dict[str, npt.NDArray[Any]] = {f"values/{name}": values for name, values in result.values.items()}
    if result.groups is not None:
        arrays["groups"] = result.groups
    for grouping in result.groupings:
        for group in grouping.groups:
            where = f"groups/{grouping.name}/{group.name}"
            arrays[f"{where}/cases"] = group.cases
            arrays |= {f"{where}/values/{name}": values for name, values in group.values.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, keys=result.keys, **arrays)  # type: ignore[arg-type]
    packed = buffer.getvalue()
    facts = {**result.to_json(), "cases_sha256": hashlib.sha256(packed).hexdigest()}
    text = json.dumps(facts, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    return {f"{result.setting.part}.npz": packed, f"{result.setting.part}.json": text.encode()}


def load(folder: Path, part: str) -> Result:
    """Read what `files` gave.

    Raises
    ------
    InputError
        A file is missing, damaged, or of another format.
    """
    path = folder / f"{part}.json"
    try:
        facts = json.loads(path.read_bytes())
        packed = path.with_suffix(".npz").read_bytes()
        if facts["format"] != FORMAT:
            raise InputError(
                f"{path} has format {facts['format']}, this version reads {FORMAT}; evaluate the run again"
            )
        if hashlib.sha256(packed).hexdigest() != facts["cases_sha256"]:
            raise InputError(
                f"{path.with_suffix('.npz')} is not what {path.name} was written with; evaluate the run again"
            )
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        return Result(
            setting=Setting(**{name: facts[name] for name in Setting.__dataclass_fields__ if name in facts}),
            measured=tuple(Measured(name=name, **one) for name, one in facts["metrics"].items()),
            **{name: facts[name] for name in ("cases", "positives", "rows", "unranked", "cold")},
            keys=found["keys"],
            groups=found.get("groups"),
            values=_below("values/", found),
            groupings=tuple(_grouping(name, one, found) for name, one in facts.get("groups", {}).items()),
        )
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} is missing; evaluate the run first") from error
    except (OSError, AttributeError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} or its .npz is damaged ({error}); evaluate the run again") from error


def _grouping(name: str, facts: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> Grouping:
    groups = []
    for one, about in facts["groups"].items():
        where = f"groups/{name}/{one}"
        cases, values = arrays[f"{where}/cases"], _below(f"{where}/values/", arrays)
        groups.append(Group(name=one, about=about["about"], cases=cases, positives=about["positives"], values=values))
    return Grouping(name=name, definition=facts["definition"], groups=tuple(groups))


def _below(prefix: str, arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)}
