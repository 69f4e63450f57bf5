"""From the cells of a row to an entry, by what the mapping says and the rules of the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from models.enums import OPEN, SessionStatus
from models.folding import fold
from models.money import to_minor
from resolvers.checks import LONGEST_NAME
from resolvers.importing.entry import ClientEntry, Entry
from resolvers.importing.fields import RowFields
from resolvers.importing.mapping import Mapping
from resolvers.importing.memory import digest_of
from resolvers.importing.moments import moment_reader
from resolvers.importing.reading import Row
from resolvers.importing.report import Problem
from resolvers.importing.template import columns_of, compiled
from resolvers.importing.values import (
    BadValue,
    checked_minutes,
    currency_from,
    email_from,
    minutes_from,
    name_from,
    notes_from,
    phone_from,
    price_from,
    reason_from,
    time_zone_from,
)
from resolvers.rules import SessionFacts, may_become


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose record it is, and what holds where neither the file nor the mapping says anything."""

    practitioner_id: str
    time_zone: str
    currency: str


def header_problems(header: Row, mapping: Mapping) -> list[Problem]:
    """Why the header does not fit the mapping: columns that it lacks, or names twice."""
    if not header.is_decoded:
        return [_undecoded(header, mapping.encoding)]
    names = [cell.strip() for cell in header.cells]
    used = dict.fromkeys(column for _, text in mapping.templates for column in columns_of(text))
    counts = {column: names.count(column.strip()) for column in used}
    return [
        Problem(
            header.line,
            column,
            "stands twice in the header" if count else "is in the mapping and not in the header",
        )
        for column, count in counts.items()
        if count != 1
    ]


