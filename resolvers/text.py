"""Text that people type into searches."""

from typing import Final

from models.folding import fold
from resolvers.errors import BadInput

LONGEST_SEARCH: Final = 200


def searched(argument: str, text: object) -> str:
    """Search text, folded as the columns it is compared with; empty when there is none.

    Raises:
        BadInput: too long, or with a NUL character, which PostgreSQL cannot hold.
    """
    if not isinstance(text, str):
        return ""
    if len(text) > LONGEST_SEARCH:
        raise BadInput(argument, f"is longer than {LONGEST_SEARCH} characters.")
    if "\0" in text:
        raise BadInput(argument, "contains a NUL character.")
    return fold(text.strip())


def like_pattern(wanted: str) -> str:
    """A LIKE pattern (escape character `\\`) for any text that contains `wanted` literally."""
    for special in ("\\", "%", "_"):
        wanted = wanted.replace(special, f"\\{special}")
    return f"%{wanted}%"
