"""The rules of statuses and actions, as the page and product.md have them."""

import itertools

import pytest

from models.enums import SessionStatus
from resolvers.rules import SessionAction, SessionFacts, may, may_become
from tests.practice import Practice

FACTS = [
    SessionFacts(status=status, has_started=started, has_client=client, has_active_service=service)
    for status, started, client, service in itertools.product(
        SessionStatus, [False, True], [False, True], [False, True]
    )
]


@pytest.mark.parametrize("facts", FACTS, ids=str)
@pytest.mark.parametrize("status", list(SessionStatus))
def test_any_status_may_be_set_but_outcomes_need_a_session_that_has_started(
    facts: SessionFacts, status: SessionStatus
) -> None:
    verdict = may_become(facts, status)
    is_outcome = status in {SessionStatus.COMPLETED, SessionStatus.NO_SHOW}

    if status is facts.status:
        assert verdict.changes_nothing
    else:
        assert verdict.allowed is (facts.has_started or not is_outcome)
        assert not verdict.changes_nothing


@pytest.mark.parametrize("facts", FACTS, ids=str)
@pytest.mark.parametrize("action", list(SessionAction))
def test_a_reason_is_given_exactly_when_an_action_is_not_allowed(
    facts: SessionFacts, action: SessionAction
) -> None:
    verdict = may(action, facts)

    assert (verdict.reason is None) is verdict.allowed


def test_a_cancelled_session_must_be_reinstated_before_it_is_moved() -> None:
    refused = {facts.status for facts in FACTS if not may(SessionAction.RESCHEDULE, facts).allowed}

    assert refused == {SessionStatus.CANCELLED}


def test_only_what_gave_up_its_slot_can_be_reinstated() -> None:
    allowed = {facts.status for facts in FACTS if may(SessionAction.REINSTATE, facts).allowed}

    assert allowed == {SessionStatus.CANCELLED, SessionStatus.NO_SHOW}


@pytest.mark.parametrize("action", [SessionAction.DUPLICATE, SessionAction.BOOK_FOLLOW_UP])
def test_nothing_is_booked_for_a_deleted_client(action: SessionAction) -> None:
    assert not any(may(action, facts).allowed for facts in FACTS if not facts.has_client)


def test_a_retired_service_is_not_booked_again_but_may_be_followed_by_another() -> None:
    retired = [facts for facts in FACTS if facts.has_client and not facts.has_active_service]

    assert not any(may(SessionAction.DUPLICATE, facts).allowed for facts in retired)
    assert all(may(SessionAction.BOOK_FOLLOW_UP, facts).allowed for facts in retired)


async def test_a_session_says_what_it_would_accept_and_why_not_the_rest(
    practice: Practice,
) -> None:
    await practice.add_session(status=SessionStatus.CANCELLED)

    answer = await practice.ask(
        "{ sessions { nodes { availableActions { action allowed reason } } } }"
    )

    offered = {
        one["action"]: one["reason"]
        for one in answer.data["sessions"]["nodes"][0]["availableActions"]
    }
    assert offered == {
        "CONFIRM": None,
        "COMPLETE": None,
        "MARK_NO_SHOW": None,
        "CANCEL": "The session is Cancelled already.",
        "REINSTATE": None,
        "RESCHEDULE": "A Cancelled session must be reinstated before it is moved.",
        "EDIT": None,
        "DUPLICATE": "The client was deleted, so there is nobody to book it for.",
        "BOOK_FOLLOW_UP": "The client was deleted, so there is nobody to book it for.",
    }
