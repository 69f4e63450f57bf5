"""How a type of the API is declared over the rows that resolvers return.

A Strawberry type here is a declaration only: no instance of one is ever made. Fields read the
row's attributes of the same name, or name a resolver.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import strawberry
from graphql import GraphQLResolveInfo

from execution.plans import ONLY_READS

Declared = TypeVar("Declared")

# Which row each type is declared over, for those who check that the two fit.
ROWS: Final[dict[type[Any], type[Any]]] = {}


def over(
    row: type[Any], *, description: str, name: str | None = None
) -> Callable[[type[Declared]], type[Declared]]:
    """Declare a type over `row`.

    `is_type_of` is what tells rows apart behind an interface; Strawberry's own would ask whether
    the row is an instance of the declaration.
    """

    def declare(cls: type[Declared]) -> type[Declared]:
        def is_type_of(_cls: type[Any], value: object, _info: GraphQLResolveInfo[Any]) -> bool:
            return isinstance(value, row)

        is_type_of.row = row  # type: ignore[attr-defined]  # plans ask for exactly this class
        cls.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]  # Strawberry's hook
        declared = strawberry.type(cls, name=name, description=description)
        ROWS[declared] = row
        return declared

    return declare


def resolved(resolver: Callable[..., Any], *, description: str, name: str | None = None) -> Any:
    """A field that `resolver` answers with rows.

    Typed as anything: a resolver's rows are not instances of the field's declared type.
    """
    return strawberry.field(resolver=resolver, description=description, name=name)


def reckoned(resolver: Callable[..., Any], *, description: str) -> Any:
    """A field that `resolver` finds out from the row and plain arguments alone, without waiting."""
    return strawberry.field(resolver=resolver, description=description, metadata={ONLY_READS: True})


def streamed(resolver: Callable[..., Any], *, description: str) -> Any:
    """A field of the subscription's root: `resolver` goes on to answer with rows."""
    return strawberry.subscription(resolver=resolver, description=description)


def read(description: str, *, attribute: str | None = None) -> Any:
    """A field that is an attribute of the row; `attribute` where Python needs another name."""
    return strawberry.field(description=description, name=attribute)
