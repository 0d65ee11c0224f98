"""`lmrs data`."""

from __future__ import annotations


def test_problems_are_named_with_their_rows(lmrs, tmp_path):
    rows = [f"u{u},i{(u + k) % 6},{k}" for u in range(8) for k in range(5)]
    file = tmp_path / "events.csv"
    file.write_text("\n".join(["user,item,timestamp", *rows, "u1,i2,yesterday", "u2,i3,nan"]) + "\n")
    assert "row 42" in lmrs("data", "show", file).error
    said = lmrs("data", "show", file, "--set", "policy=quarantine")
    assert said.code == 0
    assert "problems: 2" in said.out
    assert "row 42" in said.out
    assert "row 43" in said.out
    assert "8 users, 6 items, 40 events" in said.out


def test_types_of_data_are_shown_with_their_shares(lmrs, tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    rows = [f"u{u}\ti{(u + k) % 6}\t{k}" for u in range(8) for k in range(5)]
    (folder / "tiny.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\n" + "\n".join(rows) + "\n")
    items = [f"i{item}\t{'a title' if item < 3 else ''}" for item in range(6)]
    (folder / "tiny.item").write_text("item_id:token\ttitle:token_seq\n" + "\n".join(items) + "\n")
    lines = lmrs("data", "show", folder).out.splitlines()
    shares = dict(line.split() for line in lines if line.startswith(("interaction.", "item.")))
    assert shares["interaction.timestamp"] == "100.0%"
    assert shares["item.title"] == "50.0%"


def test_columns_can_be_named(lmrs, tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("\n".join(["who,what,when", *(f"a{u},b{k},{k}" for u in range(4) for k in range(4))]))
    assert "data.columns.user" in lmrs("data", "show", file).error
    change = [word for role in ("user=who", "item=what", "timestamp=when") for word in ("--set", f"columns.{role}")]
    assert "4 users, 4 items, 16 events" in lmrs("data", "show", file, *change).out


def test_filters_are_told(lmrs):
    options = ("--set", "options={users: 60, items: 40}")
    said = lmrs("data", "show", "synthetic", *options, "--set", "max_users=10").out
    assert "10 users" in said.splitlines()[0]
    assert "before filtering: 60 users" in said


def test_made_files_are_named(lmrs, tmp_path):
    said = lmrs("data", "make", "synthetic", tmp_path / "small", "--set", "options={users: 60, items: 40}")
    assert said.code == 0
    assert "small.inter" in said.out
    assert (tmp_path / "small" / "small.inter").is_file()


def test_impressions_that_atomic_files_do_not_have_are_told(lmrs, tmp_path):
    options = ("--set", "options={users: 60, items: 40, impressions: 30}")
    said = lmrs("data", "make", "synthetic", tmp_path / "small", *options).out
    assert "30 impressions are left out" in said
    assert "left out" not in lmrs("data", "make", "synthetic", tmp_path / "shown", *options, "--as", "mind").out


def test_several_are_shown_as_domains_of_one(lmrs, tmp_path):
    files = []
    for name, users in (("books", 4), ("films", 6)):
        files.append(tmp_path / f"{name}.csv")
        rows = [f"u{u},i{k},{k}" for u in range(users) for k in range(5)]
        files[-1].write_text("\n".join(["user,item,timestamp", *rows]) + "\n")
    said = lmrs("data", "show", *files).out.splitlines()
    assert said[0] == "books + films: 10 users, 10 items, 50 events"
    assert said[1:3] == ["  domain books: 4 users, 5 items, 20 events", "  domain films: 6 users, 5 items, 30 events"]
    assert "name: NAME" in lmrs("data", "show", files[0], files[0]).error
