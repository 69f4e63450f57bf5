"""The practitioner's schema, built once."""

from functools import cache
from typing import Final

from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from resolvers.scalars import SCALARS
from schema.client import Client
from schema.mutation import Mutation
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


@cache
def practitioner_schema() -> ServedSchema:
    """The schema at /graphql."""
    return ServedSchema(
        query=Query,
        mutation=Mutation,
        types=[Practitioner, Client, Service, Calendar, Session, *_PROBLEMS],
        config=StrawberryConfig(scalar_map=SCALARS),
        # Without them a third of a page's time goes into parsing and validating the same again.
        extensions=[ParserCache, ValidationCache],
    )
