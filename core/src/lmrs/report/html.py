"""The report of a run: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from lmrs.report.curves import curves
from lmrs.report.details import details
from lmrs.report.examples import Example, of_folder
from lmrs.report.markup import Markup, join, tag
from lmrs.report.model_graph import model_graph
from lmrs.report.overview import head, overview
from lmrs.report.people import people
from lmrs.report.reading import Run, read, read_results, short
from lmrs.report.scores import scores
from lmrs.runs.atomic import write_file
from lmrs_plugins import InputError

# Should markup ever slip through, a browser that obeys this neither runs nor fetches anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def write_report(folder: Path, others: Sequence[Path] = (), examples: Sequence[Example] | int = 4) -> Path:
    """Write `report.html` into a run folder; the same folder gives the same bytes.

    What is missing or damaged in the folder is said in the report.

    Parameters
    ----------
    folder
        A run, finished or not.
    others
        Runs to set its results beside. One that cannot be read is named in the report.
    examples
        Recommendations to show: as made by `lmrs.report.examples`, or of how many users to make them, for which the
        finished run is loaded.

    Raises
    ------
    InputError
        There is no run in `folder`, or the report cannot be written.
    """
    run = read(Path(folder))
    beside = _beside(run, others)
    made, why = _examples(run, examples)
    path = run.folder.report
    write_file(path, _page(run, beside, made, why).encode())
    return path


def _beside(run: Run, others: Sequence[Path]) -> dict[str, Run]:
    """Other runs by their recipe, and by their folder too where recipes are the same."""
    found = []
    for path in others:
        try:
            found.append(read_results(path))
        except InputError as error:
            run.missing.append(f"Not shown beside this run: {error}.")
    names = Counter([run.name, *(other.name for other in found)])
    beside: dict[str, Run] = {}
    for other in found:
        name = other.name if names[other.name] == 1 else f"{other.name} ({other.folder.path.name})"
        while name in beside or name == run.name:
            name += "′"
        beside[name] = other
        if not other.results:
            run.missing.append(f"Not shown beside this run: {name}. {' '.join(other.missing)}")
    return beside


def _examples(run: Run, examples: Sequence[Example] | int) -> tuple[Sequence[Example], str]:
    if not isinstance(examples, int):
        return examples, "None were asked for."
    if examples < 1:
        return (), "None were asked for."
    if not run.folder.model.exists() or run.bundle is None:
        return (), "There are none before the run has finished."
    try:
        return of_folder(run.folder.path, examples), "There are none."
    except Exception as error:  # whatever a plugin raises here must not cost the rest of the report
        said = f"{error}" if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        return (), f"None could be made: {short(said, run.folder.path)}."


def _page(run: Run, beside: dict[str, Run], examples: Sequence[Example], why: str) -> str:
    title = run.name if run.bundle is None else f"{run.name} on {run.bundle.name}"
    style = resources.files("lmrs.report").joinpath("page.css").read_text(encoding="utf-8")
    meta = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title}: report of a run"),
        tag("link", rel="icon", href="data:,"),
        tag("style", Markup(style)),
    )
    sections: list[Markup | None] = [
        scores(run, beside),
        curves(run),
        people(examples, why),
        overview(run),
        model_graph(run),
        details(run),
    ]
    foot = tag("footer", "Written by lmrs. Every number above rests on what lies in the run folder.")
    body = tag("body", head(run), tag("main", *sections), foot)
    return f"<!doctype html>\n{tag('html', tag('head', meta), body, lang='en')}\n"
