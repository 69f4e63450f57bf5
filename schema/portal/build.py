"""The portal's schema, built once."""

from functools import cache
from typing import Final

from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from resolvers.scalars import SCALARS
from schema.portal.mutation import Mutation
from schema.portal.problems import StaleVersionError, StatusNotAllowedError
from schema.portal.query import Query
from schema.problems import InvalidInputError, NotFoundError
from schema.served import ServedSchema

# Reached only through the interface UserError; the ones that can happen to a client.
_PROBLEMS: Final = (
    InvalidInputError,
    NotFoundError,
    StaleVersionError,
    StatusNotAllowedError,
)


@cache
def portal_schema() -> ServedSchema:
    """The schema at /portal/graphql."""
    return ServedSchema(
        query=Query,
        mutation=Mutation,
        types=_PROBLEMS,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[ParserCache, ValidationCache],
    )
