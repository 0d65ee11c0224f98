"""One component under check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.card import Card
from lmrs_plugins.env import Env
from lmrs_plugins.options import Options
from lmrs_plugins.ports import Port, ViewType, expand, holds
from lmrs_plugins.testing.exemptions import Exemptions
from lmrs_plugins.testing.surroundings import artifacts, attribute, seeded


@dataclass
class Case:
    """A card, the data and options that its component is checked with, and what the author of the plugin said of it.

    Parameters
    ----------
    plugin
        The plugin's module, for messages.
    card
        The component's.
    bundle
        The data, split into parts.
    settings
        Options by component name, for this component and its siblings.
    inputs
        Given instead of generated inputs, by component name.
    parts
        Components that stand in options (`uses` on the card), by component name and option.
    siblings
        All cards of the plugin: an objective is checked on the views of a transform beside it.
    """

    plugin: str
    card: Card
    bundle: Bundle
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    siblings: Sequence[Card] = ()
    exempt: Exemptions = field(default_factory=Exemptions)
    passed: list[str] = field(default_factory=list)
    _current: str = ""

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """A named check: what is raised inside fails the component, unless the author exempts it."""
        before, self._current = self._current, name
        try:
            yield
        except Exception as error:
            if not self.exempt.excuses(self.card, name):
                raise AssertionError(self._line(error)) from error
        else:
            self.passed.append(name)
        finally:
            self._current = before

    def require(self, holds: object, expected: str) -> None:
        """Raise unless it holds; `expected` says what was expected, and what to do."""
        if not holds:
            raise ConformanceError(expected)

    def fail(self, error: Exception) -> AssertionError:
        """An error of the component outside any named check, as a failure in one line."""
        return AssertionError(self._line(error))

    def _line(self, error: Exception) -> str:
        if (
            isinstance(error, AssertionError)
            and not isinstance(error, ConformanceError)
            and _is_line(error, self.plugin)
        ):
            return str(error)
        where = f"{self.plugin}: {self.card.family} {self.card.name!r}" + (f" ({self._current})" * bool(self._current))
        said = " ".join(str(error).split())
        return (
            f"{where}: {said}"
            if isinstance(error, ConformanceError)
            else f"{where}: {type(error).__name__}: {said}{_at(error)}"
        )

    def given(self) -> Any:
        """The inputs that the author gave for this component; None where they are to be generated."""
        return self.inputs.get(f"{self.card.family}/{self.card.name}", self.inputs.get(self.card.name))

    def load(self) -> Any:
        """The component's class."""
        return attribute(self.card.load)

    @cached_property
    def options(self) -> Options | None:
        """Its options: defaults, with what the author gave."""
        given = dict(self.settings.get(f"{self.card.family}/{self.card.name}", self.settings.get(self.card.name, {})))
        if not self.card.options:
            self.require(not given, f"options are given, and its card names no model: drop {sorted(given)}, or add it")
            return None
        model = attribute(self.card.options)
        known = isinstance(model, type) and issubclass(model, Options)
        self.require(known, f"{self.card.options} is no subclass of lmrs_plugins.Options: make it one")
        try:
            options: Options = model(**given)
        except ValueError as error:
            said = "; ".join(str(error).splitlines()[1:3])
            raise ConformanceError(
                f"its options cannot be made: {said}: give defaults, or pass options={{{self.card.name!r}: {{…}}}}"
            ) from error
        return options

    @cached_property
    def plain(self) -> dict[str, Any]:
        """Its options as plain data, for the conditions of cards."""
        return {} if self.options is None else self.options.model_dump(mode="json")

    @cached_property
    def takes(self) -> dict[str, Port]:
        """The card's ports; a variable that is called like an option with a text is that option's value."""
        known = {f"${name}": text for name, text in self.plain.items() if isinstance(text, str)}
        ports = self.card.takes.items()
        return {name: replace(port, subject=known.get(port.subject, port.subject)) for name, port in ports}

    @property
    def columns(self) -> tuple[str, ...]:
        """The card's columns under these options."""
        return expand(self.card.columns, self.plain)

    def emits(self) -> dict[str, ViewType]:
        """The views that the card promises under these options."""
        return {name: kind.of(self.plain) for name, kind in self.card.emits.items() if holds(kind.when, self.plain)}

    def needs(self) -> list[str]:
        """What the card needs of the data, with `{option}` filled in."""
        return [need for need in expand(self.card.needs, self.plain) if not need.endswith(".")]

    def env(self, bundle: Bundle | None = None, **more: Any) -> Env:
        """What the host would tell it: training events only."""
        data = (self.bundle if bundle is None else bundle).training()
        parts = self.parts.get(self.card.name, {})
        return Env(bundle=data, parts=parts, _artifact=artifacts(self.card, data), **more)

    def build(self, env: Env, seed: int = 0) -> Any:
        """The component, seeded as the host does."""
        with seeded(seed):
            return self.call(self.load(), env)

    def call(self, component: Callable[..., Any], *arguments: Any) -> Any:
        """Call a constructor or `bind`; options come last where the card names a model."""
        return component(*arguments) if self.options is None else component(*arguments, self.options)

    def sibling(self, card: Card) -> Case:
        """Another component of the plugin, on the same data; its own exemptions are not asked."""
        return replace(self, card=card, exempt=Exemptions(), passed=[], _current="")


class ConformanceError(AssertionError):
    """Something that was expected does not hold."""


def _is_line(error: AssertionError, plugin: str) -> bool:
    return str(error).startswith(f"{plugin}: ")


def _at(error: BaseException) -> str:
    """Where an error arose: the last file and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
