"""JSON Schema of a recipe, for editors: with names and options of what is installed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lmrs.recipe import schema
from lmrs.recipe.catalogue import Catalogue, Entry, full_name
from lmrs_plugins.errors import LmrsError

_SPECS: tuple[type[schema.Spec], ...] = (
    schema.TaskSpec,
    schema.StrategySpec,
    schema.SamplerSpec,
    schema.DrawSpec,
    schema.MakerSpec,
    schema.MetricSpec,
    schema.NodeSpec,
    schema.AddEdit,
    schema.ObjectiveSpec,
    schema.AnswerSpec,
)


def json_schema(catalogue: Catalogue, entries: Iterable[Entry] = ()) -> dict[str, Any]:
    """The schema, of draft 2020-12. A component whose options cannot be imported is named without them."""
    found = schema.Recipe.model_json_schema()
    defs = found.setdefault("$defs", {})
    # A repeat of several stages is written out before a recipe is validated: only editors meet it.
    repeat = schema.Repeat.model_json_schema()
    defs.update({name: defs.get(name, one) for name, one in repeat["$defs"].items()})
    found["properties"]["stages"]["items"] = {"anyOf": [{"$ref": "#/$defs/Stage"}, {"$ref": "#/$defs/Repeat"}]}
    known = sorted(entries, key=full_name)
    for spec in _SPECS:
        if spec.__name__ in defs:
            own = [entry for entry in known if entry.card.family in spec.families]
            defs[spec.__name__] = _component(defs[spec.__name__], own, catalogue, defs, spec is not schema.AddEdit)
    found["properties"]["extends"] = {"type": "string", "description": "a recipe by name, or a file beside this one"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _component(
    base: dict[str, Any], entries: list[Entry], catalogue: Catalogue, defs: dict[str, Any], short: bool
) -> dict[str, Any]:
    """A component: its name alone, or a mapping whose keys depend on the name."""
    short_names = [entry.card.name for entry in entries]
    names = {full_name(entry): [full_name(entry)] for entry in entries}
    for entry in entries:
        if short_names.count(entry.card.name) == 1:
            names[full_name(entry)].append(entry.card.name)
    rules = []
    for entry in entries:
        then = {"properties": {**_options(entry, catalogue, defs), **_wires(entry)}, "description": entry.card.summary}
        rules.append({"if": {"properties": {"use": {"enum": names[full_name(entry)]}}}, "then": then})
    whole = {**base, **({"allOf": rules} if rules else {})}
    use = {"type": "string", "examples": [name for own in names.values() for name in own]}
    return {"anyOf": [use, whole]} if short else whole


def _options(entry: Entry, catalogue: Catalogue, defs: dict[str, Any]) -> dict[str, Any]:
    try:
        model = catalogue.options(entry)
    except LmrsError:
        return {}
    if model is None:
        return {}
    name = full_name(entry).replace("/", ".")
    own = model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    defs.update({f"{name}.{key}": value for key, value in own.pop("$defs", {}).items()})
    properties: dict[str, Any] = own.get("properties", {})
    return properties


def _wires(entry: Entry) -> dict[str, Any]:
    ports = {}
    for name, port in {**entry.card.takes, **({"of": None} if entry.card.takes else {})}.items():
        lists = {"type": "array", "items": {"type": "string"}}
        many = port is None or port.many
        ports[name] = {
            "anyOf": [{"type": "string"}, *([lists] if many else []), {"type": "null"}],
            "description": str(port) if port is not None else "nodes for the ports, in their order",
        }
    return ports
