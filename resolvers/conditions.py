"""The WHERE of every query: the tenant first, and values only ever as numbered parameters."""

from collections.abc import Sequence
from typing import Self

from models.database import Connection
from resolvers.principal import Tenant


class Conditions:
    """What rows must fulfil. There is no other way to begin one than with its tenant."""

    def __init__(self, principal: Tenant, connection: Connection, table: str) -> None:
        self._connection = connection
        self._texts: list[str] = []
        self.parameters: list[object] = []
        self.practitioner_id = principal.practitioner_id
        self.add(f"{table}.practitioner_id = {{}}", self.practitioner_id)

    def bind(self, value: object) -> str:
        """The placeholder under which `value` reaches the database."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def add(self, text: str, *values: object) -> None:
        """Require `text`, in which each `{}` stands for one of `values`."""
        self._texts.append(self.part(text, *values))

    def part(self, text: str, *values: object) -> str:
        """`text` with its values bound, to be required by a part of the query only."""
        return text.format(*map(self.bind, values))

    def among(self, column: str, values: Sequence[str]) -> None:
        """Require that `column` is one of `values`; the SQL is the same for any number of them."""
        placeholder = self.bind(self._connection.list_parameter(values))
        self._texts.append(self._connection.any_of(column, placeholder))

    def either(self, *others: str) -> None:
        """Require one of several conditions, each made with `bind` or `one_of`."""
        self._texts.append(f"({' OR '.join(others)})")

    def one_of(self, column: str, values: Sequence[str]) -> str:
        """The text of what `among` requires, as a part for `either`."""
        return self._connection.any_of(column, self.bind(self._connection.list_parameter(values)))

    @property
    def sql(self) -> str:
        """All of it, for after WHERE."""
        return " AND ".join(self._texts) or "TRUE"

    def copy(self) -> Self:
        """The same conditions, to be added to apart."""
        twin = object.__new__(type(self))  # what it is to begin with, it has from here
        twin._connection = self._connection
        twin.practitioner_id = self.practitioner_id
        twin._texts = [*self._texts]
        twin.parameters = [*self.parameters]
        return twin

    def outside(self) -> Self:
        """Conditions on a query around this one: its parameters, and nothing required yet."""
        twin = self.copy()
        twin._texts = []
        return twin
