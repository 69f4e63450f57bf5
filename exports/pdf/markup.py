"""The document's markup, from its templates: whatever people wrote is escaped in here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exports.pdf import wording
from exports.pdf.document import LANGUAGE, TITLE, Entry, HistoryFrame
from exports.pdf.lettering import FONT_FACES, lettered, lettered_from_left
from models.enums import SessionStatus

_TEMPLATES: Final = Path(__file__).parent / "templates"

COLUMNS: Final = {
    "when": "Date and time",
    "service": "Service",
    "calendar": "Calendar",
    "duration": "Duration",
    "status": "Status",
    "price": "Price",
}
"""What stands side by side in a row: the class in the stylesheet, and the head."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: classes of the stylesheet, and text."""

    role: str
    text: str


def opening(frame: HistoryFrame) -> str:
    """What stands before the first session."""
    figures = frame.figures
    most = max(figures.by_status.values(), default=0)
    return _rendered(
        "opening.html",
        frame=frame,
        facts=_facts(frame),
        wide_facts=_wide_facts(frame),
        figures=[
            ("Sessions", [f"{figures.total:,}"]),
            ("Upcoming", [f"{figures.upcoming:,}"]),
            ("Cancellation rate", [wording.percent(figures.cancellation_rate)]),
            ("No-show rate", [wording.percent(figures.no_show_rate)]),
            ("Revenue", [wording.money(one) for one in figures.revenue] or ["–"]),
        ],
        bars=[
            (
                status.name.lower(),
                wording.STATUSES[status],
                count,
                wording.percent(count * 100 / figures.total),
                count / most,
            )
            for status in SessionStatus
            if (count := figures.by_status.get(status, 0))
        ],
    )


def _facts(frame: HistoryFrame) -> list[tuple[tuple[str, list[str]], tuple[str, list[str]]]]:
    first, last = frame.figures.first_session_at, frame.figures.last_session_at
    span = "–"
    if first is not None and last is not None:
        span = " to ".join(dict.fromkeys([wording.day(first), wording.day(last)]))
    notes = "With private notes" if frame.with_private_notes else "Without private notes"
    return [
        (
            ("Practice", [frame.practitioner, frame.practitioner_email]),
            ("Period", [frame.period]),
        ),
        (("First to last", [span]), ("Order", [frame.order])),
        (("Notes", [notes]), ("Made", [wording.moment_with_offset(frame.made_at)])),
    ]


def _wide_facts(frame: HistoryFrame) -> list[tuple[str, str]]:
    """A row for each line: a table is cut between rows, should there be a page of them."""
    shown = frame.filters or ["All sessions of the period"]
    return [
        ("Time zone", frame.time_zone),
        *(("" if number else "Shown", line) for number, line in enumerate(shown)),
    ]


def column_heads() -> list[Paragraph]:
    """The head of the table."""
    return [Paragraph("heads", "")] + [
        Paragraph(f"cell {column} head {column}-head", text) for column, text in COLUMNS.items()
    ]


def foot(frame: HistoryFrame) -> Paragraph:
    """What stands at the foot of every page, beside its number."""
    made = f"made {wording.moment(frame.made_at)}"
    # The title first: a paragraph runs the way of its first letter.
    return Paragraph("foot", f"{TITLE}  ·  {frame.client}  ·  {made}")


def page_number(page: int, pages: int) -> Paragraph:
    """`Page 3 of 12`."""
    return Paragraph("number", f"Page {page} of {pages}")


def row(entry: Entry) -> list[Paragraph]:
    """A session's row: what is drawn behind it, and its cells.

    Cells are small, so that few of them say what no other says: each is set once.
    """
    status = f"cell status {entry.status.name.lower()}"
    return [
        Paragraph("row", ""),
        _day(entry),
        Paragraph("cell when times", wording.times(entry)),
        Paragraph("cell when offset", wording.offset(entry.starts_at)),
        Paragraph("cell service", entry.service),
        Paragraph("cell calendar", entry.calendar),
        Paragraph("cell duration", f"{entry.duration_minutes}\u00a0min"),
        Paragraph(status, wording.STATUSES[entry.status]),
        Paragraph("cell price", wording.money(entry.price)),
    ]


def continued(entry: Entry) -> list[Paragraph]:
    """What a page begins with that goes on with a session of the page before, side by side."""
    return [_day(entry), Paragraph("cell continued", "continued")]


def _day(entry: Entry) -> Paragraph:
    return Paragraph("cell when day", wording.weekday_and_day(entry.starts_at))


def details(entry: Entry) -> list[tuple[Paragraph, Paragraph]]:
    """What flows under a session's row: each with its label."""
    found: list[tuple[str, str, str]] = []
    if entry.times_moved:
        found.append(("happened", "Moved", wording.moved(entry.times_moved)))
    if entry.cancellation is not None:
        found.append(("happened", "Cancelled", wording.cancelled(entry.cancellation)))
        if entry.cancellation.reason:
            found.append(("happened", "Reason", entry.cancellation.reason))
    if entry.customer_notes:
        found.append(("customer-notes", "Notes", entry.customer_notes))
    if entry.private_notes:
        found.append(("private-notes", "Private notes", entry.private_notes))
    return [
        (
            Paragraph(f"label {role}-label", label),
            Paragraph(f"text {role}", text),
        )
        for role, label, text in found
    ]


def heading(text: str) -> Paragraph:
    """What sessions stand under."""
    return Paragraph("heading", text)


def paragraphs(them: Sequence[Paragraph]) -> str:
    """Markup of one block for each paragraph, in order."""
    return _rendered("paragraphs.html", paragraphs=them)


def sheet(blocks: Iterable[str]) -> str:
    """A whole page of markup around blocks of it."""
    return _rendered("sheet.html", blocks=[Markup(block) for block in blocks])  # noqa: S704 - ours


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    letterings = {"lettered": lettered, "lettered_from_left": lettered_from_left}
    environment.filters.update(letterings)
    environment.globals.update(
        letterings,
        title=TITLE,
        language=LANGUAGE,
        stylesheet=Markup(FONT_FACES + (_TEMPLATES / "history.css").read_text("utf-8")),  # noqa: S704
    )
    return environment


def _rendered(name: str, **values: object) -> str:
    return _environment().get_template(name).render(values)
