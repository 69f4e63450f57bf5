"""The portal's schema, built once."""

from functools import cache
from typing import Final

from strawberry.schema.config import StrawberryConfig

from execution.admission import Policy
from resolvers.scalars import SCALARS
from schema.names import Names
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


# Shared, so that who asks for no policy of their own gets one schema.
_DEFAULT_POLICY: Final = Policy()


@cache
def portal_schema(policy: Policy = _DEFAULT_POLICY) -> ServedSchema:
    """The schema at /portal/graphql."""
    return ServedSchema(
        policy=policy,
        query=Query,
        mutation=Mutation,
        types=_PROBLEMS,
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=Names()),
    )
