"""Rows that may hold anything at all, and the values of enums among it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any


@dataclass(frozen=True)
class Made:
    """A value that is made anew whenever it is read, as a generator has to be; it may raise."""

    make: Callable[[], Any]


class Row:
    """A row with the attributes that it is given, and no others."""

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)
        self.__dict__["reads"] = []

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if not name.startswith("_") and name != "reads":
            self.reads.append(name)
        return value.make() if isinstance(value, Made) else value

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class BeastRow(Row):
    """What a beast is declared over."""


class PlaceRow(Row):
    """What a place is declared over."""


class PlantRow(Row):
    """What a plant is declared over."""


class LooseRow(Row):
    """What nothing is declared over."""


class Mood(StrEnum):
    """An enum whose members are texts."""

    CALM = "calm"
    WILD = "wild"


class Size(Enum):
    """An enum whose members are none, of which not all are kept as texts."""

    SMALL = 1
    LARGE = "large"
