"""The demo practice as planned on any day, for any seed: nothing in it breaks a rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.enums import OPEN, Actor, OriginKind, SessionStatus
from server.demo import plan_practice
from server.demo.rows import Plan, PlannedSession
from tests.server.demo.reading import overlaps

# The shortest that three years and two months can be.
THREE_YEARS = timedelta(days=3 * 365)
TWO_MONTHS = timedelta(days=59)


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**32),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
)
# The days on which Berlin's and New York's clocks change, a leap day, New Year's Eve and August.
@example(seed=1, now=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
@example(seed=2, now=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example(seed=3, now=datetime(2026, 3, 8, 7, 0, tzinfo=UTC))
@example(seed=4, now=datetime(2028, 2, 29, 12, 0, tzinfo=UTC))
@example(seed=5, now=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
@example(seed=6, now=datetime(2027, 8, 14, 9, 10, tzinfo=UTC))
def test_every_plan_is_one_that_the_rules_allow(seed: int, now: datetime) -> None:
    plan = plan_practice(seed, now)

    assert 1_200 <= len(plan.sessions) <= 2_000
    assert overlaps(plan) == []
    assert {session.status for session in plan.sessions} == set(SessionStatus)
    assert_it_spans_the_years(plan, now)
    assert_a_handful_await_a_status(plan, now)
    assert_origins_came_before(plan)
    clients_since = {client.id: client.created_at for client in plan.clients}
    for session in plan.sessions:
        assert_times_are_plausible(session, now)
        assert_status_is_true(session, now)
        since = clients_since.get(session.client_id or "", plan.practitioner.created_at)
        assert plan.practitioner.created_at <= since < session.created_at


def assert_it_spans_the_years(plan: Plan, now: datetime) -> None:
    assert now - THREE_YEARS <= plan.sessions[0].starts_at < now - THREE_YEARS + timedelta(weeks=8)
    last_at = max(session.ends_at for session in plan.sessions)
    # The practice is closed for two weeks at a time.
    assert now + TWO_MONTHS - timedelta(weeks=4) < last_at <= now + TWO_MONTHS


def assert_a_handful_await_a_status(plan: Plan, now: datetime) -> None:
    late = [one for one in plan.sessions if one.ends_at <= now and one.status in OPEN]
    assert 3 <= len(late) <= 8
    assert all(session.starts_at > now - timedelta(weeks=5) for session in late)


def assert_origins_came_before(plan: Plan) -> None:
    earlier: dict[str, PlannedSession] = {}
    for session in plan.sessions:
        assert (session.origin_kind is None) == (session.origin_id is None)
        if session.origin_id is not None:
            origin = earlier[session.origin_id]
            assert origin.client_id == session.client_id
            assert origin.ends_at < session.created_at
            if session.origin_kind is OriginKind.DUPLICATE:
                assert _what_is_copied(session) == _what_is_copied(origin)
        earlier[session.id] = session


def _what_is_copied(session: PlannedSession) -> tuple[object, ...]:
    return (
        session.service_id,
        session.calendar_id,
        session.duration_minutes,
        session.price_minor,
        session.currency,
        session.customer_notes,
    )


def assert_times_are_plausible(session: PlannedSession, now: datetime) -> None:
    assert session.created_at < session.starts_at
    assert session.created_at <= session.updated_at <= now
    assert session.starts_at.utcoffset() == timedelta(0)
    local = session.starts_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert local.weekday() < 5
    assert 8 <= local.hour < 20
    assert (local.minute % 30, local.second, local.microsecond) == (0, 0, 0)


def assert_status_is_true(session: PlannedSession, now: datetime) -> None:
    if session.status in {SessionStatus.COMPLETED, SessionStatus.NO_SHOW}:
        assert session.starts_at < now
    is_cancelled = session.status is SessionStatus.CANCELLED
    assert (session.cancelled_at is not None) == is_cancelled
    assert (session.cancelled_by in {Actor.CLIENT, Actor.PRACTITIONER}) == is_cancelled
    assert is_cancelled or session.cancellation_reason is None
