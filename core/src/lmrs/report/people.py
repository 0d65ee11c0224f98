"""Examples on the page."""

from __future__ import annotations

from collections.abc import Sequence

from lmrs.report.blocks import count, section
from lmrs.report.examples import Example, Shown
from lmrs.report.markup import Markup, join, tag


def people(examples: Sequence[Example], why_none: str) -> Markup:
    """A card for each user; without any, why there is none."""
    if not examples:
        return section("Example recommendations", tag("p", why_none, class_="soft"), key="examples")
    intro = (
        "The end of a user's history, what came next (held out as test), and what the run recommends. "
        "A recommendation that did come next is marked."
    )
    cards = tag("div", *(_card(example) for example in examples), class_="people")
    return section("Example recommendations", tag("p", intro, class_="soft"), cards, key="examples")


def _card(example: Example) -> Markup:
    wanted = {one.id for one in example.wanted}
    before = f"History, {count(example.earlier)} earlier left out" if example.earlier else "History"
    answers = [
        tag("li", tag("span", _score(score), class_="score"), _item(one, hit=one.id in wanted))
        for one, score in example.answers
    ]
    return tag(
        "article",
        tag("h3", "User ", tag("bdi", example.user)),
        tag("h4", before),
        tag("ul", *(tag("li", _item(one)) for one in example.history)),
        tag("h4", "Came next") if example.wanted else None,
        tag("ul", *(tag("li", _item(one)) for one in example.wanted)) if example.wanted else None,
        tag("h4", "Recommended, with scores"),
        tag("ol", *answers) if answers else tag("p", "nothing", class_="soft"),
    )


def _score(score: float) -> str:
    return f"{score:.3f}" if abs(score) < 1000 else f"{score:.4g}"


def _item(one: Shown, hit: bool = False) -> Markup:
    # Isolated: a title from right to left must not turn what stands around it.
    name = tag("bdi", one.title or one.id, title=one.about or None)
    return join(
        tag("span", "✓ ", name, class_="hit") if hit else name,
        tag("span", " ", tag("bdi", one.id), class_="id") if one.title else None,
    )
