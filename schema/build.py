"""The practitioner's schema, built once."""

from functools import cache
from typing import Final

from strawberry.schema.config import StrawberryConfig

from execution.admission import Policy
from resolvers.scalars import SCALARS
from schema.client import Client
from schema.mutation import Mutation
from schema.names import Names
from schema.practice import Calendar, Practitioner, Service
from schema.problems import (
    ActionNotAllowedError,
    EmailTakenError,
    IdempotencyMismatchError,
    InvalidCredentialsError,
    InvalidInputError,
    NotFoundError,
    SlotTakenError,
    StaleVersionError,
    StatusNotAllowedError,
)
from schema.query import Query
from schema.served import ServedSchema
from schema.session import Session
from schema.subscription import Subscription

# Reached only through the interface UserError.
_PROBLEMS: Final = (
    ActionNotAllowedError,
    EmailTakenError,
    IdempotencyMismatchError,
    InvalidCredentialsError,
    InvalidInputError,
    NotFoundError,
    SlotTakenError,
    StaleVersionError,
    StatusNotAllowedError,
)


# Shared, so that who asks for no policy of their own gets one schema.
_DEFAULT_POLICY: Final = Policy()


@cache
def practitioner_schema(policy: Policy = _DEFAULT_POLICY) -> ServedSchema:
    """The schema at /graphql."""
    return ServedSchema(
        policy=policy,
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Practitioner, Client, Service, Calendar, Session, *_PROBLEMS],
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=Names()),
    )
