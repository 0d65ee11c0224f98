"""Tokens of rows: made once, cut, padded, told apart by content."""

from __future__ import annotations

import logging
import pickle

import numpy as np
import pyarrow as pa
import pytest

from lmrs_plugins import InputError
from lmrs_text import texts as module
from lmrs_text.options import OfTexts
from lmrs_text.texts import Texts
from lmrs_text.tokenizer import Tokenizer

EVERY = np.arange(4)


def test_texts_have_the_models_special_tokens_around_them(model_of, titles, tokenizer_of) -> None:
    texts = Texts.of(titles("red lake", "star", "red lake", None), OfTexts(model=model_of("bert")))
    view = texts.rows(EVERY)
    whole = tokenizer_of().encode("red lake").ids
    assert view["tokens"][0].tolist() == whole
    assert view["lengths"].tolist() == [4, 3, 4, 0]
    assert view["tokens"][1].tolist() == [*tokenizer_of().encode("star").ids, 0]
    assert texts.cost(EVERY).tolist() == [4, 3, 4, 0]
    assert len(texts.offsets) == 3, "two distinct texts"


def test_rows_are_as_wide_as_the_longest_of_them(model_of, titles) -> None:
    texts = Texts.of(titles("red lake house star", "star"), OfTexts(model=model_of("bert")))
    assert texts.rows(np.array([0, 1]))["tokens"].shape == (2, 6)
    assert texts.rows(np.array([1]))["tokens"].shape == (1, 3)


def test_segments_stand_between_separators(model_of, items_of, tokenizer_of) -> None:
    items = items_of(pa.table({"title": ["red", None], "kind": ["old", "new"]}))
    texts = Texts.of(items, OfTexts(model=model_of("bert"), fields=["title", "kind"], segments=True))
    library = tokenizer_of()
    words = [library.id_to_token(one) for one in texts.rows(np.array([0, 1]))["tokens"].ravel()]
    assert words == ["[CLS]", "red", "[SEP]", "old", "[SEP]", "[CLS]", "new", "[SEP]", "[PAD]", "[PAD]"]


@pytest.mark.fault("F: texts: a row without any text, or with characters that the tokenizer drops")
def test_a_row_without_text_has_no_tokens_and_no_key(model_of, titles) -> None:
    texts = Texts.of(titles("red", None, "", "\u0001\u0002"), OfTexts(model=model_of("bert")))
    assert texts.rows(EVERY)["lengths"].tolist() == [3, 0, 0, 0]
    assert texts.keys(EVERY).tolist()[1:] == [b"", b"", b""]
    none = Texts.of(titles(None, ""), OfTexts(model=model_of("bert")))
    assert none.rows(np.array([0, 1]))["tokens"].tolist() == [[0], [0]]


@pytest.mark.fault("F: texts: longer than the context of the model")
def test_longer_texts_are_cut_counted_and_told_once(model_of, titles, caplog) -> None:
    module._note.cache_clear()
    options = OfTexts(model=model_of("bert"), length=4)
    with caplog.at_level(logging.WARNING, "lmrs"):
        for _ in range(2):
            texts = Texts.of(titles("red lake house star", "star", "star " * 5000), options)
    assert texts.cost(np.arange(3)).tolist() == [4, 3, 4]
    assert texts.rows(np.array([0]))["tokens"][0, -1] == 3, "the separator stays"
    assert [record.message for record in caplog.records] == [
        "text: 2 of 3 texts of item in 'small' are longer than 4 tokens and are cut; `length` raises that"
    ]


@pytest.mark.fault("F: texts: other scripts, emoji, right to left, combining characters, a text of one sign")
@pytest.mark.parametrize(
    "text", ["カラマーゾフの兄弟", "🎬🍿 👩‍👩‍👧", "ערב טוב", "e\u0301te\u0301", "?", "\u0001", "a\u0000b", "x" * 10_000]
)
def test_any_script_has_tokens(model_of, titles, text) -> None:
    texts = Texts.of(titles(text, "red"), OfTexts(model=model_of("bert"), length=16))
    assert 0 <= texts.cost(np.array([0]))[0] <= 16
    assert texts.rows(np.array([0, 1]))["lengths"][1] == 3


def test_keys_tell_contents_and_tokenizers_apart(model_of, titles, tmp_path, tokenizer_of) -> None:
    texts = Texts.of(titles("red lake", "star", "red lake", None), OfTexts(model=model_of("bert")))
    keys = texts.keys(EVERY)
    assert keys.dtype == np.dtype("S16")
    assert keys[0] == keys[2] != keys[1]
    assert keys[3] == b""
    again = Texts.of(titles("star", "red lake"), OfTexts(model=model_of("bert")))
    assert again.keys(np.array([1, 0])).tolist() == keys[:2].tolist()
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    tokenizer_of(("star", "red", "lake")).save(str(folder / "tokenizer.json"))
    assert Texts.of(titles("star"), OfTexts(model=str(folder))).keys(np.array([0])) != keys[1]


def test_they_travel_to_workers(model_of, titles) -> None:
    texts = Texts.of(titles("red lake", None), OfTexts(model=model_of("bert")))
    there = pickle.loads(pickle.dumps(texts))
    assert there.rows(np.array([0, 1]))["tokens"].tolist() == texts.rows(np.array([0, 1]))["tokens"].tolist()


def test_each_distinct_text_is_read_once(model_of, titles, monkeypatch) -> None:
    seen: list[str] = []
    plain = Tokenizer.tokens

    def tokens(self, texts):
        seen.extend(texts)
        return plain(self, texts)

    monkeypatch.setattr(Tokenizer, "tokens", tokens)
    Texts.of(titles("red", "star", "red", "red"), OfTexts(model=model_of("bert")))
    assert seen == ["red", "star"]


@pytest.mark.fault("I: text: a length that has no room for words")
def test_a_length_without_room_is_refused(model_of, titles) -> None:
    with pytest.raises(InputError, match="length 2 has no room beside 2 special tokens; raise it"):
        Texts.of(titles("red"), OfTexts(model=model_of("bert"), length=2))


def test_rows_that_are_added_later_are_read_and_the_others_stay(model_of, titles, monkeypatch) -> None:
    texts = Texts.of(titles("red lake", None, "star"), OfTexts(model=model_of("bert")))
    seen: list[str] = []
    plain = Tokenizer.tokens
    monkeypatch.setattr(Tokenizer, "tokens", lambda self, new: seen.extend(new) or plain(self, new))
    later = titles("red lake", None, "star", None, "old new road", "star")
    grown = texts.on(later)
    assert seen == ["old new road", "star"]
    whole, rows = Texts.of(later, OfTexts(model=model_of("bert"))), np.arange(6)
    assert (grown.rows(rows)["tokens"] == whole.rows(rows)["tokens"]).all()
    assert (grown.keys(rows) == whole.keys(rows)).all()
    assert texts.on(titles("red lake", None, "star")) is texts


@pytest.mark.fault("D: a tokenizer that has changed since rows were read with it")
def test_rows_are_not_added_with_another_tokenizer(tmp_path, model_at, tokenizer_of, titles) -> None:
    folder = model_at(tmp_path / "model")
    texts = Texts.of(titles("red"), OfTexts(model=str(folder)))
    tokenizer_of(("star", "red")).save(str(folder / "tokenizer.json"))
    with pytest.raises(InputError, match="is another than it was; give it back its file"):
        texts.on(titles("red", "star"))
