"""Several sources as one data set: ids, columns and rows of each, and what cannot be one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from lmrs.data import store
from lmrs.data.describe import describe
from lmrs.data.domains import joined
from lmrs.data.load import Loaded
from lmrs.data.settings import DataSettings
from lmrs_plugins.bundle import PARTS, Bundle
from lmrs_plugins.errors import InputError

Load = Callable[..., Loaded]
TRAIN, VALID, TEST = (PARTS.index(part) for part in ("train", "valid", "test"))


@pytest.fixture
def load(datasets: Any) -> Load:
    """A split bundle of several sources, under settings given as keywords."""
    from lmrs.data.load import load

    return lambda *sources, **settings: load(DataSettings(source=list(sources), **settings), datasets)


def events(path: Path, rows: list[str], header: str = "user,item,timestamp") -> str:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def books(tmp_path: Path) -> str:
    """Users a and b, items x, y, z; no time after 100."""
    return events(tmp_path / "books.csv", [f"{u},{i},{t}" for u in "ab" for t, i in enumerate("xyz")])


@pytest.fixture
def films(tmp_path: Path) -> str:
    """User a with four films, one of which is called x too; later than any book, and rated."""
    rows = [f"a,{i},{100 + t},{t}" for t, i in enumerate("xpqr")]
    return events(tmp_path / "films.csv", rows, "user,item,timestamp,rating")


def named(bundle: Bundle) -> list[tuple[str, str]]:
    ids = {subject: bundle.vocabularies[subject].ids for subject in ("user", "item")}
    return [(ids["user"][user], ids["item"][item]) for user, item in zip(bundle.users, bundle.items, strict=True)]


def test_ids_begin_with_their_domain_and_nothing_is_shared(load: Load, books: str, films: str) -> None:
    bundle = load(books, films).bundle
    assert bundle.name == "books + films"
    assert list(bundle.vocabularies["user"].ids) == ["books:a", "books:b", "films:a"]
    assert list(bundle.vocabularies["item"].ids) == [
        *(f"books:{item}" for item in "xyz"),
        *(f"films:{item}" for item in "xpqr"),
    ]
    assert named(bundle) == [
        *((f"books:{user}", f"books:{item}") for user in "ab" for item in "xyz"),
        *(("films:a", f"films:{item}") for item in "xpqr"),
    ]
    assert [bundle.tables[subject].column("domain").to_pylist() for subject in ("user", "item")] == [
        ["books"] * 2 + ["films"],
        ["books"] * 3 + ["films"] * 4,
    ]


def test_what_one_source_does_not_have_is_not_known(load: Load, books: str, films: str) -> None:
    bundle = load(books, films).bundle
    ratings = bundle.column("rating")
    assert np.isnan(ratings[:6]).all()
    assert ratings[6:].tolist() == [0, 1, 2, 3]
    assert bundle.column("timestamp").tolist() == [0, 1, 2, 0, 1, 2, 100, 101, 102, 103]
    assert describe(load(books, films))["data"]["interaction.rating"] == pytest.approx(0.4)


def test_each_is_filtered_for_itself(load: Load, tmp_path: Path, films: str) -> None:
    rows = [f"{u},{i},{t}" for u in "ab" for t, i in enumerate("xyz")] + ["c,x,1", "c,lonely,2"]
    found = load(events(tmp_path / "books.csv", rows), films, min_user=3)
    assert "books:c" not in found.bundle.vocabularies["user"]
    assert "books:lonely" not in found.bundle.vocabularies["item"]
    counts = {name: (one.users, one.items, one.events) for name, one in found.domains.items()}
    assert counts == {"books": (2, 3, 6), "films": (1, 4, 4)}
    assert (found.before.events, found.after.events) == (12, 10)
    assert "books: 2 of 8 events were filtered out" in found.notes


def test_users_of_every_domain_are_held_out_one_by_one(load: Load, books: str, films: str) -> None:
    bundle = load(books, films).bundle
    assert bundle.part.tolist() == [TRAIN, VALID, TEST] * 2 + [TRAIN, TRAIN, VALID, TEST]


def test_time_is_cut_over_all_domains_and_one_without_a_test_is_named(load: Load, books: str, films: str) -> None:
    found = load(books, films, split={"by": "temporal", "valid": 0.1, "test": 0.2})
    tested = {user for (user, _), part in zip(named(found.bundle), found.bundle.part, strict=True) if part == TEST}
    assert tested == {"films:a"}
    assert "domain books has no test event" in found.notes


def test_a_source_says_what_is_its_own(load: Load, tmp_path: Path, books: str) -> None:
    odd = events(tmp_path / "log.txt", [f"7,{i},{t}" for t, i in enumerate("klm")], "who,what,when")
    columns = {"user": "who", "item": "what", "timestamp": "when"}
    found = load(books, {"source": odd, "name": "log", "format": "csv", "columns": columns})
    assert [id_ for id_ in found.bundle.vocabularies["user"].ids if id_.startswith("log:")] == ["log:7"]


def test_one_set_twice_under_two_names(load: Load) -> None:
    small = {"users": 40, "items": 30}
    sources = [{"source": "synthetic", "name": f"world{seed}", "options": {**small, "seed": seed}} for seed in (1, 2)]
    found = load(*sources)
    bundle, alone = found.bundle, load(sources[1]).bundle
    assert Counter(bundle.tables["item"].column("domain").to_pylist()) == {"world1": 30, "world2": 30}
    assert bundle.tables["item"].column("title").to_pylist()[30:] == alone.texts("item", "title")
    assert bundle.tables["item"].column_names[-1] == "domain"
    assert bundle.images["item"].to_pylist()[30:] == alone.images["item"].to_pylist()
    first = bundle.count("entity") - alone.count("entity")
    assert bundle.links["item"][30:].tolist() == (alone.links["item"] + first).tolist()
    assert [edge for edge in edges(bundle) if edge[0].startswith("world2:")] == edges(alone)
    assert not [edge for edge in edges(bundle) if edge[0].partition(":")[0] != edge[2].partition(":")[0]]
    assert describe(found)["domains"]["world2"]["items"] == 30


def edges(bundle: Bundle) -> list[tuple[str, str, str]]:
    graph = bundle.graphs["knowledge"]
    ids = bundle.vocabularies["entity"].ids
    rows = zip(graph.head, graph.relation, graph.tail, strict=True)
    return [(ids[head], graph.relations[relation], ids[tail]) for head, relation, tail in rows]


def test_what_only_one_has_is_absent_in_the_other(load: Load, books: str) -> None:
    bundle = load({"source": "synthetic", "options": {"users": 40, "items": 30}}, books).bundle
    assert bundle.texts("item", "title")[30:] == [None] * 3
    assert bundle.images["item"].to_pylist()[30:] == [b""] * 3
    assert bundle.links["item"][30:].tolist() == [-1] * 3
    assert bundle.tables["user"].column("age").to_pylist()[40:] == [None] * 2


def test_it_is_stored_and_read_like_any_other(load: Load, books: str, films: str, tmp_path: Path) -> None:
    bundle = load(books, films).bundle
    store.save(bundle, tmp_path / "stored")
    assert store.load(tmp_path / "stored").fingerprint == bundle.fingerprint
    assert load(films, books).bundle.fingerprint != bundle.fingerprint


def test_a_column_called_domain_is_kept_under_a_number(load: Load, tmp_path: Path, books: str) -> None:
    (tmp_path / "its").mkdir()
    lines = "user_id:token\titem_id:token\n" + "".join(f"u\t{item}\n" for item in "xyz")
    (tmp_path / "its" / "its.inter").write_text(lines, encoding="utf-8")
    (tmp_path / "its" / "its.item").write_text("item_id:token\tdomain:token\nx\tred\n", encoding="utf-8")
    table = load(str(tmp_path / "its"), books).bundle.tables["item"]
    assert table.column("domain (2)").to_pylist()[0] == "red"
    assert table.column("domain").to_pylist() == ["its"] * 3 + ["books"] * 3


@pytest.mark.fault("F: several sources: one that does not exist")
def test_a_source_that_does_not_exist_is_named(load: Load, books: str) -> None:
    with pytest.raises(InputError, match="no file, folder or data set 'flims'") as error:
        load(books, "flims")
    assert "\n" not in str(error.value)


@pytest.mark.fault("F: several sources: two of one name")
def test_two_sources_of_one_name_are_refused(load: Load, books: str) -> None:
    with pytest.raises(
        InputError, match=r"two sources are called .books.; give one another name: .source: .*name: NAME"
    ):
        load(books, books)


@pytest.mark.fault("F: several sources: a name that cannot begin an id")
def test_a_name_with_a_colon_is_refused(load: Load, books: str) -> None:
    with pytest.raises(InputError, match="'a:b' cannot begin ids"):
        load({"source": books, "name": "a:b"})


@pytest.fixture
def clashing(tmp_path: Path) -> tuple[str, str]:
    found = []
    for name, kind, value in (("one", "token", "old"), ("two", "float", "33")):
        (tmp_path / name).mkdir()
        lines = "user_id:token\titem_id:token\n" + "".join(f"u\t{item}\n" for item in "xyz")
        (tmp_path / name / f"{name}.inter").write_text(lines, encoding="utf-8")
        (tmp_path / name / f"{name}.user").write_text(f"user_id:token\tage:{kind}\nu\t{value}\n", encoding="utf-8")
        found.append(str(tmp_path / name))
    return found[0], found[1]


@pytest.mark.fault("F: several sources: a column with two types")
def test_a_column_with_two_types_is_refused_and_can_be_left_out(load: Load, clashing: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=r"user\.age is string in 'one' and double in 'two'.* data\.drop"):
        load(*clashing)
    assert load(*clashing, drop=["user.age"]).bundle.tables["user"].column_names == ["domain"]
    assert load(clashing[0], drop=["user.age"]).bundle.has("user.age") is False


@pytest.mark.fault("F: contents to leave out that are not there")
@pytest.mark.parametrize("name", ["user.agee", "interaction.item", "age"])
def test_what_is_not_there_cannot_be_left_out(load: Load, clashing: tuple[str, str], name: str) -> None:
    with pytest.raises(InputError, match=f"data.drop: there is no '{name}' to leave out; there is .*user.age"):
        load(clashing[0], drop=[name])


@pytest.mark.fault("F: several sources: a graph that leads elsewhere in another")
def test_a_graph_with_two_kinds_of_ends_is_refused(load: Load) -> None:
    world = load({"source": "synthetic", "options": {"users": 40, "items": 30}}).bundle
    other = replace(world, graphs={"social": world.graphs["knowledge"]})
    with pytest.raises(InputError, match=r"'social' leads from user to user in 'a' and from entity to entity in 'b'"):
        joined({"a": world, "b": other})


@pytest.mark.fault("I: data.source: a list that is empty")
def test_no_source_at_all_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        DataSettings(source=[])
