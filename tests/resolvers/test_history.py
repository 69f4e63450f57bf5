"""The session history: filters, orders and pages, as a front end sees them."""

from datetime import timedelta

from tests.practice import NOW, Practice

HISTORY = """
query ($id: ID!, $filter: SessionFilter, $sort: SessionSort! = NEWEST_FIRST, $first: Int, $after: String, $last: Int, $before: String) {
  client(id: $id) { sessions(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id clientName service { name } calendar { name } client { name } } } nodes { id startsAt status price { amount currency } notesPreview privateNotes
      availableActions { action allowed reason } events { id kind } followUps { id } origin { kind session { id } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    stats { total confirmed cancellationRate revenue { amount currency } firstSessionAt byMonth { month total } byService { service { name } total } } } }
}"""


async def test_a_history_answers_its_page_count_and_statistics(practice: Practice) -> None:
    client = await practice.add_client()
    older = await practice.add_session(client, NOW - timedelta(days=2), private_notes="Went well")
    newer = await practice.add_session(client, NOW - timedelta(days=1))
    await practice.add_event(newer)

    answer = await practice.ask(HISTORY, {"id": client.id})

    assert answer.errors == []
    sessions = answer.data["client"]["sessions"]
    assert [node["id"] for node in sessions["nodes"]] == [newer.id, older.id]
    assert sessions["totalCount"] == sessions["stats"]["total"] == 2
