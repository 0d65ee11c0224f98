"""MIND's files: read as they come, under each policy where they are broken, and written so that they read the same."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import numpy as np
import pytest

from lmrs.data.write_mind import write_mind
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.errors import InputError

ENTITY = (
    '[{"Label": "Skis", "Type": "W", "WikidataId": "Q1", "Confidence": 1.0, "OccurrenceOffsets": [3], '
    '"SurfaceForms": ["Ski"]}, {"Label": "Alps", "Type": "L", "WikidataId": "Q2", "Confidence": 0.9, '
    '"OccurrenceOffsets": [9], "SurfaceForms": ["Alps"]}]'
)
NEWS = (
    f'N1\tsports\tskiing\tSkis, "the Alps\tHow it was.\thttps://n/1\t{ENTITY}\t[]\n'
    'N2\tnews\t\tIt\'s "over"\t\thttps://n/2\t[]\t[]\n'
    f"N3\tlifestyle\tpets\tCats\tDogs.\thttps://n/3\t[]\t{ENTITY}\n"
    "N4\tnews\tworld\tAn end\tOf it.\thttps://n/4\t[]\t\n"
)
ROWS = (
    "1\tU1\t11/11/2019 9:05:58 AM\tN3 N4\tN1-1 N2-0\n",
    "2\tU2\t11/12/2019 6:11:30 PM\t\tN2-1 N5-0 N1-0\n",
    "3\tU1\t11/13/2019 12:00:00 AM\tN3 N4\tN2-0 N5-1 N4-1\n",
    "4\tU1\t11/14/2019 12:00:00 PM\tN3 N4 N1\tN1 N2\n",
)
policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def case(name, *values):
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: MIND: {name}"))


@pytest.fixture
def mind(tmp_path):
    """A folder of MIND's files; by part where the keywords say so."""

    def make(behaviors=ROWS, news=NEWS, **parts):
        for part, rows in (parts or {"": behaviors}).items():
            folder = tmp_path / "MIND" / part
            folder.mkdir(parents=True)
            (folder / "behaviors.tsv").write_text("".join(rows), encoding="utf-8")
            if news is not None:
                (folder / "news.tsv").write_text(news, encoding="utf-8")
        return tmp_path / "MIND"

    return make


def seconds(*when):
    return datetime(*when, tzinfo=UTC).timestamp()


def test_every_row_is_an_impression(mind, read):
    shown = read(mind()).tables[IMPRESSION].to_pydict()
    assert shown == {
        "id": ["1", "2", "3", "4"],
        "user": ["U1", "U2", "U1", "U1"],
        "timestamp": [
            seconds(2019, 11, 11, 9, 5, 58),
            seconds(2019, 11, 12, 18, 11, 30),
            seconds(2019, 11, 13),
            seconds(2019, 11, 14, 12),
        ],
        "history": [["N3", "N4"], [], ["N3", "N4"], ["N3", "N4", "N1"]],
        "candidates": [["N1", "N2"], ["N2", "N5", "N1"], ["N2", "N5", "N4"], ["N1", "N2"]],
        "clicks": [["N1"], ["N2"], ["N5", "N4"], []],
    }


def test_news_keep_their_quotes_and_have_both_categories(mind, read):
    items = read(mind()).tables["item"].to_pydict()
    assert items["title"] == ['Skis, "the Alps', 'It\'s "over"', "Cats", "An end"]
    assert items["abstract"] == ["How it was.", None, "Dogs.", "Of it."]
    assert items["categories"] == [["sports", "skiing"], ["news"], ["lifestyle", "pets"], ["news", "world"]]


def test_entities_that_texts_name_are_a_graph(mind, read, loaded):
    path = mind()
    edges = read(path).triples["mentions"].to_pydict()
    found = list(zip(edges["head"], edges["relation"], edges["tail"], strict=True))
    assert found == [("N1", "title", "Q1"), ("N1", "title", "Q2"), ("N3", "abstract", "Q1"), ("N3", "abstract", "Q2")]
    graph = loaded(path, split={"by": "impressions", "valid": 0, "test": 0.3}).bundle.graphs["mentions"]
    assert (graph.head_subject, graph.tail_subject, len(graph)) == ("item", "entity", 4)


def test_events_are_what_histories_have_and_the_clicks(mind, read):
    """N4 of the first user's history is clicked later on: its time is known, so it stands once."""
    events = read(mind()).interactions.to_pydict()
    assert list(zip(events["user"], events["item"], strict=True)) == [
        ("U1", "N3"),
        ("U1", "N1"),
        ("U2", "N2"),
        ("U1", "N5"),
        ("U1", "N4"),
    ]
    assert np.isnan(events["timestamp"]).tolist() == [True, False, False, False, False]


@pytest.mark.fault("F: MIND: a candidate of which no news are known")
@policies
def test_a_candidate_without_news_is_an_item_without_a_title(policy, mind, loaded):
    found = loaded(mind(), policy=policy, split={"by": "impressions", "valid": 0, "test": 0.3})
    bundle = found.bundle
    titles = dict(zip(bundle.vocabularies["item"].ids, bundle.texts("item", "title"), strict=True))
    assert set(titles) == {"N1", "N2", "N3", "N4", "N5"}
    assert titles["N5"] is None
    assert "1 of 5 items have no row in the table of items" in found.notes
    ids = np.array(bundle.vocabularies["item"].ids)
    assert [ids[bundle.lists(IMPRESSION, "candidates")[row]].tolist() for row in (1, 3)] == [
        ["N2", "N5", "N1"],
        ["N1", "N2"],
    ]


