"""Documents that are too much for a server are refused by ours, with little work."""

import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from benchmarks.query import DOCUMENT
from execution.documents import Document, Documents
from execution.limits import Limits
from schema.build import practitioner_schema
from schema.costs import ASSUMPTIONS
from tests.acts import SESSION_MUTATIONS, document_of
from tests.practice import Practice, ask
from tests.schema.hostile import HOSTILE, Hostile

EXAMPLES = sorted(Path("server/graphiql/examples").glob("*.graphql"))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_document_is_refused_with_its_code(
    practice: Practice, hostile: Hostile
) -> None:
    refused = await ask(
        practice.database, None, hostile.query, hostile.variables, operation_name=hostile.name
    )

    assert set(refused.codes) == {hostile.code}
    limits = [error["extensions"].get("limit") for error in refused.errors]
    assert hostile.limit in limits
    assert not refused.data
    assert not any("Did you mean" in error["message"] for error in refused.errors)


def calls_to_refuse(query: str) -> int:
    """How many functions a refusal calls, the parser's included."""
    # Without any that were refused before: of those it need only find them.
    documents, count = Documents(practitioner_schema()._schema, Limits(), ASSUMPTIONS), 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        found = documents.find(query, suggest=False)
    finally:
        sys.setprofile(None)
    assert not isinstance(found, Document)
    return count


# Parsing as many tokens as are allowed takes up to 70,000 calls, whatever they are.
@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("a bomb of 30 fragments", 15_000),
        ("a bomb of 70 fragments", 40_000),
        ("10,000 aliases", 100),
        ("4,000 aliases", 50_000),
        ("20,000 deep", 100),
        ("16,000 deep", 15_000),
        ("3,000 times a field", 100_000),
        ("300 parts of an input", 50_000),
    ],
)
def test_refusing_takes_little_work(name: str, calls: int) -> None:
    assert calls_to_refuse(HOSTILE[name].query) < calls


WIDEST_PAGE = """
query WidestPage($id: ID!) {
  client(id: $id) {
    ...Profile
    stats { ...Numbers byMonth { month total revenue { amount currency } }
      byService { service { name } total revenue { amount currency } } }
    sessions(first: 100, sort: BY_STATUS) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      stats { ...Numbers }
      edges { cursor node { ...Row } }
    }
  }
  services { id name } calendars { id name color }
}
fragment Profile on Client {
  id name email phone timeZone createdAt
  lastSession { id startsAt } nextSession { id startsAt }
}
fragment Numbers on SessionStats {
  total completed cancelled noShow upcoming cancellationRate noShowRate
  revenue { amount currency } firstSessionAt lastSessionAt
}
fragment Row on Session {
  id startsAt endsAt durationMinutes status clientName version createdAt updatedAt
  service { id name durationMinutes price { amount currency } active }
  calendar { id name color timeZone }
  client { ...Profile }
  price { amount currency } notesPreview customerNotes privateNotes rescheduledCount
  cancellation { at reason by noticeHours }
  origin { kind session { id startsAt } } followUps { id startsAt status }
  availableActions { action allowed reason }
  events { id at kind actor reason changes { field from to } }
}
"""
REVIEW = """
{
  clients(first: 100, sort: LONGEST_SINCE_LAST_SESSION) {
    nodes {
      id name email stats { total cancellationRate noShowRate revenue { amount currency } }
      lastSession { startsAt service { name } } nextSession { startsAt service { name } }
      sessions(first: 10) { totalCount nodes { id startsAt status service { name } } }
    }
  }
}
"""
ORDINARY = {
    "the standard introspection": get_introspection_query(),
    "GraphiQL's introspection": get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
    ),
    "the benchmark": DOCUMENT,
    "the widest page": WIDEST_PAGE,
    "a review of a hundred clients": REVIEW,
    **{path.stem: path.read_text("utf-8") for path in EXAMPLES},
    **{name: document_of(name) for name in (*SESSION_MUTATIONS, "updateSessionStatuses")},
}


HALF = Limits(
    characters=25_000,
    tokens=500,
    depth=7,
    fields=250,
    selected=50,
    fragments=30,
    aliases=15,
    root_fields=5,
    mutations=2,
    directives=25,
    cost=5_000,
    introspection=25_000,
    list_items=100,
    input_fields=25,
)


@pytest.mark.parametrize("name", ORDINARY)
def test_what_front_ends_send_comes_to_about_half_of_what_is_allowed(name: str) -> None:
    """So nobody meets a limit who adds a field."""
    documents = Documents(practitioner_schema()._schema, HALF, ASSUMPTIONS)

    found = documents.find(ORDINARY[name], suggest=True)

    assert isinstance(found, Document), found.errors
    assert all(one.cost <= HALF.cost for one in found.operations.values())
