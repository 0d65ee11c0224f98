"""A drawing as PNG, by Pillow, which is an extra."""

from __future__ import annotations

import io

from lmrs_graph.drawing.scene import HEIGHT, INK, LINE, PAPER, WIDTH, Scene
from lmrs_plugins import InputError

SCALE = 2
"""Pixels of the file for each of the drawing."""


def png(scene: Scene) -> bytes:
    """A file of twice the drawing's pixels.

    Raises
    ------
    InputError
        Pillow is not installed.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise InputError(
            "a drawing as PNG needs Pillow: pip install 'lmrs-graph[png]', or let --out end in .svg"
        ) from None
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(12 * SCALE)
    for line in scene.lines:
        draw.line([_scaled(line.start), _scaled(line.end)], fill=LINE, width=SCALE)
    for dot in scene.dots:
        draw.circle(_scaled(dot.at), dot.radius * SCALE, fill=dot.colour)
    for word in scene.words:
        fill, anchor = ("#666666" if word.faint else INK), ("ms" if word.middle else "ls")
        draw.text(_scaled(word.at), word.text, fill, font, anchor, stroke_width=SCALE, stroke_fill=PAPER)
    found = io.BytesIO()
    image.save(found, "PNG")
    return found.getvalue()


def _scaled(place: tuple[float, float]) -> tuple[float, float]:
    return place[0] * SCALE, place[1] * SCALE
