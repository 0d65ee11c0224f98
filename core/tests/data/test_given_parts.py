"""A split that the data themselves say."""

from __future__ import annotations

import numpy as np
import pytest

from lmrs_plugins.errors import InputError

ROWS = [("u", "a", "train"), ("u", "b", "train"), ("u", "c", "test"), ("v", "a", "context"), ("v", "d", "valid")]


@pytest.fixture
def folder(tmp_path):
    def write(rows=ROWS, column="part"):
        place = tmp_path / "own"
        place.mkdir(exist_ok=True)
        lines = [f"user_id:token\titem_id:token\ttimestamp:float\t{column}:token"]
        lines += [f"{user}\t{item}\t{time}\t{part}" for time, (user, item, part) in enumerate(rows)]
        (place / "own.inter").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(place)

    return write


def test_each_event_is_of_the_part_that_its_column_says(folder, loaded) -> None:
    bundle = loaded(folder(), split={"by": "column"}).bundle
    assert bundle.part.tolist() == [0, 0, 2, 3, 1]
    assert "part" not in bundle.interactions.column_names, "what is held out is no feature of an event"
    assert np.array_equal(bundle.training().counts("item"), [1, 1, 0, 0]), "context is not trained on"


def test_the_column_may_have_another_name(folder, loaded) -> None:
    assert loaded(folder(column="fold"), split={"by": "column", "column": "fold"}).bundle.part.tolist() == [
        0,
        0,
        2,
        3,
        1,
    ]


@pytest.mark.parametrize(
    ("rows", "column", "said"),
    [
        pytest.param(ROWS, "fold", "no column 'part'", id="no such column"),
        pytest.param([*ROWS, ("v", "e", "dev")], "part", "part is 'dev' in 1 of 6 events", id="a part that is none"),
        pytest.param([*ROWS, ("v", "e", "")], "part", "part is empty in 1 of 6 events", id="an event without a part"),
        pytest.param(ROWS[:2], "part", "says 'test' of no event", id="nothing to test"),
        pytest.param(ROWS[2:], "part", "says 'train' of no event", id="nothing to train on"),
    ],
)
@pytest.mark.fault("F: a split by column: {id}")
def test_what_is_wrong_with_it_is_one_line(rows, column, said, folder, loaded) -> None:
    with pytest.raises(InputError, match=said) as error:
        loaded(folder(rows, column), split={"by": "column"})
    assert "\n" not in str(error.value)
