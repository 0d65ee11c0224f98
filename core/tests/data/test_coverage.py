"""Which share of users and items has which type of data."""

from __future__ import annotations

import pytest

from lmrs.data.describe import describe


@pytest.fixture
def folder(tmp_path):
    """Four items: two with a title, one with a picture, two linked to entities of which one has an edge."""
    files = {
        "s.inter": "user_id:token\titem_id:token\ttimestamp:float\n"
        + "".join(
            f"{user}\t{item}\t{time}\n" for time, (user, item) in enumerate(zip("aaabbbccd", "xyzxyzxyw", strict=True))
        ),
        "s.item": "item_id:token\ttitle:token_seq\tclass:token_seq\nx\tOne\tWar\ny\tTwo\t\nz\t\tWar Comedy\n",
        "s.kg": "head_id:token\trelation_id:token\ttail_id:token\nm\tby\tp\n",
        "s.link": "item_id:token\tentity_id:token\nx\tm\ny\tlost\n",
        "s.net": "source_id:token\ttarget_id:token\na\tb\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "x.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_every_type_of_data_has_its_share(folder, loaded):
    found = describe(loaded(folder))["coverage"]
    assert found["item"] == {
        "title": 0.5,
        "categories": 0.5,
        "image": 0.25,
        "graph.knowledge": 0.25,
        "training": 0.75,  # x of a and b, y of c, w of d; the last two of three events are held out
        "nothing": 0.25,
    }
    assert found["user"] == {"graph.social": 0.5, "training": 1.0, "nothing": 0.5}


def test_who_has_no_data_has_nothing_but_an_id(tmp_path, loaded):
    file = tmp_path / "s.csv"
    file.write_text("user,item\n" + "".join(f"a,{item}\n" for item in "xyz"), encoding="utf-8")
    found = describe(loaded(file))["coverage"]
    assert found["item"] == {"training": pytest.approx(1 / 3), "nothing": 1.0}
