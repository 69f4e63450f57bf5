"""Bad input: each a clear error with a code, never an internal one (the issue's list, and more)."""

from typing import Any

import pytest

from models.identifiers import Kind, new_id
from tests.practice import Answer, Practice, ask

SESSIONS = """
query (
  $filter: SessionFilter, $sort: SessionSort! = NEWEST_FIRST,
  $first: Int, $after: String, $last: Int, $before: String
) {
  sessions(
    filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before
  ) { totalCount nodes { id } pageInfo { endCursor } stats { total } }
}
"""
CLIENTS = """
query ($filter: ClientFilter, $sort: ClientSort! = NAME, $first: Int, $after: String) {
  clients(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { endCursor }
  }
}
"""

UNKNOWN_SERVICE = new_id(Kind.SERVICE)
OTHER_KIND = new_id(Kind.CALENDAR)

BAD_PAGES = {
    "a negative first": {"first": -1},
    "a negative last": {"last": -1},
    "first beyond the limit": {"first": 101},
    "first with last": {"first": 5, "last": 5},
    "an empty cursor": {"after": ""},
    "a garbled cursor": {"after": "bm90IGEgY3Vyc29y"},
    "a cursor that is no base64": {"before": "%%%"},
    "a cursor with letters of another script": {"after": "курсор"},
    "a huge cursor": {"after": "A" * 1_000_000},
}
BAD_FILTERS: dict[str, dict[str, Any]] = {
    "no statuses": {"statuses": []},
    "no services": {"serviceIds": []},
    "no calendars": {"calendarIds": []},
    "an unknown service": {"serviceIds": [UNKNOWN_SERVICE]},
    "a service's id that is a calendar's": {"serviceIds": [OTHER_KIND]},
    "a service's id that is no id": {"serviceIds": ["' or 1=1 --"]},
    "an unknown calendar": {"calendarIds": [OTHER_KIND]},
    "ten thousand services": {"serviceIds": [UNKNOWN_SERVICE] * 10_000},
    "ten thousand statuses": {"statuses": ["PENDING"] * 10_000},
    "a last day before the first": {"from": "2026-05-02", "to": "2026-05-01"},
    "NUL in text": {"text": "a\0b"},
    "an endless text": {"text": "x" * 201},
}
BAD_VALUES: dict[str, dict[str, Any]] = {
    "an unknown time zone": {"timeZone": "Mars/Phobos"},
    "a time zone that is a path": {"timeZone": "../../etc/passwd"},
    "a time zone with NUL": {"timeZone": "UTC\0"},
    "a day without dashes": {"from": "20260501"},
    "a day that does not exist": {"from": "2026-02-30"},
    "a week date": {"from": "2026-W01-1"},
    "a date-time for a day": {"from": "2026-05-01T10:00:00"},
    "year 1": {"from": "0001-01-01"},
    "year 9999": {"to": "9999-12-31"},
    "digits of another script": {"from": "٢٠٢٦-٠٥-٠١"},
    "an unknown status": {"statuses": ["DONE"]},
    "a number for a text": {"text": 5},
    "an unknown part": {"colour": "red"},
}
BAD_CLIENT_FILTERS: dict[str, dict[str, Any]] = {
    "a rate above 100": {"minCancellationRate": 100.1},
    "a rate below 0": {"minNoShowRate": -1},
    "fewer than no sessions": {"minSessions": -1},
    "NUL in text": {"text": "\0"},
}


def assert_refused(answer: Answer) -> None:
    assert answer.errors != []
    assert all(error["message"] for error in answer.errors)
    assert set(answer.codes) == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("arguments", BAD_PAGES.values(), ids=BAD_PAGES)
async def test_bad_page_arguments_are_refused(
    practice: Practice, arguments: dict[str, Any]
) -> None:
    assert_refused(await practice.ask(SESSIONS, arguments))


@pytest.mark.parametrize("filter_", BAD_FILTERS.values(), ids=BAD_FILTERS)
async def test_filters_that_cannot_be_understood_are_refused(
    practice: Practice, filter_: dict[str, Any]
) -> None:
    assert_refused(await practice.ask(SESSIONS, {"filter": filter_}))


@pytest.mark.parametrize("filter_", BAD_VALUES.values(), ids=BAD_VALUES)
async def test_values_that_do_not_fit_their_type_are_refused_before_anything_runs(
    practice: Practice, filter_: dict[str, Any]
) -> None:
    answer = await practice.ask(SESSIONS, {"filter": filter_})

    assert answer.data is None
    assert answer.errors != []
    assert all("path" not in error for error in answer.errors)


