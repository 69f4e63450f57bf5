"""The demo practice as planned: what is in it."""

from zoneinfo import ZoneInfo

import pytest

from models.enums import SessionStatus
from server.demo import plan_practice
from server.demo.rows import Plan
from tests.practice import NOW
from tests.server.demo.reading import sessions_of


def blocks_of(text: str) -> set[int]:
    """The blocks of 128 code points that a text has letters of: each script has its own."""
    return {ord(letter) // 128 for letter in text if letter.isalpha()}


def test_the_same_seed_and_time_give_the_same_rows(plan: Plan) -> None:
    assert plan_practice(1, NOW) == plan


def test_another_seed_gives_other_rows(plan: Plan) -> None:
    other = plan_practice(2, NOW)

    assert {session.id for session in other.sessions}.isdisjoint(
        session.id for session in plan.sessions
    )
    assert [one.starts_at for one in other.sessions] != [one.starts_at for one in plan.sessions]


def test_the_time_may_come_from_any_zone_and_with_a_fraction(plan: Plan) -> None:
    in_tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo")).replace(microsecond=123_456)

    assert plan_practice(1, in_tokyo) == plan


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        plan_practice(1, NOW.replace(tzinfo=None))


def test_forty_clients_are_left_and_one_was_deleted(plan: Plan) -> None:
    known = {client.id for client in plan.clients}

    assert len(known) == 40
    assert {session.client_id for session in plan.sessions} - known == {None}


def test_names_are_in_many_scripts(plan: Plan) -> None:
    assert len(blocks_of("".join(client.name for client in plan.clients))) >= 20
    assert len({client.name for client in plan.clients}) == 40


def test_addresses_and_numbers_reach_nobody(plan: Plan) -> None:
    emails = {client.email for client in plan.clients if client.email is not None}
    phones = {client.phone for client in plan.clients if client.phone is not None}

    assert all(email.endswith(("@example.com", "@example.org")) for email in emails)
    kept_for_fiction = (
        "+49 30 23125 ",
        "+49 171 39200 ",
        "+49 176 040690 ",
        "+44 20 7946 0",
        "+33 1 99 00 ",
    )
    assert all(phone.startswith(kept_for_fiction) or "-555-01" in phone for phone in phones)
    assert None in {client.email for client in plan.clients}
    assert None in {client.phone for client in plan.clients}
    assert len(emails) + [client.email for client in plan.clients].count(None) == 40


def test_clients_live_in_three_time_zones(plan: Plan) -> None:
    assert len({client.time_zone for client in plan.clients}) == 3


def test_prices_are_in_two_currencies(plan: Plan) -> None:
    assert {session.currency for session in plan.sessions} == {"EUR", "USD"}


def test_one_service_is_retired_but_was_used(plan: Plan) -> None:
    [retired] = [service for service in plan.services if not service.active]
    used = [session for session in plan.sessions if session.service_id == retired.id]

    assert used
    assert all(session.starts_at < retired.updated_at for session in used)


def test_clients_come_as_differently_as_clients_do(plan: Plan) -> None:
    histories = [sessions_of(plan, client.id) for client in plan.clients]
    sizes = [len(history) for history in histories]
    idle = [one for one in histories if one and all(session.starts_at < NOW for session in one)]

    assert sizes.count(0) == 1
    assert sum(size > 150 for size in sizes) == 1
    assert len(idle) >= 5


def test_a_review_finds_patterns(plan: Plan) -> None:
    def share(client_id: str, status: SessionStatus) -> float:
        history = sessions_of(plan, client_id)
        return sum(one.status is status for one in history) / max(len(history), 1)

    ids = [client.id for client in plan.clients]

    assert sum(share(one, SessionStatus.CANCELLED) > 0.25 for one in ids) >= 2
    assert any(share(one, SessionStatus.NO_SHOW) > 0.2 for one in ids)


def test_notes_are_there_short_and_long_and_in_many_languages(plan: Plan) -> None:
    private = [one.private_notes for one in plan.sessions if one.private_notes is not None]
    shared = [one.customer_notes for one in plan.sessions if one.customer_notes is not None]

    assert len(private) > 800
    assert any(note.count("\n\n") >= 3 for note in private)
    assert any(note.startswith("Rescheduled from ") for note in private)
    assert any("https://meet.example.com/" in note for note in shared)
    assert len(blocks_of("".join(shared))) >= 20
