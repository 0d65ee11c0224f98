"""A recipe is data: nothing in it is evaluated, and nothing is imported by its path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lmrs_plugins import InputError, LmrsError

Ask = Callable[..., Any]
PATHS = [
    "os:mkdir",
    "os.mkdir",
    "os/mkdir",
    "builtins/eval",
    "builtins:eval",
    "subprocess.Popen",
    "lmrs.builtin.scorers.dot:Dot",
    "../../evil",
    "seq/__class__",
    "__import__('os').mkdir('x')",
    "${env:HOME}",
]
PLACES = ["model.item.use", "answer.use", "stages.0.strategy", "stages.0.objectives=[{}]", "task.use"]


@pytest.mark.fault("E: a recipe names a Python path in place of a component: {id}")
@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_no_component(ask: Ask, path: str) -> None:
    for place in PLACES:
        text = f'"{path}"'
        override = place.replace("{}", text) if "{}" in place else f"{place}={text}"
        with pytest.raises(LmrsError) as caught:
            ask(override)
        assert "\n" not in str(caught.value)
        assert path.split("/")[-1] in str(caught.value)


@pytest.mark.fault("E: an option that would be code is text: {id}")
@pytest.mark.parametrize("code", ["__import__('os').mkdir('canary')", "open('canary', 'w')", "1 + 1", "lambda: 3"])
def test_code_is_text(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="width"):
        ask(f'model.item.width="{code}"')
    before = sorted(tmp_path.iterdir())
    assert ask(f'summary="{code}"').to_dict()["summary"] == code
    assert sorted(path.name for path in set(tmp_path.iterdir()) - set(before)) in ([], ["recipe.yaml"])


@pytest.mark.fault("E: instantiation by a key of another framework")
@pytest.mark.parametrize("key", ["_target_", "__class__", "target", "py/object", "$ref"])
def test_keys_that_build_elsewhere_are_unknown(ask: Ask, key: str) -> None:
    with pytest.raises(InputError, match="item"):
        ask(f'model.item.{key}="os.mkdir"')
