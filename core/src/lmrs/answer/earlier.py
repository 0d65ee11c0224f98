"""A finished run that a stage starts from. Imports no torch until its weights are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import safetensors

from lmrs.data import store
from lmrs.model.growth import grown
from lmrs.recipe.resolved import Growth
from lmrs.recipe.source import parse
from lmrs.recipe.stage_init import StageInit
from lmrs.runs import manifest
from lmrs.runs.errors import CorruptError
from lmrs.runs.folder import RunFolder
from lmrs_plugins import InputError, Vocabulary

if TYPE_CHECKING:
    from torch import Tensor


class Earlier:
    """The run of an `init: run PATH`, whose weights are whole, and those that are meant.

    Raises
    ------
    InputError
        There is no run, it has not finished, its weights are damaged, or they are others than they were.
    """

    def __init__(self, init: StageInit) -> None:
        self.path = Path(init.path).expanduser().absolute()
        where = f"init: run {init.path}"
        if not (self.path / "run.json").is_file():
            seen = "" if Path(init.path).is_absolute() else f" (a relative path is seen from {Path.cwd()})"
            raise InputError(f"{where}: there is no run{seen}; give the folder that `lmrs run` wrote")
        self._folder = RunFolder.open(self.path)
        if self._folder.status != "finished" or not self._folder.model.exists():
            raise InputError(
                f"{where}: this run is {self._folder.status}, and only a finished one has weights to start from; go on "
                f"with it by `lmrs resume {init.path}`"
            )
        try:
            manifest.verify(self._folder.model)
            (file,) = self._folder.model.glob("*.safetensors")
            self.sha256 = manifest.sha256(file)
            with safetensors.safe_open(file, "np") as weights:
                self.nodes = list(dict.fromkeys(name.partition(".")[0] for name in weights.keys()))  # noqa: SIM118
        except (CorruptError, ValueError, safetensors.SafetensorError) as error:
            raise InputError(f"{where}: its weights are damaged: {error}") from None
        if init.sha256 not in ("", self.sha256):
            raise InputError(
                f"{where}: its weights are no longer those that this recipe started from (sha256 {self.sha256[:12]}…, "
                f"not {init.sha256[:12]}…); put them back, or start anew"
            )

    def pinned(self) -> StageInit:
        """The same from anywhere, and with these weights only."""
        return StageInit("run", str(self.path), self.sha256)

    def weights(self) -> dict[str, Tensor]:
        """By canonical name."""
        from lmrs.runs.model import load_model

        return load_model(self._folder.model)[0]

    def vocabularies(self) -> dict[str, Vocabulary]:
        """The ids that rows of the weights are of: those of the data, and all that has grown."""
        try:
            self._folder.check_recipe()
            recipe = parse(self._folder.recipe().encode(), str(self._folder.path / "recipe.yaml")).plain()
            data = store.load(self._folder.data)
        except InputError as error:
            raise InputError(f"init: run {self.path}: nobody knows whose rows its weights are: {error}") from None
        edits = [edit for stage in recipe.get("stages") or [] for edit in stage.get("edits") or []]
        growths = [Growth(edit["grow"], edit["by"]) for edit in edits if "grow" in edit]
        return dict(grown(data, growths).vocabularies)
