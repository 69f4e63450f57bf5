"""Types are declared over rows; every field they read is there."""

from typing import Any, Final, get_type_hints

import pytest
from strawberry.types import get_object_definition

from schema.build import practitioner_schema
from schema.over import ROWS
from schema.portal.build import portal_schema

practitioner_schema()
portal_schema()


# Tests declare types of their own, over rows that may lack anything.
DECLARED: Final = [one for one in ROWS if one.__module__.startswith("schema.")]


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_plain_field_is_an_attribute_of_its_row(declared: type[Any]) -> None:
    row = ROWS[declared]
    there = {*dir(row), *get_type_hints(row)}
    definition = get_object_definition(declared, strict=True)

    plain = [field.python_name for field in definition.fields if field.base_resolver is None]

    assert [name for name in plain if name not in there] == []
