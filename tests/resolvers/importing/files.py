"""Builders: small files to import, of which a test states only what matters to it."""

import csv
import io
import tomllib
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import resolvers.importing
from models import Session
from resolvers.importing import ImportReport, Mapping, RowOutcome, import_csv
from tests.practice import NOW, Practice

PLAIN: Final[dict[str, Any]] = tomllib.loads(
    (Path(resolvers.importing.__file__).parent / "mappings" / "plain.toml").read_text("utf-8")
)
COLUMNS: Final = list(PLAIN["fields"])

_ids = count(1)


def row(**given: str) -> dict[str, str]:
    """A row of our own plain CSV that can be imported; each has an id and a day of its own."""
    number = next(_ids)
    day = f"20{number // 336 % 20:02}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
    return {
        "id": f"row-{number}",
        "client_name": "Ada Lovelace",
        "service": "Coaching",
        "starts_at": f"{day} 09:00",
        "duration_minutes": "50",
        "status": "CONFIRMED",
        **given,
    }


def csv_text(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    """Rows as CSV, with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def mapping(**changes: Any) -> Mapping:
    """The plain mapping, changed."""
    return Mapping.model_validate({**PLAIN, **changes})


async def import_text(
    practice: Practice,
    folder: Path,
    text: str,
    using: Mapping | None = None,
    *,
    dry_run: bool = False,
    on_row: Callable[[RowOutcome], None] | None = None,
) -> ImportReport:
    """Import a file with this text into a practice's record."""
    file = folder / f"import-{next(_ids)}.csv"
    file.write_text(text, "utf-8", newline="")
    return await import_file(practice, file, using, dry_run=dry_run, on_row=on_row)


async def import_rows(
    practice: Practice,
    folder: Path,
    *rows: dict[str, str],
    using: Mapping | None = None,
    dry_run: bool = False,
    on_row: Callable[[RowOutcome], None] | None = None,
) -> ImportReport:
    """Import a plain CSV of these rows into a practice's record."""
    return await import_text(
        practice, folder, csv_text(rows), using, dry_run=dry_run, on_row=on_row
    )


async def import_file(
    practice: Practice,
    file: Path,
    using: Mapping | None = None,
    *,
    dry_run: bool = False,
    on_row: Callable[[RowOutcome], None] | None = None,
) -> ImportReport:
    """Import a file into a practice's record."""
    return await import_csv(
        practice.database,
        practice.practitioner.id,
        file,
        using or mapping(),
        now=NOW,
        dry_run=dry_run,
        on_row=on_row,
    )


async def sessions_of(practice: Practice) -> list[Session]:
    """All sessions of a practice, oldest first."""
    return await Session.filter(practitioner_id=practice.practitioner.id).order_by("starts_at")
