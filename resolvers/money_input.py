"""Money as it is sent to us."""

from decimal import Decimal

import strawberry

from resolvers.scalars import CurrencyCode


@strawberry.input(description="An exact amount of money.")
class MoneyInput:
    """Checked by resolvers/checks.py."""

    amount: Decimal = strawberry.field(
        description="The amount, with at most as many digits after the point as its currency has."
    )
    currency: CurrencyCode = strawberry.field(description="The currency.")
