"""Components out of what a recipe says: cards looked up, keys told apart, options validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from lmrs.recipe.catalogue import Catalogue, Entry
from lmrs.recipe.problems import at, explained
from lmrs.recipe.resolved import ResolvedComponent, Wire
from lmrs.recipe.schema import Spec
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path, Tree
from lmrs.recipe.wiring import Wires, positional, wires_of
from lmrs_plugins.card import Card
from lmrs_plugins.errors import InputError, LmrsError, PluginError
from lmrs_plugins.options import Options

Parts = Mapping[str, ResolvedComponent | tuple[ResolvedComponent, ...]]


@dataclass(frozen=True)
class Given:
    """A value and the key path where the recipe says it."""

    value: Any
    path: Path


@dataclass(frozen=True)
class Said:
    """What a recipe says of one component, told apart by its card: wires by port, and options."""

    entry: Entry
    path: Path
    wires: Wires = field(default_factory=dict)
    options: Mapping[str, Given] = field(default_factory=dict)

    def over(self, other: Said) -> Said:
        """This, with what `other` says of the same component in its place."""
        return Said(self.entry, self.path, {**self.wires, **other.wires}, {**self.options, **other.options})


@dataclass
class Bench:
    """Where one recipe is put together.

    `notes` collects lines for the user; `aliases` says under which key a value of the resolved recipe was written where
    the keys differ (`of` for a port).
    """

    tree: Tree
    catalogue: Catalogue
    notes: list[str] = field(default_factory=list)
    aliases: dict[Path, Path] = field(default_factory=dict)

    def fail(self, path: Path, message: str) -> InputError:
        """An error at a key path, for raising."""
        return at(self.tree, path, message)

    def lookup(self, families: Iterable[str], use: str, path: Path) -> Entry:
        """The component of a name in one of several families."""
        found: list[Entry] = []
        errors: list[LmrsError] = []
        for family in families:
            try:
                found.append(self.catalogue.lookup(family, use))
            except (InputError, PluginError) as raised:
                errors.append(raised)
        if len(found) == 1:
            return found[0]
        if found:
            kinds = " and ".join(one.card.family for one in found)
            raise self.fail(path, f"{use!r} is a {kinds}; say which by another name, plugin/name")
        # A near miss of the second family says more than none of the first.
        error = max(errors, key=lambda one: "did you mean" in str(one))
        raise type(error)(str(self.fail((*path, "use"), str(error))))

    def say(self, entry: Entry, keys: Mapping[str, Given], path: Path, reserved: Iterable[str] = ()) -> Said:
        """Tell wires from options; an unknown key is refused."""
        card, model = entry.card, self.model(entry, path)
        options: dict[str, Given] = {}
        wires: dict[str, tuple[Wire, ...]] = {}
        known = {*card.takes, *card.uses, *_fields(model)}
        for key, given in keys.items():
            if key in card.takes:
                wires[key] = wires_of(key, card.takes[key], given.value, self._failing(given.path))
            elif key in card.uses or key in _fields(model):
                options[key] = given
            elif key != "of" or not card.takes:
                self._unknown(key, given, card, {*known, *reserved, *(("of",) if card.takes else ())})
        if "of" in keys and card.takes and "of" not in known:
            wires |= self._of(keys["of"], card, wires, path)
        return Said(entry, path, wires, options)

    def _of(self, given: Given, card: Card, wires: Wires, path: Path) -> Wires:
        """What `of` fills; where it was written for another component and does not fit, nothing."""
        try:
            filled = positional(card.takes, wires, given.value, self._failing(given.path))
        except InputError as error:
            if not self.tree.near(given.path).loose:
                raise
            self.notes.append(f"left out: {error}")
            return {}
        for port in filled:
            self.aliases[(*path, port)] = given.path
        return filled

    def _unknown(self, key: str, given: Given, card: Card, known: Iterable[str]) -> None:
        tree = self.tree.at(given.path)
        if tree is None or not tree.loose:
            raise self.fail(given.path, f"unknown key: {card.name} has no option or port {key!r}{meant(key, known)}")
        self.notes.append(f"{tree.mark}: {key!r} is left out: {card.name} has no such option or port")

    def _failing(self, path: Path) -> Any:
        return lambda message: self.fail(path, message)

    def options(self, said: Said) -> tuple[Options | None, Parts]:
        """Validated options, and the components among them."""
        card, model = said.entry.card, self.model(said.entry, said.path)
        parts: dict[str, ResolvedComponent | tuple[ResolvedComponent, ...]] = {}
        own = {key: given.value for key, given in said.options.items() if key in _fields(model)}
        options: Options | None = None
        if model is not None:
            placed = {key: given.path for key, given in said.options.items()}
            try:
                options = model.model_validate(own)
            except ValidationError as error:
                also = (*card.takes, *card.uses)
                raise explained(error, self.tree, model, said.path, placed, also) from None
            except Exception as error:
                cause = f"{type(error).__name__}: {' '.join(str(error).split())}"
                failed = f"the options of {said.entry.plugin}/{card.name} failed: {cause}"
                raise PluginError(str(self.fail(said.path, failed))) from error
        for name, family in card.uses.items():
            given = said.options.get(name) or Given(getattr(options, name, None), (*said.path, name))
            if isinstance(given.value, list):
                each = [self.part(family, one, (*given.path, number)) for number, one in enumerate(given.value)]
                parts[name] = tuple(each)
            elif given.value is not None:
                parts[name] = self.part(family, given.value, given.path)
        return options, parts

    def part(self, family: str, value: Any, path: Path) -> ResolvedComponent:
        """A component that stands in an option."""
        try:
            spec = Spec.model_validate(value)
        except ValidationError as error:
            raise explained(error, self.tree, Spec, path) from None
        return self.component((family,), spec, path)

    def component(self, families: Iterable[str], spec: Spec, path: Path) -> ResolvedComponent:
        """A component that reads no nodes."""
        entry = self.lookup(families, spec.use, path)
        said = self.say(entry, self.given(spec.keys, path), path)
        options, parts = self.options(said)
        return ResolvedComponent(entry=entry, options=options, parts=parts, path=path, where=self.tree.where(path))

    @staticmethod
    def given(keys: Mapping[str, Any], path: Path) -> dict[str, Given]:
        """Keys as they stand at a path."""
        return {key: Given(value, (*path, key)) for key, value in keys.items()}

    def model(self, entry: Entry, path: Path) -> type[Options] | None:
        """Its options model; None where it takes none."""
        try:
            return self.catalogue.options(entry)
        except LmrsError as error:
            raise type(error)(str(self.fail(path, str(error)))) from error


def _fields(model: type[Options] | None) -> set[str]:
    return set() if model is None else {field.alias or name for name, field in model.model_fields.items()}
