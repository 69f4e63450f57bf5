"""The column types that Tortoise lacks: ids as text, and instants as text in UTC."""

from datetime import UTC, datetime
from typing import Any

from tortoise.fields import CharField, Field

from models.identifiers import Kind, new_id
from models.instants import from_text, to_text


def own_id(kind: Kind) -> Any:
    """The id of a row, made when the row is made."""
    return CharField(max_length=30, primary_key=True, default=lambda: new_id(kind))


def id_of(**options: Any) -> Any:
    """The id of another row; `null=True` where there may be none."""
    return CharField(max_length=30, **options)


class InstantField(Field[datetime], datetime):
    """An aware instant, normalised to UTC on every way into the database.

    Tortoise's own DatetimeField keeps whatever offset a value came with on SQLite, where text
    order then differs from time order (1.1.9: `save()` after assignment, `update()`, `filter()`).
    """

    SQL_TYPE = "TEXT"

    class _db_postgres:  # noqa: N801 - the name that Tortoise looks up
        SQL_TYPE = "TIMESTAMPTZ"

    def to_db_value(self, value: Any, instance: Any) -> str | None:
        """The text both engines are given; PostgreSQL's codec accepts it as it is.

        Raises:
            ValueError: a datetime without an offset.
        """
        if isinstance(value, datetime):
            return to_text(value)
        return None if value is None else str(value)

    def to_python_value(self, value: Any) -> datetime | None:
        """What the database returned, as an aware datetime."""
        if isinstance(value, str):
            value = from_text(value)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{self.model_field_name} needs an offset")
        return value.astimezone(UTC) if isinstance(value, datetime) else None
