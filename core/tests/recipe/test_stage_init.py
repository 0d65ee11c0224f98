"""What a stage starts from, as it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lmrs.recipe.resolved import Resolved
from lmrs.recipe.show import as_yaml
from lmrs.recipe.source import parse
from lmrs.recipe.stage_init import StageInit

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("keep", StageInit()),
        ("fresh", StageInit("fresh")),
        ("run runs/first", StageInit("run", "runs/first")),
        ("run my runs/a b", StageInit("run", "my runs/a b")),
        (f"run my runs/a sha256:{DIGEST}", StageInit("run", "my runs/a", DIGEST)),
        ("run runs/sha256:1", StageInit("run", "runs/sha256:1")),
    ],
)
def test_it_is_read_and_written(text: str, found: StageInit) -> None:
    assert StageInit.of(text) == found
    assert str(found) == text


def test_it_comes_back_out_of_what_is_written_beside_a_run(ask: Callable[..., Resolved]) -> None:
    text = f"run my runs/a b: c sha256:{DIGEST}"
    found = ask(f"stages.0.init='{text}'", "stages.0.data={source: [a, b], min_user: 5}")
    back = parse(as_yaml(found).encode(), "r.yaml").plain()["stages"][0]
    assert (back["init"], back["data"]) == (text, {"source": ["a", "b"], "min_user": 5})
    assert found.provenance["stages.0.init"] == f"--set stages.0.init='{text}'"
