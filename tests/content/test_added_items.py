"""Items that came after training are ranked by what is said of them, and nothing that was learnt moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from lmrs.answer.data import read_tables, section
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.cli.main import main
from lmrs.data.write import write_atomic
from lmrs_plugins import InputError

HERE = Path(__file__).parent
ITEMS = 30
NEW = pa.table({"id": ["new1", "new2"], "title": ["Brave new harbour", None]})
KNOWS_COLUMNS = (
    "model.kind={use: sequence/category, field: categories, width: 8}",
    "model.price={use: sequence/number, field: year, width: 8}",
    "model.id={use: sequence/item-id, width: 8}",
    "model.item.of=[id, kind, text]",
)


@pytest.fixture(scope="module")
def frozen(host, tmp_path_factory) -> Pipeline:
    return trained(host, tmp_path_factory.mktemp("added"))


@pytest.fixture(scope="module")
def mixed(host, tmp_path_factory) -> Pipeline:
    """Ids, categories and titles, and a title alone where an item is new."""
    return trained(host, tmp_path_factory.mktemp("added"), *KNOWS_COLUMNS[:1], *KNOWS_COLUMNS[2:])


def trained(host: Any, folder: Path, *overrides: str, data: Path | None = None) -> Pipeline:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LMRS_CACHE", "off")
        run(HERE / "frozen.yaml", data, overrides=overrides, out=folder / "run", host=host, device="cpu")
        return Pipeline.load(folder / "run", host, "cpu")


def with_years(folder: Path, host: Any) -> Path:
    """The generated data as files, with a number for each item."""
    write_atomic(read_tables(section("synthetic", ["options.users=40", f"options.items={ITEMS}"]), host), folder)
    (items,) = folder.glob("*.item")
    head, *rows = items.read_text(encoding="utf-8").splitlines()
    lines = [f"{head}\tyear:float", *(f"{row}\t{1950 + place}" for place, row in enumerate(rows))]
    items.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def scores(pipeline: Pipeline, **more: Any) -> dict[str, float]:
    return {one.id: one.score for one in pipeline.recommend(history=["i03", "i11"], top=99, **more)}


@pytest.mark.parametrize("which", ["frozen", "mixed"])
def test_old_items_keep_their_scores_and_new_ones_stand_among_them(which: str, request: Any) -> None:
    pipeline = request.getfixturevalue(which)
    before = scores(pipeline)
    more = pipeline.add_items(NEW)
    after = scores(more)
    assert "new1" in after
    assert "new2" not in after, "nothing is known of it that a node reads"
    assert {id_: after[id_] for id_ in before} == pytest.approx(before, rel=1e-5)
    assert more.added == ["new1", "new2"]
    assert more.notes == ["the table of added items does not say 'categories': missing for all 2 added items"]
    assert scores(pipeline) == before, "the old pipeline is as it was"
    assert pipeline.added == []


def test_a_new_item_scores_as_an_old_one_of_its_title(frozen: Pipeline) -> None:
    row = int(frozen.setting.bundle.vocabularies["item"].rows(["i05"])[0])
    title = frozen.setting.bundle.texts("item", "title")[row]
    found = scores(frozen.add_items(pa.table({"id": ["twin"], "title": [title]})))
    assert found["twin"] == pytest.approx(found["i05"], rel=1e-5)


def test_an_id_that_was_never_trained_is_absent(mixed: Pipeline) -> None:
    more = mixed.add_items(NEW)
    table = more.answering.table("id")
    assert table.mask[-2:].tolist() == [False, False]
    assert torch.equal(table.vectors[:-2], mixed.answering.table("id").vectors)
    assert more.setting.bundle_at(0).vocabularies["item"].blocks == (ITEMS, 2)
    gate = more.graph.nodes["item"].module
    assert all(
        torch.equal(old, new)
        for old, new in zip(gate.parameters(), mixed.graph.nodes["item"].module.parameters(), strict=True)
    )


def test_what_was_fitted_stays_with_categories_and_numbers_that_are_new(host, tmp_path) -> None:
    data = with_years(tmp_path / "years", host)
    pipeline = trained(host, tmp_path, *KNOWS_COLUMNS, "model.item.of=[kind, price]", data=data)
    before = scores(pipeline)
    after = scores(
        pipeline.add_items(
            pa.table(
                {
                    "id": ["a", "b", "c"],
                    "categories": [["Crime", "never heard of"], ["never heard of"], None],
                    "year": [1999.0, 10.0**6, None],
                }
            )
        )
    )
    assert {id_: after[id_] for id_ in before} == pytest.approx(before, rel=1e-5)
    assert "a" in after
    assert "b" in after
    assert "c" not in after


def test_new_items_may_stand_in_histories_and_more_may_follow(frozen: Pipeline) -> None:
    more = frozen.add_items(NEW).add_items(pa.table({"id": ["new3"], "title": ["Old harbour"]}))
    assert more.added == ["new1", "new2", "new3"]
    found = [one.id for one in more.recommend(history=["i03", "new1"], top=99)]
    assert "new3" in found
    assert not {"new1", "i03"} & set(found)
    with pytest.raises(InputError, match="'new1' and 1 more are in these data already"):
        more.add_items(NEW)


def test_two_pipelines_answer_at_once(frozen: Pipeline) -> None:
    more = frozen.add_items(NEW)
    expected = scores(frozen), scores(more)
    found: list[Any] = [None] * 8

    def ask(place: int) -> None:
        found[place] = scores(more if place % 2 else frozen)

    threads = [Thread(target=ask, args=(place,)) for place in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected[place % 2] for place in range(len(found))]


def as_csv(folder: Path) -> Path:
    path = folder / "new.csv"
    path.write_text('item_id,title,categories\nnew1,"Brave, new harbour",c1|c2\nnew2,,\n', encoding="utf-8")
    return path


def as_atomic(folder: Path) -> Path:
    path = folder / "new.item"
    text = "item_id:token\ttitle:token_seq\tcategories:token_seq\nnew1\tBrave, new harbour\tc1 c2\nnew2\t\t\n"
    path.write_text(text, encoding="utf-8")
    return path


def as_parquet(folder: Path) -> Path:
    path = folder / "new.parquet"
    columns = {"id": ["new1", "new2"], "title": ["Brave, new harbour", None], "genres": [["c1", "c2"], None]}
    pq.write_table(pa.table(columns), path)
    return path


class Frame:
    """What offers itself through the Arrow interface, as frames of pandas and polars do."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        columns = {"item": ["new1", "new2"], "title": ["Brave, new harbour", None], "genre": ["c1|c2", None]}
        return pa.table(columns).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("make", [as_csv, as_atomic, as_parquet, lambda _: Frame()])
