"""A schema with every kind of output type, declared over rows that may hold anything at all.

It knows no product. What its fields return is whatever a row was given, so that a test can put in
what no resolver should ever return.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, NewType, TypeAlias, Union

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.relay import GlobalID
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from schema.over import over, read, reckoned, resolved
from tests.execution.odd_rows import BeastRow, Mood, PlaceRow, PlantRow, Size

Count = NewType("Count", int)


class Deny(BasePermission):
    """Nobody may."""

    message = "denied"

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:
        """Nobody."""
        return False


class Shout(FieldExtension):
    """Changes what a field returns."""

    def resolve(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        """Say it louder."""
        found = next_(source, info, **given)
        return found.upper() if isinstance(found, str) else found


strawberry.enum(Mood)
strawberry.enum(Size)


def greet(root: Any, length: int = 3, word: str | None = None, loud: bool = False) -> str | None:  # noqa: FBT001, FBT002, RUF100
    """A greeting, from the row and plain arguments alone."""
    if length is None:
        return "never reached: the argument is not null"
    name = root.name
    if length < 0:
        raise ValueError("too short")
    return f"{word} {name[:length]}{'!' if loud else ''}"


def echo(root: Any, value: JSON | None = None) -> str | None:
    """What a free-form argument came to."""
    return None if value is None else repr(value)


def backwards(times: int = 1, root: Any = None) -> str:
    """A resolver that takes the row as its last argument."""
    return f"{times} {getattr(root, 'name', root)}"


def lonely(times: int = 1) -> str:
    """A resolver that does not take the row at all."""
    return f"alone {times}"


def told(root: Any, number: strawberry.Maybe[int]) -> str:
    """A resolver that is told whether its argument was given."""
    return repr(number)


def pointed(root: Any, at: GlobalID | None = None) -> str:
    """A resolver whose argument is made of what was sent."""
    return repr(at)


def shy(root: Any, info: Info) -> str:
    """A resolver that also takes what it is said not to take."""
    return f"{root.name} {info.field_name}"


def resolved_name(root: Any) -> Any:
    """A resolver that says nothing of itself."""
    return root.name


async def slow_name(root: Any) -> Any:
    """A resolver that waits."""
    return root.name


@strawberry.interface
class Named:
    """What has a name."""

    id: strawberry.ID = read("Its id.")
    name: str = read("Its name.")

    @classmethod
    def resolve_type(
        cls, value: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType
    ) -> str | None:
        """By the row's class."""
        kinds = {BeastRow: "Beast", PlantRow: "Plant"}
        return next((name for row, name in kinds.items() if isinstance(value, row)), None)


@over(PlaceRow, description="A place.")
class Place:
    """A small object."""

    id: strawberry.ID = read("Its id.")
    name: str | None = read("Its name.")
    area: float | None = read("How large it is.")


@strawberry.type
class Loose:
    """Declared over nothing: its values may be anything."""

    name: str | None
    args: JSON | None


@over(PlantRow, description="A plant.")
class Plant(Named):
    """Another one that has a name."""

    height: float | None = read("How tall it is.")
    place: Place | None = read("Where it grows.")


LazyBeast: TypeAlias = Annotated["Beast", strawberry.lazy(__name__)]
Living: TypeAlias = Annotated[Union[LazyBeast, Plant], strawberry.union("Living")]  # noqa: UP007


@over(BeastRow, description="A beast.")
class Beast(Named):
    """Has a field of each kind."""

    tag: strawberry.ID | None = read("-")
    nick: str | None = read("-")
    legs: int = read("-")
    age: int | None = read("-")
    weight: float = read("-")
    height: float | None = read("-")
    tame: bool = read("-")
    fed: bool | None = read("-")
    born: datetime = read("-")
    seen: datetime | None = read("-")
    worth: Decimal = read("-")
    price: Decimal | None = read("-")
    extra: JSON | None = read("-")
    spots: Count | None = read("-")
    mood: Mood = read("-")
    was: Mood | None = read("-")
    size: Size | None = read("-")
    home: Place = read("-")
    place: Place | None = read("-")
    parent: LazyBeast | None = read("-")
    young: list[LazyBeast] = read("-")
    past: list[Place | None] | None = read("-")
    names: list[str] = read("-")
    marks: list[int | None] | None = read("-")
    moods: list[Mood] | None = read("-")
    grid: list[list[Place]] = read("-")
    table: list[list[int | None] | None] | None = read("-")
    friend: Named | None = read("-")
    prey: Living | None = read("-")
    loose: Loose | None = read("-")
    greeting: str | None = reckoned(greet, description="-")
    echoed: str | None = reckoned(echo, description="-")
    turned: str | None = reckoned(backwards, description="-")
    alone: str | None = reckoned(lonely, description="-")
    told: str | None = reckoned(told, description="-")
    pointed: str | None = reckoned(pointed, description="-")
    informed: str | None = reckoned(shy, description="-")
    answered: str | None = resolved(resolved_name, description="-")
    slow: str | None = resolved(slow_name, description="-")
    secret: str | None = strawberry.field(permission_classes=[Deny])
    shouted: str | None = strawberry.field(extensions=[Shout()])


def rows(info: Info) -> Any:
    """Whatever the test has put there."""
    return info.context()


async def later(info: Info) -> Any:
    """The same, after a wait."""
    return info.context()


def twice(info: Info) -> Any:
    """The same in a list, and once more."""
    return [info.context(), info.context()]


def first(info: Info) -> Any:
    """The first of them."""
    found = info.context()
    return next(iter(found), None) if isinstance(found, list) else found


@strawberry.type
class Query:
    """Everything in every kind of list."""

    beasts: list[Beast] = resolved(rows, description="-")
    few: list[Beast | None] | None = resolved(later, description="-")
    named: list[Named | None] | None = resolved(rows, description="-")
    living: list[Living | None] | None = resolved(rows, description="-")
    herds: list[list[Beast | None] | None] | None = resolved(twice, description="-")
    beast: Beast | None = resolved(first, description="-")
    whole: Beast = resolved(first, description="-")


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else value.isoformat()


_text.keeps_text = True  # type: ignore[attr-defined]  # said of a serializer, as in resolvers/scalars.py


def _count(value: Any) -> Any:
    """Fails for what is no number; has nothing to say of 0."""
    return value + 0 or None


@strawberry.type
class Subscription:
    """What is told."""

    @strawberry.subscription
    async def told(self, info: Info) -> AsyncIterator[list[Beast | None]]:
        """The rows, twice."""
        for _ in range(2):
            yield info.context()


CONFIG: Final = StrawberryConfig(
    scalar_map={
        datetime: strawberry.scalar(name="DateTime", serialize=_text),
        Decimal: strawberry.scalar(name="Decimal", serialize=str),
        Count: strawberry.scalar(name="Count", serialize=_count),
    }
)
