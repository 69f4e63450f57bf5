"""A flat list is answered as the list of rows that it stands for."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.execution.beasts import POISONS, Beyond, beast, place
from tests.execution.compared import COMPILED, VISITS, everything_of, same, these
from tests.execution.odd_rows import BeastRow, Made, PlaceRow
from tests.execution.selections import VARIABLES, Selecting

COLUMNS: Final[dict[str, Any]] = {
    "id": "b1",
    "name": "Grendel",
    "nick": None,
    "legs": 2,
    "weight": 1.5,
    "tame": True,
    "born": "2026-05-14T12:00:00Z",
    "price": "12",
    "spots": 3,
    "mood": "calm",
    "was": None,
    "names": ["a"],
    "past": [place(), None],
    "home.id": "p1",
    "home.name": "The moor",
    "home.area": None,
    "place": "p2",
    "place.id": "p2",
    "place.name": None,
    "place.area": 2.5,
}
"""A sound row."""
SELECTED: Final = (
    "{ few { __typename id n: name legs weight tame born price spots mood was names nick "
    "past { id name } other: past { area } home { id name area } h: home { name } "
    "place { id __typename } p: place { name area } again: mood i: id } }"
)


class FlatList:
    """Flat rows, and the rows that they are."""

    def __init__(
        self, columns: tuple[str, ...], tuples: list[Any], row: type[Any] = BeastRow
    ) -> None:
        self.columns = columns
        self.tuples = tuples
        self.constants: dict[str, Any] = {}
        self.row = row

    def __iter__(self) -> Iterator[Any]:
        return (self._row(one) for one in self.tuples)

    def _row(self, values: Any) -> Any:
        if not isinstance(values, tuple):
            return values
        own: dict[str, Any] = {}
        below: dict[str, dict[str, Any]] = {}
        for column, value in zip(self.columns, values, strict=False):
            owner, dot, name = column.partition(".")
            if dot:
                below.setdefault(owner, {})[name] = value
            else:
                own[owner] = value
        for owner, values_of_it in below.items():
            if owner not in own or own[owner] is not None:
                own[owner] = PlaceRow(**values_of_it)
        return self.row(**own)


def flat(*changes: dict[str, Any], columns: tuple[str, ...] = tuple(COLUMNS)) -> FlatList:
    """A row for each of these changes to the sound one."""
    rows = [{**COLUMNS, **one} for one in changes]
    return FlatList(columns, [tuple(one[name] for name in columns) for one in rows])


async def same_as_rows(document: str, found: FlatList, **variables: Any) -> Any:
    """What a flat list is answered with, which is what its rows are answered with."""
    result = await same(document, lambda: found, variables, times=2)
    rows = await same(document, lambda: list(found), variables, times=1)
    assert everything_of(result) == everything_of(rows)
    return result.data


async def test_a_flat_list_is_completed_without_rows() -> None:
    VISITS.clear()

    data = await same_as_rows(SELECTED, flat({}, {"place": None}, {"name": "Other"}))

    assert VISITS == {"plan": 3}
    first, second, _ = data["few"]
    assert first["place"] == {"id": "p2", "__typename": "Place"}
    assert second["place"] is None
    assert first["past"] == [{"id": "p1", "name": "The moor"}, None]
    assert first["other"] == [{"area": 2.5}, None]


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_cell_is_whatever_the_stock_executor_makes_of_it(column: str) -> None:
    cells = [one for one in POISONS if not isinstance(one, Made)]

    await same_as_rows(SELECTED, flat({}, *({column: one} for one in cells)))
    for one in cells:
        await same(SELECTED, these(flat({column: one})), times=1)


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_column_that_is_missing_is_missed_by_who_selects_it(column: str) -> None:
    kept = tuple(one for one in COLUMNS if one != column)

    await same_as_rows(SELECTED, flat({}, {}, columns=kept))
    await same_as_rows("{ few { id } }", flat({}, {}, columns=kept))


async def test_columns_come_in_any_order() -> None:
    random = Random(7)
    for _ in range(40):
        columns = tuple(random.sample(list(COLUMNS), len(COLUMNS)))
        found = flat({}, {"place": None, "name": "Other"}, columns=columns)
        await same(SELECTED, these(found), times=1)


@pytest.mark.parametrize("row", [Beyond, PlaceRow, lambda **_: None])
async def test_rows_of_another_kind_are_not_taken_for_these(row: Any) -> None:
    right = flat({}, {})
    wrong = FlatList(right.columns, right.tuples, row)

    for found in (right, wrong, right, wrong):
        await same(SELECTED, these(found))


ODD: Final = [
    FlatList(("id", "id"), [("a", "b")]),
    FlatList(("id",), [("a",), None]),
    FlatList(("id",), [("a",), ("b", "more")]),
    FlatList(("id",), [("a",), ()]),
    FlatList((), [(), ()]),
    FlatList(["id"], [("a",)]),  # type: ignore[arg-type]  # that is the point
    FlatList(("id", "home"), [("a", None), ("b", place())]),
    FlatList(("id", "home", "home.id"), [("a", None, "p1"), ("b", "p1", "p1")]),
    FlatList(("id",), []),
]


@pytest.mark.parametrize("found", ODD)
@pytest.mark.parametrize("selected", ["id", "__typename", "home { id }", "id past { id }"])
async def test_what_is_hardly_a_flat_list_is_a_list_of_rows(found: FlatList, selected: str) -> None:
    await same_as_rows(f"{{ few {{ {selected} }} }}", found)


async def test_a_list_within_a_flat_list_may_be_flat() -> None:
    inner = flat({}, {"place": None})
    rows = FlatList(("id", "young"), [("a", inner), ("b", [beast()]), ("c", flat({"id": None}))])

    await same_as_rows("{ few { id young { id home { id } place { id } } } }", rows)


def test_any_selection_of_a_flat_list_is_answered_as_of_its_rows(runner: asyncio.Runner) -> None:
    VISITS.clear()
    defined = ", ".join(f"${name}: {of}" for name, of in VARIABLES.items())
    sound = {"id", "name", "home.id", "home.name", "place", "place.id", "place.name"}

    @settings(max_examples=300, phases=[Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**64 - 1))
    def compare(seed: int) -> None:
        random = Random(seed)
        selecting = Selecting(COMPILED._schema, random, deepest=2)
        selected = selecting.selection_set(COMPILED._schema.type_map["Beast"], 1)
        document = f"query({defined}) {{ few {{ id }} few {selected} }}"
        document = "\n".join([document, *selecting.fragments.values()])
        names = [one for one in COLUMNS if one in sound or random.random() < 0.9]
        columns = tuple(random.sample(names, len(names)))
        cells = [one for one in POISONS if not isinstance(one, Made)]
        changes: list[dict[str, Any]] = [
            {random.choice(names): random.choice(cells)} if random.random() < 0.3 else {}
            for _ in range(random.choice((0, 1, 2, 4)))
        ]
        found = flat(*changes, columns=columns)
        runner.run(same(document, lambda: found, selecting.variables(), times=2))

    compare()

    assert min(VISITS.values()) > 50
    assert len(VISITS) == 3