def test_items_come_as_a_file_or_a_frame(mixed: Pipeline, tmp_path: Path, make: Callable[[Path], Any]) -> None:
    more = mixed.add_items(make(tmp_path))
    table = more.setting.bundle_at(0).tables["item"].slice(ITEMS)
    assert table.column("title").to_pylist() == ["Brave, new harbour", None]
    assert table.column("categories").to_pylist() == [["c1", "c2"], None]
    assert "new1" in scores(more)
    assert more.notes == []


@pytest.mark.fault("H: items to add: {id}")
@pytest.mark.parametrize(
    ("items", "said"),
    [
        pytest.param({"id": ["i05", "i06", "x"]}, "'i05' and 1 more are in these data already", id="known ids"),
        pytest.param({"id": ["x", "x"]}, "items 1 and 2 have one id, 'x'", id="one id twice"),
        pytest.param({"id": ["x", None]}, "item 2 has no id", id="missing id"),
        pytest.param({"id": [" "]}, "item 1 has no id", id="blank id"),
        pytest.param({"id": [0.5]}, "its ids are double; ids are text or whole numbers", id="ids that are none"),
        pytest.param({"id": pa.array([], pa.string())}, "no items in it", id="no items"),
        pytest.param({"title": ["x"]}, "no column of ids among 'title'; call one 'id'", id="no ids"),
        pytest.param({"id": ["x"], "titel": ["y"]}, "no column 'titel'; did you mean 'title'?", id="unknown column"),
        pytest.param({"id": ["x"], "title": ["y"], "name": ["y"]}, "two of its columns are 'title'", id="twin columns"),
        pytest.param({"id": ["x"], "title": [["y"]]}, "column 'title' is list<.*>, and the items", id="another type"),
    ],
)
def test_what_cannot_be_added_says_why(frozen: Pipeline, items: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        frozen.add_items(pa.table(items))


@pytest.mark.fault("H: items to add: {id}")
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("none.csv", None, "no such file of items to add", id="no file"),
        pytest.param("new.xlsx", "x", "read from .csv, .tsv, .item, .parquet", id="another format"),
        pytest.param("new.parquet", "x", "not a Parquet file that can be read", id="damaged Parquet"),
        pytest.param("new.csv", "id,title\nx\n", "row 2: 1 cells where the header has 2", id="broken row"),
        pytest.param("new.csv", "", "empty", id="empty file"),
    ],
)
def test_files_that_cannot_be_added_say_why(frozen: Pipeline, tmp_path: Path, name: str, text: Any, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        frozen.add_items(tmp_path / name)


@pytest.mark.fault("H: items to add: a model that knows ids only")
def test_a_model_that_reads_no_content_says_so(host, tmp_path) -> None:
    pipeline = trained(host, tmp_path, "model.item={use: sequence/item-id, width: 8}", "stages.0.strategy=pretrain")
    with pytest.raises(InputError, match="reads anything of an item but its id"):
        pipeline.add_items(NEW)


@pytest.mark.fault("H: items to add: a node that cannot take other data")
def test_a_node_that_cannot_meet_new_rows_is_named(host, tmp_path) -> None:
    pipeline = trained(host, tmp_path, "model.text=titled/unkept")
    with pytest.raises(InputError, match=r"node 'text': titled/unkept cannot take a item .* no `on`"):
        pipeline.add_items(NEW)


def test_numbers_among_more_items_are_not_those_of_the_run(frozen: Pipeline) -> None:
    more = frozen.add_items(NEW)
    old, new = frozen.evaluate(), more.evaluate()
    assert (old.rows, new.rows) == (ITEMS, ITEMS + 2)
    assert old.to_json()["data"] != new.to_json()["data"]


def test_the_command_line_adds_a_file(frozen: Pipeline, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("lmrs.cli.shell.Host", lambda **_: frozen.setting.host)
    words = ["recommend", str(frozen.setting.folder.path), "--history", "i03,i11", "--add", str(as_csv(tmp_path))]
    assert main([*words, "--among-added", "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert "new1" in said.out
    assert "Brave, new harbour" in said.out
    assert "i05" not in said.out
    assert said.err == ""
    assert main([*words, "--device", "cpu", "--top", "40", "--json"]) == 0
    found = capsys.readouterr().out
    assert "new1" in found
    assert "i05" in found


@pytest.mark.fault("I: conflicting options: --among-added without --add")
def test_among_what_was_added_asks_for_it(frozen: Pipeline, capsys) -> None:
    run_ = str(frozen.setting.folder.path)
    assert main(["recommend", run_, "--history", "i03", "--among-added"]) == 2
    assert main(["recommend", run_, "--history", "i03", "--add", "x.csv", "--among-added", "--among", "i05"]) == 2
    assert capsys.readouterr().err.count("--among-added asks for the items of --add FILE") == 2


def test_only_new_rows_are_computed_where_rows_are_kept(host, content, cache, tmp_path) -> None:
    run(HERE / "frozen.yaml", out=tmp_path / "run", host=host, device="cpu")
    pipeline = Pipeline.load(tmp_path / "run", host, "cpu")
    before = pipeline.answering.table("text").vectors
    content.Titles.encoded = 0
    table = pipeline.add_items(NEW).answering.table("text")
    assert content.Titles.encoded == 1
    assert torch.equal(table.vectors[:ITEMS], before)
    assert table.mask.tolist() == [True] * (ITEMS + 1) + [False]
    assert np.isfinite(table.vectors.numpy()).all()
