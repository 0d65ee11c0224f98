"""Side information of rows: which values they have, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lmrs_graph.alike import Shared, similar
from lmrs_graph.encoders.side_options import SharedCompGcn as Options
from lmrs_graph.sides import Sides, sides
from lmrs_plugins import InputError
from lmrs_plugins.testing import generated_bundle


def values(found: Sides) -> list[set[str]]:
    """Names of the values of each row."""
    rows: list[set[str]] = [set() for _ in range(found.rows)]
    for row, value in zip(found.row, found.value, strict=True):
        rows[row].add(found.names[value])
    return rows


def test_columns_hold_words_lists_and_numbers(bundle_of) -> None:
    table = pa.table(
        {
            "kind": ["a", None, "b", "a", "a"],
            "many": [["x", "y"], [], None, ["y", "y"], ["x", None]],
            "year": [1.0, 2.0, None, float("nan"), 2.0],
        }
    )
    found = values(sides(replace(bundle_of(), tables={"item": table}), "item", ["kind", "many", "year"], []))
    assert [{one for one in row if "year" not in one} for row in found] == [
        {"kind: a", "many: x", "many: y"},
        set(),
        {"kind: b"},
        {"kind: a", "many: y"},
        {"kind: a", "many: x"},
    ]
    first, second, missing, nan, also = ({one for one in row if "year" in one} for row in found)
    assert first != second == also
    assert len(second) == 1
    assert missing == nan == set()


def test_numbers_are_cut_into_parts_of_as_many_rows() -> None:
    found = sides(generated_bundle(), "item", ["year"], [])
    assert found.value.tolist() == [row // 3 for row in range(24)], "years ascend with rows"


def test_what_an_entity_is_joined_with_is_a_value_both_ways(bundle_of, edges) -> None:
    known = edges([(0, "by", 4), (1, "by", 4), (4, "of", 1), (3, "by", 5)])
    bundle = bundle_of(graphs={"knowledge": known}, links=[0, 1, 1, -1, 5])
    assert values(sides(bundle, "item", [], ["knowledge"])) == [
        {"knowledge, by: e4"},
        {"knowledge, by: e4", "knowledge, of, turned round: e4"},
        {"knowledge, by: e4", "knowledge, of, turned round: e4"},
        set(),
        {"knowledge, by, turned round: e3"},
    ]


def test_a_graph_of_items_and_entities_needs_no_links(bundle_of, edges) -> None:
    about = edges([(4, "is", 0), (1, "is", 0), (1, "has", 5)], "item", "entity")
    found = values(sides(bundle_of(graphs={"about": about}), "item", [], ["about"]))
    assert found == [set(), {"about, is: e0", "about, has: e5"}, set(), set(), {"about, is: e0"}]


def test_friends_have_each_other_in_common(bundle_of, edges) -> None:
    friends = edges([(0, "knows", 3), (3, "knows", 0), (1, "knows", 3)], "user", "user")
    found = values(sides(bundle_of(graphs={"social": friends}), "user", [], ["social"]))
    assert found == [
        {"social: u0", "social: u3"},
        {"social: u1", "social: u3"},
        {"social: u2"},
        {"social: u0", "social: u1", "social: u3"},
    ]


@pytest.mark.fault("F: graph: side information: a graph that does not know the rows")
def test_a_graph_that_knows_no_user_is_refused(bundle_of, edges) -> None:
    bundle = bundle_of(graphs={"knowledge": edges([(0, "by", 4)])}, links=[0, 1, 1, -1, 5])
    with pytest.raises(InputError, match="graph 'knowledge' of 'small' is of entity, and no user is linked"):
        sides(bundle, "user", [], ["knowledge"])


@pytest.mark.fault("F: graph: side information: none of that name")
def test_an_unknown_column_is_named(bundle_of) -> None:
    bundle = replace(bundle_of(), tables={"item": pa.table({"kind": list("abcde")})})
    with pytest.raises(InputError, match=r"no item\.sort: it has .*item\.kind"):
        sides(bundle, "item", ["sort"], [])


@pytest.mark.fault("F: graph: side information: nothing in common")
def test_rows_without_anything_in_common_are_refused(bundle_of) -> None:
    known = sides(replace(bundle_of(), tables={"item": pa.table({"kind": list("abcde")})}), "item", ["kind"], [])
    for made in (lambda: Shared(known, "item"), lambda: similar(known, "item", 3)):
        with pytest.raises(InputError, match="is of two rows of item: name other columns or graphs"):
            made()


@pytest.mark.fault("F: graph: side information: none named")
def test_no_side_information_is_refused() -> None:
    with pytest.raises(ValueError, match="names no side information"):
        Options(columns=[])


def test_cosines_of_those_most_alike_over_the_roots_of_sums(bundle_of) -> None:
    many = [["a", "b"], ["a"], ["a", "b"], ["c"], None]
    known = sides(replace(bundle_of(), tables={"item": pa.table({"many": many})}), "item", ["many"], [])
    found = similar(known, "item", 1)
    dense = np.zeros((5, 5))
    dense[np.repeat(np.arange(5), np.diff(found.offsets)), found.columns] = found.weight
    # 0 and 2 are alike (cosine 1); 1 is as near to either, one of which is taken.
    other = 0 if dense[1, 0] else 2
    half = 1 / np.sqrt(2)
    expected = np.eye(5)
    expected[0, 2] = expected[2, 0] = 1
    expected[1, other] = expected[other, 1] = half
    root = np.sqrt(expected.sum(0))
    assert np.allclose(dense, expected / np.outer(root, root))
