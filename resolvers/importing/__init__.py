"""Bringing a history along: clients and sessions from the CSV file of another product.

A mapping says what stands in which column (mapping.py). Our own plain CSV has the columns id,
client_id, client_name, client_email, client_phone, client_time_zone, service, calendar, starts_at,
duration_minutes, status, price, currency, customer_notes, private_notes, cancelled_at,
cancellation_reason and booked_at; `mappings/plain.toml` says what each may hold, and every key that
a mapping can have.
"""

from resolvers.importing.csv_import import RecordChanged, import_csv
from resolvers.importing.loading import BadMapping, load_mapping, shipped_mappings
from resolvers.importing.mapping import Mapping
from resolvers.importing.reading import count_rows
from resolvers.importing.report import (
    ImportReport,
    Outcome,
    Problem,
    RowOutcome,
    SessionPreview,
)

__all__ = [
    "BadMapping",
    "ImportReport",
    "Mapping",
    "Outcome",
    "Problem",
    "RecordChanged",
    "RowOutcome",
    "SessionPreview",
    "count_rows",
    "import_csv",
    "load_mapping",
    "shipped_mappings",
]
