"""How names of Python become names of the API."""

from functools import lru_cache

from strawberry.schema.name_converter import NameConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.utils.str_converters import to_camel_case

_camel_case = lru_cache(maxsize=1024)(to_camel_case)


class Names(NameConverter):
    """Strawberry's own names; those of arguments, which it makes anew for each call, once."""

    def from_argument(self, argument: StrawberryArgument) -> str:
        """The name of an argument."""
        return argument.graphql_name or _camel_case(argument.python_name)
