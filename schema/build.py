"""The practitioner's schema, built once."""

import logging
from functools import cache
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from resolvers.errors import Refused
from resolvers.scalars import SCALARS
from schema.client import Client
from schema.mutation import Mutation
from schema.practice import Calendar, Practitioner, Service
from schema.problems import (
    ActionNotAllowedError,
    IdempotencyMismatchError,
    InvalidInputError,
    NotFoundError,
    SlotTakenError,
    StaleVersionError,
    StatusNotAllowedError,
)
from schema.query import Query
from schema.session import Session

logger = logging.getLogger("session_history.graphql")


def is_for_the_caller(error: GraphQLError) -> bool:
    """Whether an error is the caller's to read: a refusal, or a document that does not fit."""
    original = error.original_error
    return original is None or isinstance(original, Refused | GraphQLError)


# Reached only through the interface UserError.
_PROBLEMS: Final = (
    ActionNotAllowedError,
    IdempotencyMismatchError,
    InvalidInputError,
    NotFoundError,
    SlotTakenError,
    StaleVersionError,
    StatusNotAllowedError,
)


class PractitionerSchema(strawberry.Schema):
    """Logs what is a bug, and only that: Strawberry logs every mistake of a caller's at ERROR."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        for error in errors:
            if not is_for_the_caller(error):
                logger.error("a resolver failed", exc_info=error.original_error)


@cache
def practitioner_schema() -> PractitionerSchema:
    """The schema at /graphql."""
    return PractitionerSchema(
        query=Query,
        mutation=Mutation,
        types=[Practitioner, Client, Service, Calendar, Session, *_PROBLEMS],
        config=StrawberryConfig(scalar_map=SCALARS),
        # Without them a third of a page's time goes into parsing and validating the same again.
        extensions=[ParserCache, ValidationCache],
    )
