"""What users were shown: how it is split, that nothing leaks, and what the generated impressions hold."""

from __future__ import annotations

import numpy as np
import pytest

from lmrs.data import store
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.errors import InputError

OPTIONS = {"users": 120, "items": 100, "impressions": 900}
SPLIT = {"by": "impressions"}


@pytest.fixture(scope="module")
def shown(loaded):
    return loaded("synthetic", options=OPTIONS, split=SPLIT)


def columns(bundle):
    return {name: np.asarray(bundle.values(IMPRESSION, name)) for name in ("user", "timestamp", "part")}


def test_the_latest_are_tested_and_those_before_are_for_validation(shown):
    found = columns(shown.bundle)
    times = [found["timestamp"][found["part"] == part] for part in (0, 1, 2)]
    assert [len(one) for one in times] == [720, 90, 90]
    assert times[0].max() < times[1].min()
    assert times[1].max() < times[2].min()
    assert "impressions: 720 train, 90 valid, 90 test, 0 context" in shown.notes


@pytest.mark.fault("G: a split by impressions leaks nothing")
def test_training_sees_nothing_of_what_is_asked_about_or_later(shown):
    bundle, training = shown.bundle, shown.bundle.training()
    asked = columns(bundle)["timestamp"][columns(bundle)["part"] > 0].min()
    assert columns(training)["part"].tolist() == [0] * 720
    assert training.interactions.column("timestamp").to_numpy().max() < asked
    # What was clicked in a later impression is of its part.
    held = bundle.part == 2
    clicks = bundle.lists(IMPRESSION, "clicks").take(np.flatnonzero(columns(bundle)["part"] == 2))
    assert set(bundle.items[held]) == set(clicks.values)


def test_a_history_is_what_the_user_did_before(shown):
    bundle = shown.bundle
    found, histories = columns(bundle), bundle.lists(IMPRESSION, "history")
    times = bundle.interactions.column("timestamp").to_numpy()
    for row in range(0, 900, 50):
        mine = (bundle.users == found["user"][row]) & (times < found["timestamp"][row])
        assert histories[row].tolist() == bundle.items[mine].tolist()


@pytest.mark.fault("G: impressions under a split that says nothing of them")
def test_another_split_trains_on_no_impression_and_says_so(loaded):
    found = loaded("synthetic", options=OPTIONS)
    assert set(columns(found.bundle)["part"]) == {3}
    assert found.bundle.training().values(IMPRESSION, "user").to_pylist() == []
    assert any(note.startswith("900 impressions are neither trained on nor asked about") for note in found.notes)


@pytest.mark.fault("G: a split by impressions of data without any")
def test_data_without_impressions_are_not_split_by_them(loaded):
    with pytest.raises(InputError, match="'synthetic' has none; use another"):
        loaded("synthetic", options={"users": 30, "items": 30}, split=SPLIT)


def test_a_share_of_users_keeps_their_impressions_and_what_these_show(loaded):
    found = loaded("synthetic", options=OPTIONS, split=SPLIT, max_users=30)
    bundle = found.bundle
    rows = len(bundle.lists(IMPRESSION, "candidates"))
    assert 0 < rows < 900
    assert f"{900 - rows} impressions of users without an event are left out" in found.notes
    assert (bundle.lists(IMPRESSION, "candidates").values >= 0).all()
    assert columns(bundle)["user"].max() < 30


def test_a_bundle_with_impressions_comes_back_from_disk(shown, tmp_path):
    store.save(shown.bundle, tmp_path / "bundle")
    again = store.load(tmp_path / "bundle")
    assert again.fingerprint == shown.bundle.fingerprint
    assert again.training().tables[IMPRESSION].equals(shown.bundle.training().tables[IMPRESSION])


def test_domains_keep_their_impressions(loaded, shown, datasets):
    from lmrs.data.load import load
    from lmrs.data.settings import DataSettings

    source = [{"source": "synthetic", "name": name, "options": OPTIONS} for name in ("one", "two")]
    bundle = load(DataSettings(source=source, split=SPLIT), datasets).bundle
    ids = np.array(bundle.vocabularies["item"].ids)
    old = np.array(shown.bundle.vocabularies["item"].ids)
    for name in ("history", "candidates", "clicks"):
        lists, before = bundle.lists(IMPRESSION, name), shown.bundle.lists(IMPRESSION, name)
        assert len(lists) == 1800
        assert ids[lists[903]].tolist() == [f"two:{id_}" for id_ in old[before[3]]]


def test_the_same_seed_shows_the_same_and_more_is_refused(read):
    one, other = (read("synthetic", options=OPTIONS).tables[IMPRESSION] for _ in range(2))
    assert one.equals(other)
    assert not one.equals(read("synthetic", options={**OPTIONS, "seed": 1}).tables[IMPRESSION])
    with pytest.raises(InputError, match="ask for fewer"):
        read("synthetic", options={**OPTIONS, "impressions": 100_000})


def _auc(bundle, scores):
    """Mean share of pairs of an impression in which the clicked one scores higher; `scores` are (users, items)."""
    users, found = columns(bundle)["user"], []
    candidates, clicks = bundle.lists(IMPRESSION, "candidates"), bundle.lists(IMPRESSION, "clicks")
    for row, user in enumerate(users):
        clicked = np.isin(candidates[row], clicks[row])
        right, wrong = (scores[user, candidates[row][one]] for one in (clicked, ~clicked))
        found.append(((right[:, None] > wrong) + 0.5 * (right[:, None] == wrong)).mean())
    return float(np.mean(found))


def test_clicks_follow_tastes(shown):
    """What a user did tells by its categories what will be clicked, and what another one did does not."""
    bundle = shown.bundle
    names = sorted({name for names in bundle.texts("item", "categories") for name in names})
    kinds = np.array([[name in one for name in names] for one in bundle.texts("item", "categories")], dtype=float)
    early = bundle.part == 0
    profile = np.zeros((bundle.count("user"), len(names)))
    np.add.at(profile, bundle.users[early], kinds[bundle.items[early]] - kinds.mean(0))
    mine, theirs = _auc(bundle, profile @ kinds.T), _auc(bundle, np.roll(profile, 1, axis=0) @ kinds.T)
    assert mine > 0.55
    assert mine > theirs + 0.04
