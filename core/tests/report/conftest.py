"""A run folder as a run leaves it, small enough to know every number in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
import yaml

from lmrs.data import store
from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.measure import measure
from lmrs.evaluation.ranking import rank
from lmrs.evaluation.report import Result, Setting
from lmrs.evaluation.stored import files
from lmrs.report.examples import Example, Shown
from lmrs.runs.folder import RunFolder
from lmrs.runs.model import save_model
from lmrs_plugins import Bundle, Vocabulary
from lmrs_plugins.ragged import Ragged

_VOID = {"meta", "link", "br", "img"}
EVIL = "<img src=x onerror=alert(1)>&\"'"
STAGES = [
    {
        "name": "warm-up",
        "strategy": {"use": "lmrs/pretrain"},
        "objectives": [
            {"one_of": [{"use": "p/cloze", "weight": 1.0}, {"use": "p/pairs", "weight": 0.2}], "per": "step"}
        ],
        "epochs": 4,
        "stop": None,
    },
    {
        "name": "train",
        "strategy": {"use": "lmrs/pretrain"},
        "objectives": [{"use": "p/next", "weight": 1.0}],
        "sampler": {"use": "p/windows"},
        "optimizer": {"use": "adamw", "rate": 0.001},
        "epochs": 3,
        "stop": {"metric": "NDCG@3", "patience": 5, "every": 1},
    },
]
EVENTS: list[dict[str, Any]] = [
    *(
        {
            "stage": "warm-up",
            "epoch": e,
            "step": 7 * e + 7,
            "terms": {"cloze.loss": 5.5 - e, "pairs.loss": 0.0625 + e / 100},
        }
        for e in range(4)
    ),
    *(
        {
            "stage": "train",
            "epoch": e,
            "step": 9 * e + 9,
            "terms": {"next.loss": 3.125 - e / 2},
            "valid": {"NDCG@3": [0.25, 0.375, 0.3125][e], "NDCG@6": 0.5 + e / 16, "MRR": 0.1875},
        }
        for e in range(3)
    ),
]


class Page(HTMLParser):
    """Elements with their attributes and text; fails where an element is not closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, int]] = []
        self._pieces: list[str] = []
        self.feed(self.source)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"an attribute of {tag} is there twice"
        if tag not in _VOID:
            self._open.append((tag, len(self._pieces)))

    def handle_endtag(self, tag: str) -> None:
        opened, start = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"
        self.texts.setdefault(tag, []).append("".join(self._pieces[start:]))

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    @property
    def text(self) -> str:
        """All that can be read in the body."""
        return self.texts["body"][0]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def open_page() -> Callable[[Path], Page]:
    """Read a report and check its form."""
    return Page


@pytest.fixture
def evil() -> str:
    """A text that is HTML if nobody escapes it."""
    return EVIL


@pytest.fixture
def bundle() -> Bundle:
    """Three users, six items; the last event of each user is the test part, the one before it the validation part."""
    users = np.repeat(np.arange(3), [5, 4, 3])
    part = np.zeros(12, dtype=np.int8)
    part[[4, 8, 11]], part[[3, 7, 10]] = 2, 1
    return Bundle(
        name="films",
        vocabularies={
            "user": Vocabulary("user", ["ann", EVIL, "cy"]),
            "item": Vocabulary("item", [f"i{number}" for number in range(6)]),
        },
        interactions=pa.table({"user": users, "item": np.array([0, 1, 2, 3, 4, 1, 2, 3, 5, 2, 0, 1])}),
        tables={
            "item": pa.table(
                {"title": ["Alien", EVIL, "Cube", None, "Émile", "F"], "categories": [["a", "b"]] + [None] * 5}
            )
        },
        part=part,
    )


def made_result(seed: int = 0, **setting: Any) -> Result:
    """Four cases, one of which has no right answer; three metrics, one of them a number of all cases."""
    scores = torch.randn(4, 6, generator=torch.Generator().manual_seed(seed))
    positives, seen = Ragged.of([[0], [1, 3], [], [5]]), Ragged.of([[2], [3], [], []])
    metrics = build_metrics(["ndcg", "mrr", "coverage"], [3])
    placed = rank(scores, positives, rows=6, seen=seen, top=3)
    ranked = replace(placed, popularity=np.array([6, 3, 1, 1, 1, 0]), seen=seen)
    asked = Setting(**{"part": "test", "candidates": "all rows, excluding seen", **setting})
    return measure(ranked, metrics, asked, keys=np.arange(4), groups=np.array([0, 0, 1, 2]), cold=1)


@pytest.fixture
def replace_result() -> Callable[..., None]:
    """Give a run another result."""
    return lambda path, **setting: keep(path, made_result(**setting))


def keep(path: Path, result: Result) -> None:
    """Put a result where a run has it."""
    (path / "results").mkdir(exist_ok=True)
    for name, content in files(result).items():
        (path / "results" / name).write_bytes(content)


@pytest.fixture
def make_run(tmp_path: Path, bundle: Bundle) -> Callable[..., Path]:
    """Make a whole run in a folder of this name; the recipe's name, the seed of its results and more may be given."""

    def make(
        folder: str = "run", *, seed: int = 0, events: Any = None, fingerprint: str = "abc", **recipe: Any
    ) -> Path:
        path = tmp_path / folder
        whole = {
            "name": "mine",
            "summary": "a model of films",
            "source": "Author, Venue 2020",
            "data": {"source": "films.inter"},
            "model": {"item": {"use": "p/table"}, "history": {"use": "p/layers"}},
            "stages": STAGES,
            "answer": {"use": "lmrs/dot"},
            **recipe,
        }
        text = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)
        with RunFolder.create(path, text, seed=7, fingerprint=fingerprint, plugins={"p": "0.3"}) as run:
            store.save(bundle, run.data)
            for event in EVENTS if events is None else events:
                run.events.append(event)
            save_model(
                run.model, {"item.rows": torch.zeros(6, 4), "history.a": torch.zeros(4, 4), "history.b": torch.zeros(4)}
            )
            keep(path, made_result(seed))
            run.note("finished")
        return path

    return make


@pytest.fixture
def example() -> Example:
    alien, cube = Shown("i0", "Alien", "a, b"), Shown("i2", "Cube")
    return Example(
        user="ann", history=(alien,), earlier=12, wanted=(cube,), answers=((Shown("i5"), 1.5), (cube, -0.25))
    )
