"""A bundle on disk, exactly: Arrow files for tables, JSON for the rest, and its fingerprint to know it by.

Arrow files are read as they lie there, memory-mapped: a column that nobody looks at costs nothing, and one that is
larger than memory can be worked on. Only ids are made Python strings. Each column of the interactions is a file of its
own, so that numbers stand in one stretch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data.safe_folder import whole_folder
from lmrs_plugins.bundle import Bundle, Graph, Windows
from lmrs_plugins.errors import InputError
from lmrs_plugins.vocabulary import Vocabulary

FORM = 2
"""Version of the layout."""
_ABOUT = "bundle.json"


def save(bundle: Bundle, folder: Path) -> None:
    """Write the bundle into a new folder, which is there whole or not at all."""
    about: dict[str, Any] = {
        "form": FORM,
        "name": bundle.name,
        "fingerprint": bundle.fingerprint,
        "vocabularies": {subject: list(vocabulary.blocks) for subject, vocabulary in bundle.vocabularies.items()},
        "tables": list(bundle.tables),
        "graphs": {
            name: {"ends": [graph.head_subject, graph.tail_subject], "relations": list(graph.relations)}
            for name, graph in bundle.graphs.items()
        },
        "links": list(bundle.links),
        "images": list(bundle.images),
        "events": bundle.interactions.column_names,
        "split": bundle.part is not None,
        "windows": bundle.windows is not None,
    }
    events = bundle.interactions
    tables = {f"event.{place}": events.select([place]) for place in range(events.num_columns)}
    if bundle.part is not None:
        tables["part"] = pa.table({"part": bundle.part})
    if bundle.windows is not None:
        tables["windows"] = pa.table({"number": bundle.windows.number, "asked": bundle.windows.asked})
    for subject, vocabulary in bundle.vocabularies.items():
        tables[f"ids.{subject}"] = pa.table({"id": pa.array(vocabulary.ids, pa.string())})
    tables |= {f"table.{subject}": table for subject, table in bundle.tables.items()}
    for name, graph in bundle.graphs.items():
        tables[f"graph.{name}"] = pa.table({"head": graph.head, "relation": graph.relation, "tail": graph.tail})
    tables |= {f"link.{subject}": pa.table({"entity": rows}) for subject, rows in bundle.links.items()}
    tables |= {f"image.{subject}": pa.table({"image": images}) for subject, images in bundle.images.items()}
    with whole_folder(folder) as draft:
        for name, table in tables.items():
            _path(draft, name).parent.mkdir(exist_ok=True)
            _write(table, _path(draft, name))
        (draft / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def load(folder: Path) -> Bundle:
    """The bundle of a folder.

    Raises
    ------
    InputError
        It is not there, of another version, damaged, or not what was saved.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about["form"] != FORM:
            raise InputError(
                f"{folder}: a bundle of form {about['form']}, and this version reads {FORM}; load the data again"
            )
        bundle = _bundle(folder, about)
        sound = bundle.fingerprint == about["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        line = str(error).split("\n")[0][:200]
        raise InputError(f"{folder}: not a whole bundle ({line}); load the data again") from None
    if not sound:
        raise InputError(f"{folder}: not the bundle that was saved here: its fingerprint differs; load the data again")
    return bundle


def _bundle(folder: Path, about: dict[str, Any]) -> Bundle:
    def table(name: str) -> pa.Table:
        return pa.ipc.open_file(pa.memory_map(str(_path(folder, name)))).read_all()

    def rows(name: str, column: str) -> npt.NDArray[np.int64]:
        return np.asarray(table(name).column(column).to_numpy())

    columns = [table(f"event.{place}") for place in range(len(about["events"]))]
    graphs = {}
    for name, fact in about["graphs"].items():
        edges = table(f"graph.{name}")
        head, relation, tail = (np.asarray(edges.column(side).to_numpy()) for side in ("head", "relation", "tail"))
        graphs[name] = Graph(fact["ends"][0], fact["ends"][1], head, tail, relation, tuple(fact["relations"]))
    return Bundle(
        name=about["name"],
        vocabularies={
            subject: Vocabulary(subject, table(f"ids.{subject}").column("id").to_pylist(), tuple(blocks))
            for subject, blocks in about["vocabularies"].items()
        },
        interactions=pa.table([events.column(0) for events in columns], names=about["events"]),
        tables={subject: table(f"table.{subject}") for subject in about["tables"]},
        graphs=graphs,
        links={subject: rows(f"link.{subject}", "entity") for subject in about["links"]},
        images={subject: table(f"image.{subject}").column("image").combine_chunks() for subject in about["images"]},
        part=np.asarray(table("part").column("part").to_numpy()) if about["split"] else None,
        windows=_windows(table("windows")) if about["windows"] else None,
    )


def _windows(table: pa.Table) -> Windows:
    return Windows(*(np.asarray(table.column(name).to_numpy()) for name in ("number", "asked")))


def _write(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _path(folder: Path, name: str) -> Path:
    return folder / "tables" / f"{name}.arrow"
