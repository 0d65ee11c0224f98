"""Ids and their rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lmrs_plugins import Env, InputError, Vocabulary
from lmrs_plugins.testing import generated_bundle


def test_rows_are_places_in_the_list() -> None:
    vocabulary = Vocabulary("item", ["c", "a", "b"])
    assert vocabulary.rows(["b", "c", "b"]).tolist() == [2, 0, 2]
    assert len(vocabulary) == 3
    assert "a" in vocabulary
    assert "z" not in vocabulary
    assert vocabulary.blocks == (3,)


def test_an_unknown_id_is_named_and_the_rest_counted() -> None:
    with pytest.raises(InputError, match="unknown item 'x' and 1 more: not among the 2 of this data set"):
        Vocabulary("item", ["a", "b"]).rows(["a", "x", "y"])


def test_growing_appends_a_block_and_moves_no_row() -> None:
    old = Vocabulary("item", ["a", "b"])
    new = old.grown(["c"]).grown(["d", "e"])
    assert new.blocks == (2, 1, 2)
    assert new.rows(["a", "b"]).tolist() == old.rows(["a", "b"]).tolist()
    assert new.rows(["e"]).tolist() == [4]


def test_blocks_have_to_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up to 2 ids"):
        Vocabulary("item", ["a", "b"], (3,))


def test_digest_tells_order_ids_and_blocks_apart() -> None:
    vocabularies = [
        Vocabulary("item", ["a", "b"]),
        Vocabulary("item", ["b", "a"]),
        Vocabulary("item", ["ab"]),
        Vocabulary("item", ["a"]).grown(["b"]),
    ]
    assert len({vocabulary.digest for vocabulary in vocabularies}) == len(vocabularies)
    assert vocabularies[0].digest == Vocabulary("item", ("a", "b")).digest


def test_rows_that_came_after_all_training_were_never_seen() -> None:
    bundle = generated_bundle().training()
    old = bundle.vocabularies["item"]
    grown, late = old.grown(["a"]), old.grown(["a"]).grown(["b", "c"], late=True)
    assert (grown.late, late.late, late.blocks[-1]) == (0, 2, 2)

    def seen(vocabulary: Vocabulary) -> list[bool]:
        return Env(replace(bundle, vocabularies={**bundle.vocabularies, "item": vocabulary})).seen("item").tolist()

    assert seen(grown) == [*seen(old), True], "a stage is going to train it"
    assert seen(late) == [*seen(grown), False, False]
