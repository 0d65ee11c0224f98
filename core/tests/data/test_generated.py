"""The generated set: the same for a seed, and each kind of data tells something of what comes next."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest

from lmrs.data.generate.png import encode_png
from lmrs_plugins.errors import InputError


def test_equal_seeds_make_equal_sets_and_others_do_not(generated, loaded):
    again = loaded("synthetic").bundle
    other = loaded("synthetic", options={"seed": 1}).bundle
    assert again.fingerprint == generated.bundle.fingerprint
    assert other.fingerprint != generated.bundle.fingerprint


def test_it_has_every_kind_of_data_for_every_item(generated):
    bundle = generated.bundle
    assert bundle.count("user") == 600
    assert bundle.count("item") == 400
    for need in (
        "item.title",
        "item.categories",
        "graph.knowledge",
        "graph.social",
        "image.item",
        "link.item",
        "user.age",
    ):
        bundle.require(need)
    titles = bundle.texts("item", "title")
    assert len(set(titles)) == 400
    assert all(title and title[0].isupper() for title in titles)
    assert (bundle.links["item"] >= 0).all()
    assert bundle.histories.lengths.min() >= 3


def test_size_is_an_option_and_too_large_is_refused(loaded):
    bundle = loaded("synthetic", options={"users": 50, "items": 30}).bundle
    assert (bundle.count("user"), bundle.count("item")) == (50, 30)
    with pytest.raises(InputError, match="50 million"):
        loaded("synthetic", options={"users": 100_000, "items": 10_000})


def _matched(bundle, feature):
    """Share of pairs in which the test item fits the user's training items better than a random unseen item does.

    `feature` is (items, d); fit is the mean product with the features of the training items, centred. .5 is chance.
    """
    rng = np.random.default_rng(0)
    feature = feature - feature.mean(axis=0)
    trained = bundle.part == 0
    profile = np.zeros((bundle.count("user"), feature.shape[1]))
    np.add.at(profile, bundle.users[trained], feature[bundle.items[trained]])
    seen = np.zeros((bundle.count("user"), bundle.count("item")), dtype=bool)
    seen[bundle.users, bundle.items] = True
    users, items = bundle.users[bundle.part == 2], bundle.items[bundle.part == 2]
    wins = []
    for _ in range(20):
        others = np.where(seen[users], -1, rng.random(seen[users].shape)).argmax(axis=1)
        right, wrong = ((profile[users] * feature[rows]).sum(axis=1) for rows in (items, others))
        wins.append(np.mean(right > wrong) + 0.5 * np.mean(right == wrong))
    return float(np.mean(wins))


def _one_hot(words):
    found = sorted({word for one in words for word in one})
    out = np.zeros((len(words), len(found)))
    for row, one in enumerate(words):
        for word in one:
            out[row, found.index(word)] = 1.0
    return out / np.maximum(1, out.sum(axis=1, keepdims=True))


def _pixels(png):
    size = struct.unpack(">I", png[33:37])[0]
    raw = np.frombuffer(zlib.decompress(png[41 : 41 + size]), dtype=np.uint8).reshape(16, -1)
    return raw[:, 1:].reshape(16, 16, 3)


def _text(bundle):
    from lmrs.data.generate.words import THEMES

    theme_of = {word: str(place) for place, sides in enumerate(THEMES) for side in sides for word in side}
    return _one_hot(
        [
            [theme_of[w.strip(",")] for w in title.split() if w.strip(",") in theme_of]
            for title in bundle.texts("item", "title")
        ]
    )


def _categories(bundle):
    return _one_hot(bundle.tables["item"].column("categories").to_pylist())


def _colour(bundle):
    means = np.stack([_pixels(png).reshape(-1, 3).mean(axis=0) for png in bundle.images["item"].to_pylist()])
    hue = np.arctan2(np.sqrt(3) * (means[:, 1] - means[:, 2]), 2 * means[:, 0] - means[:, 1] - means[:, 2])
    return np.stack([f(k * hue) for k in (1, 2, 3, 4) for f in (np.cos, np.sin)], axis=1)


def _people(bundle):
    """For each item its people and whom they work with, two steps of the graph."""
    graph = bundle.graphs["knowledge"]
    near = np.zeros((bundle.count("entity"),) * 2)
    keep = np.array(graph.relations)[graph.relation] != "filmed_in"
    near[graph.head[keep], graph.tail[keep]] = near[graph.tail[keep], graph.head[keep]] = 1.0
    near /= np.maximum(1, near.sum(axis=1, keepdims=True))
    return np.linalg.matrix_power(near, 4)[bundle.links["item"]]


@pytest.mark.parametrize(
    "feature", [_text, _categories, _colour, _people], ids=["title", "categories", "picture", "knowledge"]
)
def test_what_shows_of_an_item_fits_what_its_users_take_next(feature, generated):
    found = feature(generated.bundle)
    shuffled = found[np.random.default_rng(1).permutation(len(found))]
    assert _matched(generated.bundle, found) > 0.59
    assert abs(_matched(generated.bundle, shuffled) - 0.5) < 0.07


def test_each_kind_tells_its_own_part(generated):
    kinds = [feature(generated.bundle) for feature in (_text, _categories, _colour, _people)]
    centred = [kind - kind.mean(axis=0) for kind in kinds]
    alike = [kind @ kind.T for kind in centred]
    flat = np.corrcoef([one[np.triu_indices(len(one), 1)] for one in alike])
    assert np.abs(flat - np.eye(len(kinds))).max() < 0.05


def test_friends_tell_what_is_taken_next(generated):
    bundle = generated.bundle
    graph = bundle.graphs["social"]
    trained = bundle.part == 0
    taken = np.zeros((bundle.count("user"), bundle.count("item")))
    taken[bundle.users[trained], bundle.items[trained]] = 1.0
    among = np.zeros_like(taken)
    np.add.at(among, graph.head, taken[graph.tail])
    popular = taken.sum(axis=0)
    users, items = bundle.users[bundle.part == 2], bundle.items[bundle.part == 2]
    degree = np.bincount(graph.head, minlength=bundle.count("user"))
    expected = degree[users] * popular[items] / bundle.count("user")
    assert among[users, items].sum() > 1.3 * expected.sum()


def test_the_item_before_tells_what_is_taken_next(generated):
    """The training items that followed an item most often hold its next item far more often than popular ones do."""
    bundle = generated.bundle
    follows = np.zeros((bundle.count("item"),) * 2)
    inner = (bundle.users[1:] == bundle.users[:-1]) & (bundle.part[1:] == 0)
    np.add.at(follows, (bundle.items[:-1][inner], bundle.items[1:][inner]), 1.0)
    two = follows @ follows.T @ follows  # items followed by alike ones are followed alike
    last = np.flatnonzero(bundle.part == 2)
    before, after = bundle.items[last - 1], bundle.items[last]
    by_order = np.mean([(two[b] > two[b, a]).sum() < 20 for b, a in zip(before, after, strict=True)])
    popular = np.bincount(bundle.items[bundle.part == 0], minlength=bundle.count("item"))
    by_fame = np.mean([(popular > popular[a]).sum() < 20 for a in after])
    assert by_order > 2 * by_fame


@pytest.mark.parametrize("name", ["occupation", "gender", "age"])
def test_people_alike_take_alike(name, generated):
    bundle = generated.bundle
    taken = np.zeros((bundle.count("user"), bundle.count("item")))
    taken[bundle.users, bundle.items] = 1.0
    taken -= taken.mean(axis=0)
    taken /= np.linalg.norm(taken, axis=1, keepdims=True)
    groups = bundle.tables["user"].column(name).to_numpy()
    groups = groups // 16 if name == "age" else groups
    alike = taken @ taken.T
    same = groups[:, None] == groups[None, :]
    upper = np.triu(np.ones_like(same), 1).astype(bool)
    inside, outside = alike[same & upper], alike[~same & upper]
    error = np.sqrt(inside.var() / len(inside) + outside.var() / len(outside))
    assert inside.mean() - outside.mean() > 4 * error


def test_pictures_are_png_files_of_what_went_in():
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    png = encode_png(pixels)
    file = io.BytesIO(png)
    assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    kinds, data = [], b""
    while head := file.read(8):
        size, kind = struct.unpack(">I4s", head)
        body = file.read(size)
        assert struct.unpack(">I", file.read(4))[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        data += body if kind == b"IDAT" else b""
        if kind == b"IHDR":
            assert struct.unpack(">IIBBBBB", body) == (5, 4, 8, 2, 0, 0, 0)
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    raw = np.frombuffer(zlib.decompress(data), dtype=np.uint8).reshape(4, 16)
    assert (raw[:, 0] == 0).all()
    assert (raw[:, 1:].reshape(4, 5, 3) == pixels).all()
