"""The model graph in the report of a run."""

from __future__ import annotations

import base64

from lmrs.host.host import Host
from lmrs.recipe.resolve import resolve
from lmrs.report.blocks import section
from lmrs.report.markup import Markup, tag
from lmrs.report.model_boxes import drawing
from lmrs.report.model_drawing import about, svg_of
from lmrs.report.reading import Run, short
from lmrs_plugins.errors import LmrsError


def model_graph(run: Run) -> Markup | None:
    """The graph as the last stage leaves it; a line where it cannot be drawn, as without a plugin of the recipe."""
    if not run.recipe:
        return None
    try:
        resolved = resolve(run.folder.path / "recipe.yaml", Host().registry)
    except LmrsError as error:
        said = short(str(error), run.folder.path)
        return section("Model graph", tag("p", f"It cannot be drawn: {said}.", class_="soft"), key="graph")
    drawn = drawing(resolved, len(resolved.stages) - 1)
    # As a picture its styles stay its own, and whatever slipped into it could do nothing.
    data = base64.b64encode(str(svg_of(drawn)).encode()).decode()
    image = tag("img", src=f"data:image/svg+xml;base64,{data}", alt=f"{drawn.title}. {about(drawn)}")
    shown = tag("div", image, class_="scroll", role="region", tabindex=0, aria_label="model graph")
    return section("Model graph", tag("p", drawn.title, class_="soft"), shown, key="graph")