@pytest.mark.parametrize("filter_", BAD_CLIENT_FILTERS.values(), ids=BAD_CLIENT_FILTERS)
async def test_client_filters_that_cannot_be_understood_are_refused(
    practice: Practice, filter_: dict[str, Any]
) -> None:
    assert_refused(await practice.ask(CLIENTS, {"filter": filter_}))


@pytest.mark.parametrize("length", [0, -1, 1001, 2**31 - 1])
async def test_a_preview_of_absurd_length_is_refused(practice: Practice, length: int) -> None:
    await practice.add_session()

    answer = await practice.ask(f"{{ sessions {{ nodes {{ notesPreview(length: {length}) }} }} }}")

    assert_refused(answer)


async def test_a_cursor_is_good_only_for_its_own_list(practice: Practice) -> None:
    client, other = await practice.add_client(), await practice.add_client()
    for one in (client, client, other):
        await practice.add_session(one)
    answer = await practice.ask(SESSIONS, {"first": 1})
    cursor = answer.data["sessions"]["pageInfo"]["endCursor"]

    assert (await practice.ask(SESSIONS, {"first": 1, "after": cursor})).errors == []
    of_another_sort = await practice.ask(SESSIONS, {"after": cursor, "sort": "BY_STATUS"})
    of_another_filter = await practice.ask(
        SESSIONS, {"after": cursor, "filter": {"period": "PAST"}}
    )
    of_one_client = await practice.ask(
        "query ($id: ID!, $after: String) "
        "{ client(id: $id) { sessions(after: $after) { nodes { id } } } }",
        {"id": client.id, "after": cursor},
    )
    of_clients = await practice.ask(CLIENTS, {"after": cursor})
    elsewhere = await Practice.of(practice.database)
    of_somebody_else = await elsewhere.ask(SESSIONS, {"after": cursor})
    flipped = await practice.ask(
        SESSIONS, {"after": ("B" if cursor[0] == "A" else "A") + cursor[1:]}
    )

    for refused in (
        of_another_sort,
        of_another_filter,
        of_one_client,
        of_clients,
        of_somebody_else,
        flipped,
    ):
        assert_refused(refused)


@pytest.mark.parametrize("field", ["client", "session", "node"])
@pytest.mark.parametrize(
    "identifier",
    ["", "x", "1", "' or 1=1 --", "\0", "ses_" + "z" * 26, "SES_01M850N0FAAN2X9", "9" * 5000],
)
async def test_what_is_no_id_of_ours_is_refused(
    practice: Practice, field: str, identifier: str
) -> None:
    answer = await practice.ask(
        f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", {"id": identifier}
    )

    assert answer.data == {field: None}
    assert_refused(answer)


@pytest.mark.parametrize(
    ("field", "kind"),
    [("client", Kind.SESSION), ("session", Kind.CLIENT), ("node", Kind.ACCESS_TOKEN)],
)
async def test_an_id_of_another_type_is_refused(practice: Practice, field: str, kind: Kind) -> None:
    document = f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"

    assert_refused(await practice.ask(document, {"id": new_id(kind)}))


@pytest.mark.parametrize("kind", [Kind.CLIENT, Kind.SESSION, Kind.SERVICE, Kind.CALENDAR])
async def test_an_unknown_id_is_not_found(practice: Practice, kind: Kind) -> None:
    answer = await practice.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": new_id(kind)})

    assert answer.data == {"node": None}
    assert answer.codes == ["NOT_FOUND"]


async def test_a_stranger_gets_unauthenticated_from_every_field_of_the_root(
    practice: Practice,
) -> None:
    document = "{ __typename __schema { queryType { fields { name args { name } } } } }"
    answer = await practice.ask(document)
    assert answer.errors == []
    fields = answer.data["__schema"]["queryType"]["fields"]
    assert len(fields) >= 8

    for field in fields:
        arguments = '(id: "x")' if any(one["name"] == "id" for one in field["args"]) else ""
        refused = await ask(
            practice.database, None, f"{{ {field['name']}{arguments} {{ __typename }} }}"
        )
        assert refused.codes == ["UNAUTHENTICATED"], field["name"]
        assert not any((refused.data or {}).values())
