"""The main job: `lmrs demo`, with fewer epochs than it has for people."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lmrs.cli import demo
from lmrs.cli.main import main
from lmrs.host.host import Host

FULL = demo.chosen


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Two epochs of what trains."""

    def chosen(host):
        cards = FULL(host)
        return [replace(card, demo=(*card.demo, "stages.0.epochs=2")) if card.demo else card for card in cards]

    monkeypatch.setattr(demo, "chosen", chosen)
    for name in ("LMRS_PLUGINS", "LMRS_DISABLE_PLUGINS", "LMRS_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)


def test_the_recipes_of_the_demo():
    assert [card.name for card in FULL(Host())] == ["bert4rec", "popularity", "sasrec"]


def test_the_demo_compares_and_recommends_and_can_be_run_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    said = capsys.readouterr()
    head, *rows = said.out.splitlines()
    assert head.split() == ["metric", "bert4rec", "popularity", "sasrec"]
    assert [row.split()[0] for row in rows[:3]] == ["NDCG@5", "NDCG@10", "NDCG@20"]
    at = next(number for number, row in enumerate(rows) if row.startswith("rank"))
    recommended = [row.split() for row in rows[at + 1 : at + 11]]
    assert [row[0] for row in recommended] == [str(rank) for rank in range(1, 11)]
    assert all(len(row) > 4 for row in recommended), "each has a title"
    assert "bert4rec: stage train: epoch 2" in said.err
    page = (tmp_path / "runs" / "demo" / "bert4rec" / "report.html").read_text()
    assert all(name in page for name in ("bert4rec", "popularity", "sasrec"))
    example = next(row for row in rows if "now try: " in row).partition("now try: lmrs ")[2]
    assert main(example.split()) == 0, "what it says to try can be typed"
    capsys.readouterr()
    assert main(["demo", "--json"]) == 0, "a second demo replaces the first"
    again = json.loads(capsys.readouterr().out)
    assert again.keys() == {"runs", "report", "results", "example"}
    assert again["example"].keys() == {"user", "history", "wanted", "recommendations"}
    assert list(again["results"]) == ["bert4rec", "popularity", "sasrec"]
    first = f"{again['results']['bert4rec']['metrics']['NDCG@10']['value']:.4f}"
    assert first in rows[1], "the same seed gives the same numbers"


def test_without_recipes_there_is_no_demo(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--no-plugin", "sequence"]) == 2
    assert "lmrs plugins" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path, capsys):
    (tmp_path / "bert4rec").mkdir()
    (tmp_path / "bert4rec" / "thesis.txt").write_text("years of work")
    assert main(["demo", "--out", str(tmp_path)]) == 2
    assert "something else" in capsys.readouterr().err.splitlines()[-1]
    assert [one.name for one in tmp_path.rglob("*")] == ["bert4rec", "thesis.txt"]
