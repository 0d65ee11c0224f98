"""Columns as one text or several, and what is missing."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pydantic import ValidationError

from lmrs_plugins.fields import as_text, texts_of
from lmrs_text.options import OfTexts

COLUMNS = {
    "title": pa.array(["Heat", None, "  ", "Up"]),
    "plot": pa.array(["A heist.", "A dog", "", None]),
    "kinds": pa.array([["crime", "drama"], [], None, ["animation", None, ""]]),
    "year": pa.array([1995.0, float("nan"), None, 2009.5]),
}
FIELDS = list(COLUMNS)


def read(items_of, **options) -> list[tuple[str, ...]]:
    said = OfTexts(**options)
    return texts_of(items_of(pa.table(COLUMNS)), said, apart=said.segments)


@pytest.mark.fault("F: texts: a field is missing, empty, blank or NaN")
def test_fields_stand_one_after_the_other_and_what_is_missing_is_passed_over(items_of) -> None:
    found = read(items_of, fields=FIELDS)
    assert found == [("Heat A heist. crime, drama 1995",), ("A dog",), (), ("Up animation 2009.5",)]


def test_segments_stay_apart(items_of) -> None:
    found = read(items_of, fields=["title", "kinds"], segments=True)
    assert found == [("Heat", "crime, drama"), (), (), ("Up", "animation")]


@pytest.mark.fault("F: texts: a template whose field is missing leaves nothing behind")
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{title}. {plot}", ["Heat. A heist.", "A dog", "", "Up."]),
        ("Title: {title}. Plot: {plot}!", ["Title: Heat. Plot: A heist.!", "Plot: A dog!", "", "Title: Up."]),
        ("{plot} ({year})", ["A heist. (1995)", "A dog", "", "(2009.5)"]),
    ],
)
def test_a_template_makes_one_text(items_of, template, expected) -> None:
    found = read(items_of, fields=FIELDS, template=template)
    assert [one[0] if one else "" for one in found] == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fields": ["title"], "template": "{plot}"}, "names 'plot', none of the fields: title"),
        ({"fields": ["title"], "template": "a title"}, "names no field"),
        ({"fields": ["title"], "template": "{title}", "segments": True}, "say one of the two"),
        ({"fields": []}, "at least 1"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(options, said) -> None:
    with pytest.raises(ValidationError, match=said):
        OfTexts(**options)


@pytest.mark.fault("F: texts: bytes that are no UTF-8, and half a surrogate pair")
def test_what_is_no_text_is_read_with_a_sign_in_its_place(items_of) -> None:
    items = pa.table({"title": pa.array([b"caf\xc3\xa9", b"caf\xff"], pa.binary())})
    assert texts_of(items_of(items), OfTexts()) == [("café",), ("caf\ufffd",)]
    assert as_text("\ud83d broken") == "? broken"
