"""The types by which components are wired: ports of nodes, views, and what an objective pulls.

Everything here is plain data, so that a recipe is checked, and drawn, before torch is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Port:
    """What flows over a wire: `form` of `subject`.

    Parameters
    ----------
    subject
        What a row stands for: `item`, `user`, `event`, `history`, `text`, `entity`, `dialogue`, or one of a plugin's
        own. `user*item` is the product of two: its rows are pairs, it has no whole table, and what is scored by it can
        only re-rank candidates. `$S` is a variable: equal names on one card must meet equal subjects.
    form
        `vectors` (..., d), `states` (B, L, d), `logits`, `tokens`, `prefix`, or a form of a plugin's own. A port that
        is taken may name several, `vectors|states`.
    many
        Takes one or more nodes (a fusion); the module receives a list.
    optional
        May be left open; the module then receives `None`.
    lazy
        The module receives a function `encode(index=None)` instead of an encoding, and pays only for the rows that it
        asks for (a cache of earlier vectors). `index` selects among the rows that the node would have been given.
    at
        Name of the field that holds this port's rows, where a view has several fields of one subject.
    """

    subject: str
    form: str
    many: bool = False
    optional: bool = False
    lazy: bool = False
    at: str = ""

    def __str__(self) -> str:
        return f"{self.form} of {self.subject}"


@dataclass(frozen=True, slots=True)
class ViewType:
    """What a transform promises of one view that it makes.

    `rows` maps a field to the subject whose rows it holds; `values` names the other fields. `{option}` in a field and
    its subject stands for the option's value, or for each of its values. `when` is an option, or `option=value`, of the
    component without which the view is not made.
    """

    rows: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    when: str = ""

    def of(self, settings: Mapping[str, object]) -> ViewType:
        """The same under these options."""
        rows = {
            made: subject
            for name, of in self.rows.items()
            for made, subject in zip(expand([name], settings), expand([of], settings), strict=True)
        }
        return ViewType(rows, self.values, self.when)


@dataclass(frozen=True, slots=True)
class Pull:
    """One thing that an objective or scorer reads: the node on `port`, looked at through `view`.

    `view` is the name of a view of the draw that the component stands on; the empty name means the whole table of
    the node's subject. `when` is as in `ViewType`. `anew` are subjects of which the step puts other rows into a view
    that it makes after this one (what a generator sampled): nodes of them under the port are then gathered whole.
    """

    port: str
    view: str = ""
    when: str = ""
    anew: tuple[str, ...] = ()


def expand(texts: Iterable[str], settings: Mapping[str, object]) -> tuple[str, ...]:
    """Texts of a card with `{option}` replaced by the option's value, or one text for each of its values."""
    found: list[str] = []
    for text in texts:
        made = [text]
        for name, value in settings.items():
            if "{" + name + "}" in text:
                values = value if isinstance(value, list) else [] if value is None else [value]
                made = [one.replace("{" + name + "}", str(each)) for one in made for each in values]
        found += made
    return tuple(dict.fromkeys(found))


def holds(when: str, options: Mapping[str, object]) -> bool:
    """Whether a condition of a card (`option` or `option=value`) holds under these options."""
    name, _, value = when.partition("=")
    return not when or (str(options.get(name)) == value if value else bool(options.get(name)))
