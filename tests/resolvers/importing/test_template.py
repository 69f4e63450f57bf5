"""Templates: text of a row's cells, and text around them."""

import pytest

from resolvers.importing.template import columns_of, compiled
from resolvers.importing.values import BadValue

POSITIONS = {"First": 0, "Last": 1, "Patient: Id?": 2}


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("{First}", ["Ada", "", ""], "Ada"),
        ("{First}", [" Ada\n", "", ""], " Ada\n"),
        ("{First} {Last}", ["Ada", "Lovelace", ""], "Ada Lovelace"),
        ("{First} {Last}", ["Ada", "", ""], "Ada "),
        ("{First} {Last}", [" ", "", ""], ""),
        ("Patient {Patient: Id?}", ["", "", "7"], "Patient 7"),
        ("Patient {Patient: Id?}", ["", "", ""], ""),
        ("{Last}, {First}!", ["Ada", "Lovelace", ""], "Lovelace, Ada!"),
        ("Consultation", ["Ada", "", ""], "Consultation"),
        ("", ["Ada", "", ""], ""),
    ],
)
def test_a_template_is_filled_from_the_cells(template: str, cells: list[str], text: str) -> None:
    assert compiled("client_name", template, POSITIONS, {}).read(cells) == text


def test_a_field_is_called_by_its_columns_or_by_its_own_name() -> None:
    labels = [
        compiled("client_name", template, POSITIONS, {}).label
        for template in ("{First}", "{Last}, {First} {Last}", "Somebody")
    ]

    assert labels == ["First", "Last, First", "client_name"]
    assert columns_of("{Last}, {First}") == ["Last", "First"]


def test_only_what_is_meant_of_a_cell_is_taken() -> None:
    source = compiled("id", "Patient {First}", POSITIONS, {"First": r"(.+?)(?:\.0)?"})

    assert source.read(["29872499824296.0", "", ""]) == "Patient 29872499824296"
    assert source.read(["93779.52927", "", ""]) == "Patient 93779.52927"
    assert source.read([" ", "", ""]) == ""


@pytest.mark.parametrize("pattern", [r"(\d+)", r"(\d+)|x"])
def test_a_cell_in_another_form_is_refused(pattern: str) -> None:
    source = compiled("id", "{First}", POSITIONS, {"First": pattern})

    with pytest.raises(BadValue, match="not in the form that the mapping expects"):
        source.read(["x", "", ""])
