"""A history as the document says it: its sessions, its figures, and what was asked for in words."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from exports.pdf import wording
from exports.pdf.document import Amount, Cancellation, Entry, Figures, Heading, HistoryFrame
from models.enums import OPEN, Actor, SessionStatus
from models.instants import from_text
from models.money import amount_text
from resolvers.conditions import Conditions
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.reading import ExportedSession
from resolvers.exporting.words import STATUS_WORDS
from resolvers.given import is_given
from resolvers.practice import read_calendars, read_services
from resolvers.session_filter import SessionFilter, SessionPeriod, SessionSort
from resolvers.tallies import StatisticsRow

_ORDERS: Final = {
    SessionSort.NEWEST_FIRST: "Newest first",
    SessionSort.OLDEST_FIRST: "Oldest first",
    SessionSort.BY_STATUS: "By status, newest first within each",
}
_PERIODS: Final = {
    SessionPeriod.UPCOMING: "Upcoming sessions only",
    SessionPeriod.PAST: "Past sessions only",
}

# How many sessions are looked at before others have their turn: about a tenth of a millisecond.
_AT_ONCE: Final = 50


def entries_of(sessions: Sequence[ExportedSession], asked: HistoryAsked) -> Iterator[Entry]:
    """The sessions as the document shows them."""
    zone = ZoneInfo(asked.time_zone)
    for session in sessions:
        cancelled_at = session.cancelled_at
        cancellation = None
        if cancelled_at is not None and session.cancelled_by is not None:
            cancellation = Cancellation(
                at=from_text(cancelled_at).astimezone(zone),
                by=Actor(session.cancelled_by),
                reason=session.cancellation_reason,
            )
        yield Entry(
            starts_at=from_text(session.starts_at).astimezone(zone),
            ends_at=from_text(session.ends_at).astimezone(zone),
            service=session.service,
            calendar=session.calendar,
            duration_minutes=session.duration_minutes,
            status=SessionStatus(session.status),
            price=Amount(amount_text(session.price_minor, session.currency), session.currency),
            times_moved=session.rescheduled_count,
            cancellation=cancellation,
            customer_notes=session.customer_notes,
            private_notes=session.private_notes,
        )


async def frame_of(
    context: Context, asked: HistoryAsked, client: str, sessions: Sequence[ExportedSession]
) -> HistoryFrame:
    """What the document says once; its figures are those of the very sessions in it."""
    zone = ZoneInfo(asked.time_zone)
    offsets = await _offsets(context, sessions, zone)
    return HistoryFrame(
        client=client,
        practitioner=context.principal.name,
        practitioner_email=context.principal.email,
        period=_period(asked.filter),
        filters=await _filters(context, asked),
        order=_ORDERS[asked.sort],
        time_zone=f"{asked.time_zone} ({' and '.join(offsets)})",
        made_at=context.now.astimezone(zone),
        figures=await _figures(context, sessions, zone),
        with_private_notes=asked.with_private_notes,
        headings=Heading.STATUS if asked.sort is SessionSort.BY_STATUS else Heading.YEAR,
    )


async def _figures(
    context: Context, sessions: Sequence[ExportedSession], zone: ZoneInfo
) -> Figures:
    statistics = StatisticsRow()
    async for session in _a_few_at_once(sessions):
        statistics.add(session.status, session.currency, 1, session.price_minor)
        if session.status in OPEN and session.ends_at > context.now_text:
            statistics.upcoming += 1
    starts = [session.starts_at for session in sessions]  # text that sorts as time does
    return Figures(
        total=statistics.total,
        upcoming=statistics.upcoming,
        by_status={status: statistics.counts[status] for status in SessionStatus},
        cancellation_rate=statistics.cancellation_rate,
        no_show_rate=statistics.no_show_rate,
        revenue=[Amount(one.amount, one.currency) for one in statistics.revenue],
        first_session_at=from_text(min(starts)).astimezone(zone) if starts else None,
        last_session_at=from_text(max(starts)).astimezone(zone) if starts else None,
    )


async def _offsets(
    context: Context, sessions: Sequence[ExportedSession], zone: ZoneInfo
) -> list[str]:
    """The differences to UTC that the document's times have."""
    offsets = {
        wording.offset(from_text(session.starts_at).astimezone(zone))
        async for session in _a_few_at_once(sessions)
    }
    return sorted(offsets or {wording.offset(context.now.astimezone(zone))})


async def _a_few_at_once(sessions: Sequence[ExportedSession]) -> AsyncIterator[ExportedSession]:
    """The sessions; others have their turn between some and the next ones."""
    for number, session in enumerate(sessions):
        if not number % _AT_ONCE:
            await asyncio.sleep(0)
        yield session


def _period(wanted: SessionFilter | None) -> str:
    first = wanted.from_ if wanted is not None else None
    last = wanted.to if wanted is not None else None
    if isinstance(first, date) and isinstance(last, date):
        return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    if isinstance(first, date):
        return f"From {_day(first)} on"
    return f"Up to {_day(last)}" if isinstance(last, date) else "All sessions"


def _day(day: date) -> str:
    return wording.day(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - a day has no zone


async def _filters(context: Context, asked: HistoryAsked) -> list[str]:
    wanted = asked.filter
    if wanted is None:
        return []
    said = []
    if isinstance(wanted.period, SessionPeriod) and wanted.period in _PERIODS:
        said.append(_PERIODS[wanted.period])
    if is_given(wanted.statuses):
        statuses = wanted.statuses or []
        said.append(f"Status: {', '.join(STATUS_WORDS[one] for one in statuses)}")
    if is_given(wanted.service_ids):
        services = {one.id: one.name for one in await read_services(context)}
        said.append(f"Service: {', '.join(services[one] for one in wanted.service_ids or [])}")
    if is_given(wanted.calendar_ids):
        every = Conditions(context.principal, context.connection, "calendar")
        calendars = {one.id: one.name for one in await read_calendars(context, every)}
        said.append(f"Calendar: {', '.join(calendars[one] for one in wanted.calendar_ids or [])}")
    if isinstance(wanted.text, str) and wanted.text.strip():
        said.append(f"Words in the notes: {wanted.text.strip()}")
    if wanted.needs_status is True:
        said.append("Past sessions that still need a status only")
    if wanted.needs_status is False:
        said.append("Without past sessions that still need a status")
    if is_given(wanted.time_zone) and wanted.time_zone != asked.time_zone:
        said.append(f"Days begin and end in {wanted.time_zone}")
    return said
