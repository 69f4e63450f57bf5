"""The audit trails of the demo practice: each tells how its session came to be as it is."""

from datetime import datetime

import pytest

from models.enums import Actor, OriginKind, SessionEventKind, SessionStatus
from models.instants import from_text, to_text
from resolvers.rules import SessionAction, SessionFacts, may, may_become
from server.demo.rows import Plan, PlannedEvent, PlannedSession
from tests.practice import NOW
from tests.server.demo.reading import sessions_of, trails

Told = list[tuple[PlannedSession, list[PlannedEvent]]]


@pytest.fixture(scope="module")
def told(plan: Plan) -> Told:
    return trails(plan)


def _of_kind(events: list[PlannedEvent], kind: SessionEventKind) -> list[PlannedEvent]:
    return [event for event in events if event.kind is kind]


def test_a_trail_begins_with_the_booking(told: Told) -> None:
    for session, events in told:
        assert events[0].kind is SessionEventKind.BOOKED
        assert events[0].created_at == session.created_at
        assert len(_of_kind(events, SessionEventKind.BOOKED)) == 1


def test_a_trail_has_one_event_for_every_version(told: Told) -> None:
    for session, events in told:
        versions = [event.session_version for event in events]
        assert versions == list(range(1, session.version + 1))


def test_a_trail_runs_forward_in_time_up_to_the_last_change(told: Told) -> None:
    for session, events in told:
        times = [event.created_at for event in events]
        assert times == sorted(set(times))
        assert times[-1] == session.updated_at <= NOW


def test_every_event_has_an_id_of_its_own(plan: Plan) -> None:
    assert len({event.id for event in plan.events}) == len(plan.events)


def test_every_status_was_set_from_the_one_before_as_the_rules_allow(told: Told) -> None:
    for session, events in told:
        status, starts_at = SessionStatus.PENDING, _first_start(session, events)
        for event in events:
            facts = SessionFacts(status, starts_at <= event.created_at, has_client=True)
            if event.kind is SessionEventKind.STATUS_CHANGED:
                [(field, was, becomes)] = event.changes
                assert (field, was) == ("status", status.value)
                status = SessionStatus(str(becomes))
                assert may_become(facts, status).allowed
            if event.kind is SessionEventKind.RESCHEDULED:
                [(field, was, becomes)] = event.changes
                assert (field, was) == ("startsAt", to_text(starts_at))
                assert may(SessionAction.RESCHEDULE, facts).allowed
                starts_at = from_text(str(becomes))
        assert (status, starts_at) == (session.status, session.starts_at)


def _first_start(session: PlannedSession, events: list[PlannedEvent]) -> datetime:
    moves = _of_kind(events, SessionEventKind.RESCHEDULED)
    return from_text(str(moves[0].changes[0][1])) if moves else session.starts_at


def test_sessions_were_rescheduled_as_often_as_they_say(told: Told) -> None:
    for session, events in told:
        moves = _of_kind(events, SessionEventKind.RESCHEDULED)
        assert len(moves) == session.rescheduled_count
    assert {session.rescheduled_count for session, _ in told} == {0, 1, 2}


def test_a_cancellation_is_the_event_that_tells_of_it(told: Told) -> None:
    cancelled = [one for one in told if one[0].status is SessionStatus.CANCELLED]
    for session, events in cancelled:
        last = _of_kind(events, SessionEventKind.STATUS_CHANGED)[-1]
        assert last.created_at == session.cancelled_at
        assert last.actor == session.cancelled_by
        assert last.reason == session.cancellation_reason
    assert {session.cancelled_by for session, _ in cancelled} == {Actor.CLIENT, Actor.PRACTITIONER}
    assert None in {session.cancellation_reason for session, _ in cancelled}


def test_customer_notes_are_what_their_last_change_made_them(told: Told) -> None:
    changed = 0
    for session, events in told:
        for event in _of_kind(events, SessionEventKind.CUSTOMER_NOTES_CHANGED)[-1:]:
            [(field, was, becomes)] = event.changes
            assert field == "customerNotes"
            assert was != becomes == session.customer_notes
            changed += 1
    assert changed > 10


def test_private_notes_stand_in_a_trail_by_name_only(told: Told) -> None:
    for session, events in told:
        noted = _of_kind(events, SessionEventKind.PRIVATE_NOTES_CHANGED)
        assert bool(noted) == (session.private_notes is not None)
        assert all(event.changes == (("privateNotes", None, None),) for event in noted)


def test_no_event_carries_the_text_of_a_private_note(told: Told) -> None:
    for session, events in told:
        lines = (session.private_notes or "").split("\n")
        said = repr([(event.changes, event.reason) for event in events])
        assert not any(line and line in said for line in lines)


def test_the_sessions_of_the_deleted_client_tell_of_the_deletion(plan: Plan, told: Told) -> None:
    left = sessions_of(plan, None)
    deletions = [
        (session, event)
        for session, events in told
        for event in _of_kind(events, SessionEventKind.CLIENT_DELETED)
    ]

    assert [session for session, _ in deletions] == left
    assert len({event.created_at for _, event in deletions}) == 1
    assert all(event.session_version == session.version for session, event in deletions)


def test_some_sessions_follow_others_and_some_copy_them(plan: Plan) -> None:
    kinds = {session.origin_kind for session in plan.sessions}

    assert kinds == {None, OriginKind.DUPLICATE, OriginKind.FOLLOW_UP}
