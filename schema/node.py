"""What has an id, and the smallest shared pieces."""

from decimal import Decimal
from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from resolvers import pages, rows
from resolvers.scalars import CurrencyCode
from schema.over import over, read

_TYPE_OF_ROW = {
    rows.PractitionerRow: "Practitioner",
    rows.ClientRow: "Client",
    rows.ServiceRow: "Service",
    rows.CalendarRow: "Calendar",
    rows.SessionRow: "Session",
}


@strawberry.interface(description="Anything that `node` finds by its id.")
class Node:
    """The Global Object Identification specification's interface."""

    id: strawberry.ID = read(
        "Opaque, and unique among all things of all kinds. It never changes; do not take it apart."
    )

    @classmethod
    def resolve_type(
        cls, value: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType
    ) -> str | None:
        """The type that is declared over the value's row."""
        return _TYPE_OF_ROW.get(type(value))


@over(rows.Money, description="An exact amount of money.")
class Money:
    """Never a float."""

    amount: Decimal = read("The amount, with as many digits after the point as its currency has.")
    currency: CurrencyCode = read("The currency.")


@over(pages.PageInfo, description="How to go on from a page.")
class PageInfo:
    """The Cursor Connections specification's type."""

    has_next_page: bool = read(
        "Whether more comes after this page. Going backwards: whether `before` was given."
    )
    has_previous_page: bool = read(
        "Whether more comes before this page. Going forwards: whether `after` was given."
    )
    start_cursor: str | None = read(
        "The cursor of the first row, for `before`; null when the page is empty."
    )
    end_cursor: str | None = read(
        "The cursor of the last row, for `after`; null when the page is empty."
    )
