"""What a mapping file says: which text of a row is what, and how it is written.

A mapping is TOML. Wherever a field is filled from the file, the name of a column stands in braces:
`"{Email}"` is one cell, `"{First Name} {Last Name}"` are two, `"{Day} 08:00"` is a cell with a text
after it, and `"Consultation"` is the same for every row. A field whose columns are all empty is
empty. `mappings/plain.toml` shows every key, with a comment for each.
"""

import re
import warnings
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.enums import SessionStatus
from models.money import CURRENCIES
from resolvers.importing.template import columns_of, parse_template
from resolvers.importing.values import name_from, price_from, time_zone_from

_A_MOMENT: Final = datetime(2026, 5, 14, 13, 45)  # noqa: DTZ001 - a wall clock, to try formats on

Status = Annotated[SessionStatus, Field(strict=False)]


class Ambiguous(StrEnum):
    """What a local time means that the clock showed twice, as it was put back."""

    FIRST = "first"
    SECOND = "second"
    REFUSE = "refuse"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Fields(_Part):
    """Where each field of a session, and of what belongs to it, stands in a row."""

    id: str
    client_id: str | None = None
    client_name: str | None = None
    client_email: str | None = None
    client_phone: str | None = None
    client_time_zone: str | None = None
    service: str | None = None
    calendar: str | None = None
    starts_at: str
    ends_at: str | None = None
    duration_minutes: str | None = None
    status: str | None = None
    price: str | None = None
    currency: str | None = None
    customer_notes: str | None = None
    private_notes: str | None = None
    cancelled_at: str | None = None
    cancellation_reason: str | None = None
    booked_at: str | None = None

    @field_validator("*")
    @classmethod
    def _braces_match(cls, template: str | None) -> str | None:
        if template is not None:
            parse_template(template)
        return template

    @field_validator("id")
    @classmethod
    def _differs_by_row(cls, template: str) -> str:
        if not columns_of(template):
            raise ValueError("must name a column, as '{id}': it tells rows apart")
        return template

    @model_validator(mode="after")
    def _somebody_came(self) -> Self:
        if self.client_name is None and self.client_email is None:
            raise ValueError("'client_name' or 'client_email' is needed")
        return self


class Formats(_Part):
    """How instants are written, as strptime has it; tried in turn. None is ISO 8601."""

    starts_at: list[str] = []
    ends_at: list[str] = []
    booked_at: list[str] = []
    cancelled_at: list[str] = []

    @field_validator("*")
    @classmethod
    def _gives_a_day(cls, formats: list[str]) -> list[str]:
        for form in formats:
            if "%Z" in form:
                raise ValueError(f"'{form}': %Z tells no offset; use %z, or 'time_zone'")
            try:
                with warnings.catch_warnings():
                    # From 3.13 on Python warns of a day without a year, which is refused below.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    read = datetime.strptime(_A_MOMENT.strftime(form), form)  # noqa: DTZ007
            except (ValueError, re.error):
                raise ValueError(f"'{form}' is no format that strptime knows") from None
            if read.date() != _A_MOMENT.date():
                raise ValueError(f"'{form}' must give the year, the month and the day")
        return formats


class Defaults(_Part):
    """What stands in for an empty field."""

    service: str | None = None
    calendar: str | None = None
    duration_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    price: str | None = None
    currency: str | None = None

    @field_validator("service", "calendar")
    @classmethod
    def _is_a_name(cls, name: str | None) -> str | None:
        return None if name is None else name_from(name)

    @field_validator("price")
    @classmethod
    def _is_an_amount(cls, price: str | None) -> str | None:
        if price is not None:
            price_from(price)
        return price

    @field_validator("currency")
    @classmethod
    def _is_a_currency(cls, currency: str | None) -> str | None:
        if currency is not None and currency not in CURRENCIES:
            raise ValueError("must be a code of ISO 4217, as 'EUR'")
        return currency

    @property
    def amount(self) -> Decimal | None:
        """The default price."""
        return None if self.price is None else price_from(self.price)


class StatusWords(_Part):
    """Which status a word means. `finished` is what an open session that is over becomes."""

    words: dict[str, Status] = {}
    default: Status | None = None
    finished: Status | None = None

    @field_validator("finished")
    @classmethod
    def _is_an_outcome(cls, status: SessionStatus | None) -> SessionStatus | None:
        if status not in {None, SessionStatus.COMPLETED, SessionStatus.NO_SHOW}:
            raise ValueError("must be 'COMPLETED' or 'NO_SHOW'")
        return status


class Mapping(_Part):
    """All that a mapping says. `source` names where the file is from: it makes rows repeatable."""

    source: Annotated[str, Field(min_length=1, max_length=64)]
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal_comma: bool = False
    time_zone: str | None = None
    ambiguous: Annotated[Ambiguous, Field(strict=False)] = Ambiguous.REFUSE
    allow_overlap: bool = False
    fields: Fields
    formats: Formats = Formats()
    defaults: Defaults = Defaults()
    status: StatusWords = StatusWords()
    extract: dict[str, str] = {}

    @field_validator("source")
    @classmethod
    def _is_storable(cls, source: str) -> str:
        if "\0" in source or source.strip() != source:
            raise ValueError("must have no space around it and no NUL in it")
        return source

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, encoding: str) -> str:
        try:
            "a".encode(encoding)
        except (LookupError, UnicodeError):
            raise ValueError("is no text encoding that Python knows") from None
        return encoding

    @field_validator("delimiter")
    @classmethod
    def _separates(cls, delimiter: str) -> str:
        if delimiter in '"\r\n\0 ':
            raise ValueError("must be a character that can separate cells, as ',' or ';'")
        return delimiter

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        return None if name is None else time_zone_from(name)

    @field_validator("extract")
    @classmethod
    def _takes_one_group(cls, patterns: dict[str, str]) -> dict[str, str]:
        for column, pattern in patterns.items():
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"'{column}' is no regular expression: {error}") from None
            if groups != 1:
                raise ValueError(f"'{column}' must have one group: what is meant of the cell")
        return patterns

    @model_validator(mode="after")
    def _nothing_is_missing(self) -> Self:
        for name in ("service", "calendar", "price"):
            if getattr(self.fields, name) is None and getattr(self.defaults, name) is None:
                raise ValueError(f"'fields.{name}' or 'defaults.{name}' is needed")
        lengths = (self.fields.duration_minutes, self.fields.ends_at)
        if not any(lengths) and self.defaults.duration_minutes is None:
            raise ValueError(
                "'fields.duration_minutes', 'fields.ends_at' or 'defaults.duration_minutes' "
                "is needed"
            )
        if self.fields.status is None and self.status.default is None:
            raise ValueError("'fields.status' or 'status.default' is needed")
        used = {column for _, template in self.templates for column in columns_of(template)}
        if unused := sorted(set(self.extract) - used):
            raise ValueError(f"'extract.{unused[0]}': no field uses that column")
        return self

    @property
    def templates(self) -> list[tuple[str, str]]:
        """The fields that are filled from the file, and their templates."""
        return [(name, text) for name, text in self.fields if text is not None]
