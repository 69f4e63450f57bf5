"""Exports as a front end takes them: asked for, and fetched by their link, without the HTTP."""

import csv
import io
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from exports.spreadsheet import BYTE_ORDER_MARK, unguarded
from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind
from resolvers.accounts.access import secret_hash
from resolvers.exporting.links import follow
from resolvers.exporting.spreadsheet import csv_file
from tests.practice import Answer, Practice

EXPORT: Final = """mutation ($input: ExportSessionHistoryInput!) {
  done: exportSessionHistory(input: $input) {
    export { id url fileName format sessionCount expiresAt state progress }
    errors { __typename message path ... on NotFoundError { id } }
  }
}"""
_PAGE: Final = """query (
  $id: ID!, $filter: SessionFilter, $sort: SessionSort!, $after: String, $private: Boolean!
) {
  client(id: $id) {
    sessions(filter: $filter, sort: $sort, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        startsAt endsAt durationMinutes status rescheduledCount customerNotes
        privateNotes @include(if: $private)
        service { name } calendar { name } price { amount currency } cancellation { at reason }
      }
    }
  }
}"""


async def hold_tokens(practice: Practice) -> None:
    """Have the tokens that a practice asks with in its tests: a link opens as long as they do."""
    for kind in (AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY):
        identifier = practice.principal(kind).token_id
        await AccessToken.get_or_create(
            practitioner_id=practice.practitioner.id,
            id=identifier,
            defaults={
                "kind": kind,
                "label": "tests",
                "secret_hash": secret_hash(practice.practitioner.id + identifier),
                "created_at": practice.now,
            },
        )


async def ask_for(
    practice: Practice,
    client_id: str,
    *,
    kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
    now: datetime | None = None,
    **given: Any,
) -> Answer:
    """The answer to asking for a client's history as CSV."""
    wanted = {"clientId": client_id, "format": "CSV", **given}
    return await practice.ask(EXPORT, {"input": wanted}, kind=kind, now=now)


async def export_of(practice: Practice, client_id: str, **given: Any) -> dict[str, Any]:
    """An export, which must not be refused."""
    answer = await ask_for(practice, client_id, **given)
    assert answer.errors == []
    assert answer.data["done"]["errors"] == []
    export: dict[str, Any] = answer.data["done"]["export"]
    return export


def key_of(export: dict[str, Any]) -> str:
    """The secret of an export's link."""
    key: str = parse_qs(urlsplit(export["url"]).query)["key"][0]
    return key


async def content_of(database: Database, export: dict[str, Any], *, now: datetime) -> bytes:
    """The bytes that a link leads to."""
    opened = await follow(database, export["id"], key_of(export), now=now)
    return b"".join([piece async for piece in csv_file(opened.context, opened.asked)])


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a file, without what guards them."""
    assert content.startswith(BYTE_ORDER_MARK)
    text = content.removeprefix(BYTE_ORDER_MARK).decode()
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return [dict(zip(head, map(unguarded, row), strict=True)) for row in rows]


async def taken(practice: Practice, client_id: str, **given: Any) -> list[dict[str, str]]:
    """The rows of the file that is asked for."""
    await hold_tokens(practice)
    export = await export_of(practice, client_id, **given)
    now = given.get("now", practice.now)
    rows = rows_of(await content_of(practice.database, export, now=now))
    assert export["sessionCount"] == len(rows)
    return rows


async def listed(
    practice: Practice,
    client_id: str,
    filter_: dict[str, Any] | None,
    *,
    sort: str,
    private: bool,
    now: datetime,
) -> list[dict[str, Any]]:
    """The sessions of the list with this filter and order, on all its pages."""
    given = {"id": client_id, "filter": filter_, "sort": sort, "private": private}
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await practice.ask(_PAGE, {**given, "after": after}, now=now)
        assert answer.errors == []
        page = answer.data["client"]["sessions"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]
