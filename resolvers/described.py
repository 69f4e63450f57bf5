"""Descriptions for enums, whose members stay plain strings."""

from enum import StrEnum
from typing import TypeVar

import strawberry

Words = TypeVar("Words", bound=StrEnum)


def described(words: type[Words], description: str, **values: str) -> type[Words]:
    """Make `words` an enum of the API, with a description for it and for each of its values.

    `strawberry.enum_value` would do the same, but not in a StrEnum, whose values must be strings.

    Raises:
        KeyError: a value without a description.
    """
    strawberry.enum(words, description=description)
    for value in words.__strawberry_definition__.values:  # type: ignore[attr-defined]  # just set
        value.description = values[value.name]
    return words
