"""Views."""

from __future__ import annotations

import numpy as np
import pytest

from lmrs_plugins import View

ROWS = np.array([[3, 1, 0], [2, 0, 0]])
MASK = np.array([[True, True, False], [True, False, False]])


def test_fields_are_read_by_name() -> None:
    view = View.of(item=ROWS, mask=MASK, values={"time": ROWS * 1.5})
    assert view["item"] is ROWS
    assert view["mask"] is MASK
    assert view["special"] is None
    assert view.names() == ["item", "time", "mask"]
    assert "time" in view
    assert "special" not in view
    with pytest.raises(KeyError, match="no field 'price': the view has item, time, mask"):
        view["price"]


def test_field_of_a_subject() -> None:
    two = View({"item": ROWS, "negative": ROWS}, {"item": "item", "negative": "item"})
    assert two.field_of("item") == "item"
    assert two.field_of("item", at="negative") == "negative"
    assert View({"clicked": ROWS}, {"clicked": "item"}).field_of("item") == "clicked"
    with pytest.raises(KeyError, match="several fields hold rows of 'item'"):
        View({"left": ROWS, "right": ROWS}, {"left": "item", "right": "item"}).field_of("item")
    with pytest.raises(KeyError, match="no field holds rows of 'user'"):
        two.field_of("user")


def test_map_reaches_every_array() -> None:
    view = View.of(item=ROWS, mask=MASK, special=ROWS * 0, values={"time": ROWS * 1.0})
    first = view.map(lambda array: array[:1])
    assert {name: first[name].shape for name in first.names()} == dict.fromkeys(view.names(), (1, 3))
    assert first.subjects == view.subjects


def test_replace_changes_what_is_named_and_nothing_else() -> None:
    view = View.of(item=ROWS, mask=MASK, values={"time": ROWS * 1.0})
    other = view.replace(item=ROWS + 1, mask=None)
    assert (other["item"] == ROWS + 1).all()
    assert other.mask is None
    assert other["time"] is view["time"]
    assert view["item"] is ROWS
    assert view.mask is MASK
