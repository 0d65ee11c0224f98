"""A drawing as SVG."""

from __future__ import annotations

from html import escape

from lmrs_graph.drawing.scene import HEIGHT, INK, LINE, PAPER, WIDTH, Scene


def svg(scene: Scene) -> bytes:
    """A file that any browser shows, with the notes where the mouse stands; everything in it is escaped."""
    title = escape(scene.title)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="12">',
        f'<title>{title}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
    ]
    for line in scene.lines:
        (x1, y1), (x2, y2) = line.start, line.end
        parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{LINE}" stroke-width="1.5">'
            f"<title>{escape(line.note)}</title></line>"
        )
    for dot in scene.dots:
        x, y = dot.at
        parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{dot.radius:g}" fill="{dot.colour}">'
            f"<title>{escape(dot.note)}</title></circle>"
        )
    for word in scene.words:
        x, y = word.at
        anchor = "middle" if word.middle else "start"
        fill = "#666666" if word.faint else INK
        # Paper around the letters keeps them legible over lines.
        around = f'paint-order="stroke" stroke="{PAPER}" stroke-width="3"'
        parts.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}" {around}>{escape(word.text)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""]).encode()
