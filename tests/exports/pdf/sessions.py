"""Sessions to render, and what stands around them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from exports.pdf.document import Amount, Entry, Figures, HistoryFrame
from models.enums import SessionStatus

LATEST = datetime(2026, 9, 14, 9, 0, tzinfo=timezone(timedelta(hours=2)))
LINE = "We went through the week, agreed on what to try until the next one, and wrote it down. "


def an_entry(**given: Any) -> Entry:
    """A session of fifty minutes without anything special about it."""
    starts_at = given.get("starts_at", LATEST)
    plain = Entry(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=50),
        service="Psychotherapy",
        calendar="Practice",
        duration_minutes=50,
        status=SessionStatus.COMPLETED,
        price=Amount("80.00", "EUR"),
    )
    return replace(plain, **given)


def entries(count: int, *, note_characters: int = 540) -> list[Entry]:
    """Sessions every third day back from the latest, each with a note that says which one it is."""
    return [
        an_entry(
            starts_at=LATEST - timedelta(days=3 * number),
            service=f"Service {number}.",
            customer_notes=f"Note {number} begins. {LINE * 20}"[: note_characters + number % 9 * 37]
            + f" Note {number} ends.",
        )
        for number in range(count)
    ]


def a_frame(sessions: Sequence[Entry], **given: Any) -> HistoryFrame:
    """What stands around sessions; their figures are counted."""
    by_status = {status: sum(one.status is status for one in sessions) for status in SessionStatus}
    total = len(sessions)
    figures = Figures(
        total=total,
        upcoming=by_status[SessionStatus.PENDING] + by_status[SessionStatus.CONFIRMED],
        by_status=by_status,
        cancellation_rate=by_status[SessionStatus.CANCELLED] * 100 / total if total else None,
        no_show_rate=by_status[SessionStatus.NO_SHOW] * 100 / total if total else None,
        revenue=[Amount("1280.00", "EUR")] if total else [],
        first_session_at=min((one.starts_at for one in sessions), default=None),
        last_session_at=max((one.starts_at for one in sessions), default=None),
    )
    plain = HistoryFrame(
        client="Grace Hopper",
        practitioner="Ada Okonkwo",
        practitioner_email="ada@practice.example",
        period="All sessions",
        filters=[],
        order="Newest first",
        time_zone="Europe/Berlin (UTC+01:00, in summer UTC+02:00)",
        made_at=datetime(2026, 10, 1, 12, 22, tzinfo=UTC),
        figures=figures,
        with_private_notes=False,
    )
    return replace(plain, **given)
