"""What was asked for is kept as text, and is the same when it is read again."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strawberry import ID, UNSET

from models.enums import SessionStatus
from resolvers.exporting.asked import HistoryAsked
from resolvers.scalars import TimeZone
from resolvers.session_filter import SessionFilter, SessionPeriod, SessionSort

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BERLIN, APIA = TimeZone("Europe/Berlin"), TimeZone("Pacific/Apia")


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just(UNSET) | values


filters = st.builds(
    SessionFilter,
    period=st.sampled_from(SessionPeriod),
    statuses=maybe(st.lists(st.sampled_from(SessionStatus), max_size=6)),
    service_ids=maybe(st.lists(st.builds(ID, TEXTS), max_size=3)),
    calendar_ids=maybe(st.lists(st.builds(ID, TEXTS), max_size=3)),
    from_=maybe(st.dates(date(1970, 1, 1), date(2200, 12, 31))),
    to=maybe(st.dates(date(1970, 1, 1), date(2200, 12, 31))),
    time_zone=st.sampled_from([BERLIN, APIA]),
    text=maybe(TEXTS),
    needs_status=maybe(st.booleans()),
)


@given(
    st.builds(
        HistoryAsked,
        client_id=TEXTS,
        filter=st.none() | filters,
        sort=st.sampled_from(SessionSort),
        time_zone=st.sampled_from([BERLIN, APIA]),
        with_private_notes=st.booleans(),
    )
)
def test_what_was_asked_for_is_read_as_it_was_kept(asked: HistoryAsked) -> None:
    assert HistoryAsked.from_text(asked.to_text()) == asked


def of(filter_: object, zone: TimeZone = BERLIN) -> HistoryAsked:
    return HistoryAsked.of(
        "cli", filter_, sort=SessionSort.BY_STATUS, time_zone=zone, with_private_notes=False
    )


@pytest.mark.parametrize("left_out", [None, UNSET])
def test_a_filter_that_is_left_out_is_none(left_out: object) -> None:
    asked = of(left_out)

    assert asked.filter is None
    assert HistoryAsked.from_text(asked.to_text()) == asked


def test_parts_that_are_null_restrict_nothing() -> None:
    every = dict.fromkeys((one.name for one in SessionFilter.__dataclass_fields__.values()), None)

    asked = HistoryAsked.from_text(of(SessionFilter(**every)).to_text())

    assert asked.filter == SessionFilter(time_zone=BERLIN)


def test_days_are_meant_where_the_file_speaks_of_unless_the_filter_names_another_place() -> None:
    first = date(2026, 5, 1)

    of_the_file = of(SessionFilter(from_=first), APIA)
    of_its_own = of(SessionFilter(from_=first, time_zone=BERLIN), APIA)

    assert of_the_file.filter == SessionFilter(from_=first, time_zone=APIA)
    assert of_its_own.filter == SessionFilter(from_=first, time_zone=BERLIN)
    assert of_its_own.time_zone == APIA
