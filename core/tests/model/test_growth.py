"""A vocabulary that grows, and everything that stands beside it."""

from __future__ import annotations

import pytest

from lmrs.model.growth import grown
from lmrs.recipe.resolved import Growth
from lmrs_plugins import InputError
from lmrs_plugins.testing.generated import generated_bundle


def test_old_rows_keep_their_meaning_and_new_ones_know_nothing() -> None:
    before = generated_bundle()
    after = grown(before, [Growth("item", 3)])
    count = before.count("item")
    assert after.vocabularies["item"].blocks == (count, 3)
    assert list(after.vocabularies["item"].ids[:count]) == list(before.vocabularies["item"].ids)
    assert after.tables["item"].slice(0, count) == before.tables["item"]
    assert after.tables["item"].slice(count).column(0).null_count == 3
    for subject in before.links:
        assert len(after.links[subject]) == after.count(subject)
    for subject in before.images:
        assert len(after.images[subject]) == after.count(subject)


def test_growing_twice_makes_two_blocks_with_ids_of_their_own() -> None:
    after = grown(generated_bundle(), [Growth("item", 2), Growth("item", 2)])
    assert after.vocabularies["item"].blocks[1:] == (2, 2)
    assert len(set(after.vocabularies["item"].ids)) == after.count("item")


def test_a_subject_can_grow_by_another() -> None:
    before = generated_bundle()
    after = grown(before, [Growth("token", "item")])
    assert after.count("token") == before.count("item")
    assert after.vocabularies["token"].blocks == (0, before.count("item"))


def test_growing_by_nobody_knows_what_is_refused() -> None:
    with pytest.raises(InputError, match="no such subject"):
        grown(generated_bundle(), [Growth("item", "planet")])
