"""Rows of the menagerie: sound ones, and what may be found in place of a value."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from graphql import GraphQLError
from graphql.pyutils import Undefined

from tests.execution.odd_rows import BeastRow, LooseRow, Made, Mood, PlaceRow, PlantRow, Size


class Text(str):
    """A text that is more than one."""

    __slots__ = ()


class Number(int):
    """A number that is more than one."""


class Later:
    """Something to be waited for; more than once, if need be."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Later({self.value!r})"

    def __await__(self) -> Generator[Any, None, Any]:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value
        yield


class LaterText(str):
    """A text that could be waited for."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Any]:
        return "calm"
        yield


class Items(list[Any]):
    """A list that is more than one."""


class Beyond(BeastRow):
    """A row that is more than one."""


class Stream:
    """A list whose items come one after the other."""

    def __init__(self, *items: Any) -> None:
        self.items = items

    def __aiter__(self) -> Any:
        return self._all()

    async def _all(self) -> Any:
        for one in self.items:
            yield one


class Told(Exception):
    """A failure that has what a row has."""

    name = "told"


def raising(error: Exception) -> Callable[[], Any]:
    """What fails when it is read."""

    def fail() -> Any:
        raise error

    return fail


def place(**given: Any) -> PlaceRow:
    """A sound place."""
    return PlaceRow(**{"id": "p1", "name": "The moor", "area": 2.5, **given})


def plant(**given: Any) -> PlantRow:
    """A sound plant."""
    return PlantRow(**{"id": "f1", "name": "Fern", "height": 0.5, "place": place(), **given})


def beast(**given: Any) -> BeastRow:
    """A sound beast."""
    return BeastRow(
        **{
            "id": "b1",
            "name": "Grendel",
            "tag": None,
            "nick": "Gren",
            "legs": 2,
            "age": None,
            "weight": 120.5,
            "height": None,
            "tame": False,
            "fed": None,
            "born": "2026-05-14T12:00:00Z",
            "seen": None,
            "worth": Decimal("49.90"),
            "price": "12",
            "extra": {"a": [1, None]},
            "spots": 3,
            "mood": "calm",
            "was": Mood.WILD,
            "size": Size.SMALL,
            "home": place(),
            "place": None,
            "parent": None,
            "young": [],
            "past": [place(id="p2"), None],
            "names": ["a", "b"],
            "marks": [1, None],
            "moods": ["calm", Mood.WILD],
            "grid": [[place()], []],
            "table": [[1, None], None],
            "friend": plant(),
            "prey": None,
            "loose": LooseRow(name="loose", args=1),
            "secret": "SECRET",
            "shouted": "quietly",
            **given,
        }
    )


POISONS: Final[tuple[Any, ...]] = (
    None,
    Undefined,
    "",
    "wild",
    "unknown",
    "WILD",
    Text("calm"),
    LaterText("wild"),
    Mood.CALM,
    Size.LARGE,
    Size.SMALL,
    Mood,
    0,
    -7,
    True,
    Number(3),
    2**31,
    -(2**31) - 1,
    2**70,
    1.0,
    1.5,
    -0.0,
    float("nan"),
    float("inf"),
    Decimal("1.10"),
    datetime(2026, 5, 14, tzinfo=UTC),
    b"bytes",
    {"id": "d", "name": "dict"},
    [],
    (),
    [None],
    ["a"],
    ("a", "b"),
    Items(["a"]),
    {"a"},
    [[1], [None, "x"]],
    [place(), None],
    [place(), ValueError("among items")],
    Items([place()]),
    (place(), place()),
    [Later(place()), place()],
    [Later(ValueError("awaited item"))],
    object,
    ValueError("a value"),
    Told("a value that has a name"),
    GraphQLError("of graphql-core", extensions={"code": "ODD"}),
    KeyError("key"),
    StopIteration("over"),
    Made(raising(ValueError("raised"))),
    Made(raising(AttributeError("raised"))),
    Made(raising(GraphQLError("raised", extensions={"code": "ODD"}))),
    Made(lambda: iter([place()])),
    Made(lambda: (one for one in ("a", "b"))),
    Made(lambda: range(3)),
    Stream("a", place()),
    Stream(),
    Later(None),
    Later("calm"),
    Later(7),
    Later(ValueError("awaited")),
    Later([place()]),
    Later(place()),
    place(),
    place(name=ValueError("inside")),
    plant(),
    LooseRow(name="?"),
    Beyond(id="b9", name="Beyond"),
    beast(id="b2", young=[beast(id="b3")], parent=beast(id="b4")),
    [beast(id="b5", legs=None), beast(id="b6")],
)
"""What nobody should return."""


def poisoned(random: Random, row: Any) -> Any:
    """The same row, with an attribute or two that are not as they should be, or gone."""
    names = [name for name in vars(row) if name != "reads"]
    for name in random.sample(names, random.choice((1, 1, 2, 4))):
        if random.random() < 0.08:
            del vars(row)[name]
        else:
            vars(row)[name] = random.choice(POISONS)
    return row


def any_row(random: Random) -> Any:
    """A row; one in three is sound."""
    kind = random.random()
    if kind < 0.04:
        return random.choice(POISONS)
    if kind < 0.15:
        return poisoned(random, plant())
    made = beast(
        young=[any_beast(random) for _ in range(random.choice((0, 0, 0, 1)))],
        parent=any_beast(random) if random.random() < 0.2 else None,
        place=place() if random.random() < 0.5 else None,
        home=place() if random.random() < 0.8 else poisoned(random, place()),
    )
    return made if random.random() < 0.4 else poisoned(random, made)


def any_beast(random: Random) -> Any:
    """A beast that may be poisoned."""
    return beast() if random.random() < 0.6 else poisoned(random, beast())


def any_rows(random: Random) -> Any:
    """A list, or something in place of one."""
    if random.random() < 0.03:
        return random.choice(POISONS)
    found = [any_row(random) for _ in range(random.choice((0, 1, 1, 2, 3, 5)))]
    kind = random.random()
    if kind < 0.05:
        return tuple(found)
    return Items(found) if kind < 0.1 else found
