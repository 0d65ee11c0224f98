"""Checks that every component has in common, and those of recipes: what the card says is there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from lmrs_plugins.recipe import RecipeCard
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.surroundings import attribute


def check(case: Case) -> None:
    """The card is sound, what it names exists, and its options can be made and are described."""
    card = case.card
    with case.check("card"):
        case.require(not card.problem(), card.problem())
        for path in filter(None, (card.load, card.options)):
            try:
                attribute(path)
            except (ImportError, AttributeError) as error:
                case.require(
                    False, f"its card names {path!r}, which cannot be loaded ({error}): mend the path, or the module"
                )
    with case.check("options"):
        plain = case.plain
        if case.options is not None:
            model = type(case.options)
            case.require(
                model.model_config.get("extra") == "forbid", "its options allow unknown keys: leave extra='forbid'"
            )
            for name, field in model.model_fields.items():
                case.require(
                    field.description, f"its option {name!r} has no description: Field(description=…) is its page"
                )
            model.model_json_schema()
        conditions = [pull.when for pull in card.pulls] + [view.when for view in card.emits.values()]
        for name in filter(None, (when.partition("=")[0] for when in conditions)):
            case.require(
                name in plain, f"its card says `when` {name!r}, which is no option: it has {', '.join(plain) or 'none'}"
            )
        for name in card.uses:
            case.require(
                name in plain,
                f"its card `uses` the option {name!r}, which is none: it has {', '.join(plain) or 'none'}",
            )
    with case.check("needs"):
        for need in case.needs():
            case.require(
                case.bundle.training().has(need),
                f"it needs {need}, which {case.bundle.name} data lack: pass check_plugin(…, bundle=…) with it; they "
                f"have "
                f"{', '.join(case.bundle.contents())}",
            )


def recipe_problems(plugin: str, card: RecipeCard) -> list[str]:
    """What is wrong with a recipe that the plugin offers: its file, and its name in the file."""
    where = f"{plugin}: recipe {card.name!r}"
    spec = find_spec(card.package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        return [f"{where}: there is no package {card.package!r}: name the one that holds {card.path}"]
    files = [path for path in (Path(folder) / card.path for folder in folders) if path.is_file()]
    if not files:
        return [f"{where}: {card.package} has no file {card.path!r}: add it, and see that the wheel includes it"]
    said = re.search(r"^name:\s*['\"]?([^'\"\s#]+)", files[0].read_text(encoding="utf-8"), re.MULTILINE)
    if said is None or said[1] != card.name:
        return [f"{where}: {card.path} says name {said[1] if said else '(none)'!r}: card and file have to agree"]
    return []