@pytest.mark.fault("F: MIND: impressions without labels")
@policies
def test_impressions_without_labels_are_neither_trained_on_nor_asked_about(policy, mind, loaded):
    found = loaded(mind(), policy=policy, split={"by": "impressions", "valid": 0, "test": 0.3})
    assert found.bundle.values(IMPRESSION, "part").to_pylist() == [0, 0, 2, 3]
    assert "1 impressions without a click are neither trained on nor asked about" in found.notes


@pytest.mark.parametrize(
    ("rows", "says", "kept", "coerced"),
    [
        case("a time that is none", "9\tU1\tyesterday\tN1\tN2-1\n", "time is 'yesterday'", False, True),
        case("labels of some candidates", "9\tU1\t11/14/2019 1:00:00 PM\tN1\tN2-1 N3\n", "no -0 or -1", False, True),
        case("no user", "9\t\t11/14/2019 1:00:00 PM\tN1\tN2-1\n", "user is ''", False, False),
        case("a cell too many", "9\tU1\t11/14/2019 1:00:00 PM\tN1\tN2-1\tN3-0\n", "6 cells", False, True),
        case("nothing shown", "9\tU1\t11/14/2019 1:00:00 PM\tN1\t\n", "", True, True),
        case("the same twice in one", "9\tU1\t11/14/2019 1:00:00 PM\tN1 N1\tN2-1 N2-1\n", "", True, True),
    ],
)
@policies
def test_a_bad_row_costs_only_itself(rows, says, kept, coerced, policy, mind, read):
    path = mind(behaviors=(*ROWS, rows))
    if policy == "strict" and says:
        with pytest.raises(InputError, match=rf"behaviors\.tsv, row 5: .*{says}"):
            read(path)
        return
    tables = read(path, policy=policy)
    there = kept or (coerced and policy == "coerce")
    assert tables.tables[IMPRESSION].column("id").to_pylist() == ["1", "2", "3", "4", *["9"] * there]
    assert len(tables.problems) == bool(says)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        case("a tab in a title", "N9\tnews\tus\tOne\ttwo\t\thttps://n/9\t[]\t[]\n", "9 cells"),
        case("news that stand twice", "N1\tnews\tus\tAgain\t\thttps://n/9\t[]\t[]\n", "id 'N1' stands in an earlier"),
        case("news without an id", "\tnews\tus\tNobody\t\thttps://n/9\t[]\t[]\n", "id is ''"),
    ],
)
@policies
def test_bad_news_cost_only_themselves(row, says, policy, mind, read):
    path = mind(news=NEWS + row)
    if policy == "strict":
        with pytest.raises(InputError, match=rf"news\.tsv, row 5: .*{says}"):
            read(path)
        return
    tables = read(path, policy=policy)
    assert tables.tables["item"].column("title").to_pylist()[:4] == [
        'Skis, "the Alps',
        'It\'s "over"',
        "Cats",
        "An end",
    ]
    assert [one.row for one in tables.problems] == [5]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        case("no news.tsv", {"news": None}, r"no news\.tsv beside"),
        case("behaviors.tsv is empty", {"behaviors": ()}, "no impression in it"),
        case("a folder that is no part", {"first": ROWS}, "train, dev or test"),
        case("two folders of a part", {"a_train": ROWS, "b_train": ROWS}, "'a_train' is of the same part"),
    ],
)
@policies
def test_what_is_no_folder_of_mind_is_refused(given, says, policy, mind, read):
    with pytest.raises(InputError, match=says):
        read(mind(**given), policy=policy)


def test_folders_by_part_are_what_the_split_goes_by(mind, loaded):
    """News of a later part repeat those of the earlier one."""
    bundle = loaded(
        mind(MINDsmall_train=ROWS[:2], MINDsmall_dev=ROWS[2:3], MINDsmall_test=ROWS[3:]), split={"by": "impressions"}
    ).bundle
    # The test part has no labels, so what is for validation is tested, and the latest of training is for validation.
    assert bundle.values(IMPRESSION, "id").to_pylist() == ["1", "2", "3", "4"]
    assert bundle.values(IMPRESSION, "part").to_pylist() == [0, 1, 2, 3]
    assert bundle.tables["item"].num_rows == 5


def test_gzipped_files_are_read_too(mind, read):
    path = mind()
    for name in ("behaviors.tsv", "news.tsv"):
        (path / f"{name}.gz").write_bytes(gzip.compress((path / name).read_bytes()))
        (path / name).unlink()
    assert read(path).tables[IMPRESSION].num_rows == 4


@pytest.fixture(scope="module")
def synthetic(read):
    return read("synthetic", options={"users": 60, "items": 50, "impressions": 200})


def test_what_is_written_reads_the_same(synthetic, tmp_path, read):
    write_mind(synthetic, tmp_path / "news")
    again = read(tmp_path / "news")
    assert again.tables[IMPRESSION].equals(synthetic.tables[IMPRESSION])
    items, old = again.tables["item"].to_pydict(), synthetic.tables["item"].to_pydict()
    assert (items["id"], items["title"], items["categories"]) == (old["id"], old["title"], old["categories"])
    assert again.images["item"].sort_by("id").equals(synthetic.images["item"].sort_by("id"))


def test_what_has_no_impressions_is_not_written(read, tmp_path):
    with pytest.raises(InputError, match="no impressions to write"):
        write_mind(read("synthetic", options={"users": 20, "items": 20}), tmp_path / "news")
    assert not list(tmp_path.iterdir())
