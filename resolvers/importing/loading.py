"""Finding a mapping: a file of the user's, or one that ships with us."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from resolvers.importing.mapping import Mapping

_SHIPPED: Final = Path(__file__).parent / "mappings"


class BadMapping(ValueError):
    """A mapping that cannot be used; the message names the key at fault."""


def shipped_mappings() -> list[str]:
    """The names of the mappings that ship with us."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def load_mapping(path_or_name: str) -> Mapping:
    """The mapping in a TOML file, or the shipped one of that name.

    Raises:
        BadMapping: there is no such mapping, or what it says makes no sense.
    """
    shipped = shipped_mappings()
    path = _SHIPPED / f"{path_or_name}.toml" if path_or_name in shipped else Path(path_or_name)
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        if isinstance(error, (tomllib.TOMLDecodeError, UnicodeDecodeError)):
            raise BadMapping(f"{path_or_name}: not TOML: {error}") from None
        raise BadMapping(
            f"{path_or_name}: no such file, and no mapping of ours, which are {', '.join(shipped)}"
        ) from None
    try:
        return Mapping.model_validate(written)
    except ValidationError as error:
        raise BadMapping(f"{path_or_name}: {_in_words(error)}") from None


def _in_words(error: ValidationError) -> str:
    found = []
    for detail in error.errors():
        key = ".".join(str(part) for part in detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                said = "is not a key of a mapping"
            case "missing":
                said = "is missing"
            case _:
                said = detail["msg"].removeprefix("Value error, ")
        found.append(f"'{key}': {said}" if key else said)
    return "; ".join(found)