class Interpreter:
    """Reads the rows of one file, whose header names all columns of the mapping."""

    def __init__(self, header: Row, mapping: Mapping, owner: Owner, *, now: datetime) -> None:
        self._now = now
        self._width = len(header.cells)
        self._encoding = mapping.encoding
        positions = {cell.strip(): at for at, cell in enumerate(header.cells)}
        columns = {
            column: positions[column.strip()]
            for _, template in mapping.templates
            for column in columns_of(template)
        }
        self._sources = {
            name: compiled(name, template, columns, mapping.extract)
            for name, template in mapping.templates
        }
        self._time_zone = mapping.time_zone or owner.time_zone
        zone = ZoneInfo(self._time_zone)
        self._moments = {
            name: moment_reader(formats, zone, mapping.ambiguous)
            for name, formats in mapping.formats
        }
        self._price = partial(price_from, decimal_comma=mapping.decimal_comma)
        self._defaults = mapping.defaults
        self._currency = mapping.defaults.currency or owner.currency
        self._status = mapping.status
        self.id_label = self._sources["id"].label
        self.start_label = self._sources["starts_at"].label
        self._words = {fold(word): status for word, status in mapping.status.words.items()}

    def digest(self, row: Row) -> str | list[Problem]:
        """What is kept of the id of a row, or why the row cannot be read at all."""
        if not row.is_decoded:
            return [_undecoded(row, self._encoding)]
        if len(row.cells) != self._width:
            found = f"has {len(row.cells)} cells, and the header has {self._width}"
            return [Problem(row.line, None, found)]
        fields = RowFields(self._sources, row)
        row_id = fields.needed("id", str.strip)
        return fields.problems if row_id is None else digest_of(row_id)

    def entry(self, row: Row, digest: str) -> Entry | list[Problem]:
        """The row as an entry, or all that is wrong with it."""
        fields = RowFields(self._sources, row)
        client = self._client(fields)
        service = fields.needed("service", name_from, self._defaults.service)
        calendar = fields.needed("calendar", name_from, self._defaults.calendar)
        currency = fields.needed("currency", currency_from, self._currency)
        price = fields.needed("price", self._price, self._defaults.amount)
        price_minor = _in_minor_units(fields, price, currency)
        starts_at = fields.needed("starts_at", self._moments["starts_at"])
        minutes = self._minutes(fields, starts_at)
        booked_at = self._past(fields, "booked_at")
        notes = fields.given("customer_notes", notes_from)
        private_notes = fields.given("private_notes", notes_from)
        status = self._status_of(fields, starts_at, minutes)
        cancelled_at, reason = None, None
        if status is SessionStatus.CANCELLED and starts_at is not None:
            # A session cannot have been cancelled later than now, whenever it was to begin.
            assumed = booked_at or min(starts_at, self._now.replace(microsecond=0))
            cancelled_at = self._past(fields, "cancelled_at") or assumed
            reason = fields.given("cancellation_reason", reason_from)
        if (
            fields.problems
            or client is None
            or service is None
            or calendar is None
            or starts_at is None
            or minutes is None
            or status is None
            or price_minor is None
            or currency is None
        ):
            return fields.problems
        return Entry(
            line=row.line,
            digest=digest,
            client=client,
            service=service,
            calendar=calendar,
            starts_at=starts_at,
            duration_minutes=minutes,
            status=status,
            price_minor=price_minor,
            currency=currency,
            customer_notes=notes,
            private_notes=private_notes,
            booked_at=booked_at,
            cancelled_at=cancelled_at,
            cancellation_reason=reason,
        )

    def _client(self, fields: RowFields) -> ClientEntry | None:
        known_as = fields.given("client_id", str.strip)
        email = fields.given("client_email", email_from)
        name = fields.given("client_name", name_from)
        phone = fields.given("client_phone", phone_from)
        zone = fields.given("client_time_zone", time_zone_from) or self._time_zone
        if name is None and email is not None:
            name = email[:LONGEST_NAME]
        if name is None:
            if not fields.problems:
                fields.refuse_either("client_name", "client_email", "names nobody")
            return None
        if known_as is not None:
            key = f"id:{known_as}"
        elif email is not None:
            key = f"email:{fold(email)}"
        else:
            key = f"name:{fold(name)}"
        return ClientEntry(digest_of(key), name, email, phone, zone)

    def _minutes(self, fields: RowFields, starts_at: datetime | None) -> int | None:
        already = len(fields.problems)
        minutes = fields.given("duration_minutes", minutes_from)
        ends_at = fields.given("ends_at", self._moments["ends_at"])
        if minutes is not None or len(fields.problems) > already:
            return minutes
        if ends_at is None:
            if self._defaults.duration_minutes is None:
                fields.refuse_either("duration_minutes", "ends_at", "is empty")
            return self._defaults.duration_minutes
        if starts_at is None:
            return None
        minutes, seconds = divmod((ends_at - starts_at) // timedelta(seconds=1), 60)
        if seconds:
            fields.refuse("ends_at", "is not a whole number of minutes after the start")
            return None
        try:
            return checked_minutes(minutes)
        except BadValue as refusal:
            fields.refuse("ends_at", str(refusal))
            return None

    def _past(self, fields: RowFields, name: str) -> datetime | None:
        at = fields.given(name, self._moments[name])
        if at is not None and at > self._now:
            fields.refuse(name, "lies in the future")
        return at

    def _status_of(
        self, fields: RowFields, starts_at: datetime | None, minutes: int | None
    ) -> SessionStatus | None:
        status = fields.needed("status", self._meant, self._status.default)
        if status is None or starts_at is None or minutes is None:
            return status
        over = starts_at + timedelta(minutes=minutes) <= self._now
        if status in OPEN and over and self._status.finished is not None:
            return self._status.finished
        facts = SessionFacts(
            status=SessionStatus.PENDING,
            has_started=starts_at <= self._now,
            has_client=True,
            has_active_service=True,
        )
        verdict = may_become(facts, status)
        if not verdict.allowed and not verdict.changes_nothing:
            fields.refuse("status", verdict.reason or "")
        return status

    def _meant(self, word: str) -> SessionStatus:
        status = self._words.get(fold(word.strip()), self._status.default)
        if status is None:
            raise BadValue(f"is none of the status words: {', '.join(self._status.words)}")
        return status


def _in_minor_units(fields: RowFields, price: Decimal | None, currency: str | None) -> int | None:
    if price is None or currency is None:
        return None
    try:
        return to_minor(price, currency)
    except ValueError as refusal:
        fields.refuse("price", str(refusal))
        return None


def _undecoded(row: Row, encoding: str) -> Problem:
    return Problem(row.line, None, f"holds bytes that are not text in {encoding}")
