"""Links to calendars: made, fetched by calendar programs, and taken back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from models import CalendarFeed
from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.signing_in import set_password
from resolvers.feeds.links import MOST_FEEDS
from resolvers.feeds.reading import read_feed
from server.feeds import Feeds
from tests.practice import NOW, Practice
from tests.statements import RecordedDatabase

MAKE = """mutation ($id: ID!) { done: createCalendarFeed(input: {calendarId: $id}) {
  url feed { id calendar { name } createdAt lastFetchedAt }
  errors { __typename path message } } }"""
REVOKE = """mutation ($id: ID!) { done: revokeCalendarFeed(id: $id) {
  url feed { id } errors { __typename path } } }"""
LIST = "{ calendarFeeds { id calendar { name } lastFetchedAt } }"


class Subscribed:
    """A practice whose calendar somebody subscribes to."""

    def __init__(self, practice: Practice, client: httpx.AsyncClient) -> None:
        self.practice = practice
        self.client = client
        self.now: datetime = NOW

    async def make(self) -> Any:
        answer = await self.practice.ask(MAKE, {"id": self.practice.calendar.id})
        assert answer.errors == []
        assert answer.data["done"]["errors"] == []
        return answer.data["done"]

    async def listed(self) -> list[dict[str, Any]]:
        answer = await self.practice.ask(LIST)
        feeds: list[dict[str, Any]] = answer.data["calendarFeeds"]
        return feeds


@pytest.fixture
async def subscribed(practice: Practice) -> AsyncIterator[Subscribed]:
    made: list[Subscribed] = []
    feeds = Feeds(lambda: practice.database, clock=lambda: made[0].now)
    transport = httpx.ASGITransport(Starlette(routes=[feeds.route()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://us") as client:
        made.append(Subscribed(practice, client))
        yield made[0]


async def test_a_link_shows_a_calendar_until_it_is_taken_back(subscribed: Subscribed) -> None:
    await subscribed.practice.add_session(None, NOW)
    made = await subscribed.make()
    assert made["feed"]["calendar"]["name"] == "Main"
    assert made["feed"]["lastFetchedAt"] is None

    first = await subscribed.client.get(made["url"])
    (listed,) = await subscribed.listed()
    revoked = await subscribed.practice.ask(REVOKE, {"id": made["feed"]["id"]})
    again = await subscribed.client.get(made["url"])
    twice = await subscribed.practice.ask(REVOKE, {"id": made["feed"]["id"]})

    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.text.count("BEGIN:VEVENT") == 1
    assert listed["lastFetchedAt"] == "2026-05-14T12:00:00Z"
    assert revoked.data["done"] == {"url": None, "feed": {"id": made["feed"]["id"]}, "errors": []}
    assert (again.status_code, again.text) == (404, "There is no such calendar.\n")
    assert twice.data["done"]["errors"][0]["__typename"] == "NotFoundError"
    assert await subscribed.listed() == []


async def test_whoever_has_it_already_is_told_so_until_it_changes(subscribed: Subscribed) -> None:
    practice = subscribed.practice
    session = await practice.add_session(await practice.add_client("Ada"), NOW)
    url = (await subscribed.make())["url"]
    first = await subscribed.client.get(url)
    has_it = {"If-None-Match": f'W/{first.headers["etag"]}, "other"'}

    same = await subscribed.client.get(url, headers=has_it)
    for mutation in (
        f'updateSessionNotes(input: {{id: "{session.id}", privateNotes: "x"}})',
        f'updateSessionNotes(input: {{id: "{session.id}", customerNotes: "x"}})',
    ):
        await practice.ask(f"mutation {{ {mutation} {{ errors {{ message }} }} }}")
    changed = await subscribed.client.get(url, headers=has_it)
    subscribed.now += timedelta(minutes=30)
    later = await subscribed.client.get(url, headers={"If-None-Match": changed.headers["etag"]})
    head = await subscribed.client.head(url)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert (changed.status_code, "DESCRIPTION:x" in changed.text) == (200, True)
    assert later.status_code == 304
    assert (head.status_code, head.headers["etag"]) == (200, changed.headers["etag"])


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda url: url[:-1],
        lambda url: f"{url}x",
        lambda url: url.partition("?")[0],
        lambda url: url.replace("fed_", "tok_"),
        lambda url: url.replace("key=", f"key={'x' * 200}"),
        lambda url: url.replace("key=", "key=%00%ff"),
        lambda url: f"http://us/feeds/fed_{'0' * 26}.ics?{url.partition('?')[2]}",
        lambda _url: "http://us/feeds/..%2f.ics?key=x",
    ],
    ids=range(8),
)
async def test_any_other_link_leads_nowhere(subscribed: Subscribed, spoilt: Any) -> None:
    url = (await subscribed.make())["url"]

    answer = await subscribed.client.get(spoilt(url))

    assert answer.status_code == 404
    assert "BEGIN" not in answer.text


async def test_the_secret_is_not_kept_and_never_told_again(subscribed: Subscribed) -> None:
    made = await subscribed.make()
    secret = made["url"].partition("key=")[2]

    rows = await subscribed.practice.database.fetch("SELECT * FROM calendar_feed")

    assert len(secret) == 43
    assert secret not in str([tuple(row) for row in rows])
    assert secret not in str(await subscribed.listed())


async def test_one_link_is_fetched_sixty_times_an_hour(subscribed: Subscribed) -> None:
    url, other = (await subscribed.make())["url"], (await subscribed.make())["url"]

    statuses = [(await subscribed.client.get(url)).status_code for _ in range(61)]
    refused = await subscribed.client.get(url)
    beside = await subscribed.client.get(other)
    subscribed.now += timedelta(minutes=2)
    later = await subscribed.client.get(url)

    assert statuses == [200] * 60 + [429]
    assert int(refused.headers["retry-after"]) <= 60
    assert (beside.status_code, later.status_code) == (200, 200)


async def test_a_link_needs_a_calendar_of_ones_own_and_has_an_end_in_number(
    subscribed: Subscribed,
) -> None:
    practice = subscribed.practice
    elsewhere = await Practice.of(practice.database)
    for wrong in (elsewhere.calendar.id, practice.service.id, "cal_" + "0" * 26, "nothing"):
        answer = await practice.ask(MAKE, {"id": wrong})
        (error,) = answer.data["done"]["errors"]
        assert (error["__typename"], error["path"]) == ("NotFoundError", ["input", "calendarId"])
    for number in range(MOST_FEEDS):
        await CalendarFeed.create(
            practitioner_id=practice.practitioner.id,
            calendar_id=practice.calendar.id,
            secret_hash=f"{number:064}",
            created_at=NOW,
        )

    full = await practice.ask(MAKE, {"id": practice.calendar.id})

    assert "revoke some" in full.data["done"]["errors"][0]["message"]


async def test_a_token_that_only_reads_has_nothing_to_do_with_links(practice: Practice) -> None:
    for document, given in (
        (MAKE, {"id": practice.calendar.id}),
        (REVOKE, {"id": "fed_" + "0" * 26}),
        (LIST, {}),
    ):
        answer = await practice.ask(document, given, kind=AccessTokenKind.READ_ONLY)
        assert answer.codes == ["FORBIDDEN"]


async def test_a_new_password_that_ends_tokens_ends_links(subscribed: Subscribed) -> None:
    url, owner = (await subscribed.make())["url"], subscribed.practice.practitioner.id

    def change(*, everything: bool) -> Callable[[Transaction], Awaitable[int]]:
        return partial(set_password, practitioner_id=owner, password_hash="-",
                       end_made_tokens=everything, now=NOW)  # fmt: skip

    statuses = []
    for everything in (False, True):
        await write(subscribed.practice.database, change(everything=everything))
        statuses.append((await subscribed.client.get(url)).status_code)

    assert statuses == [200, 404]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_feed_seeks_in_an_index(url: str) -> None:
    async with RecordedDatabase(url) as recorded:
        practice = await Practice.of(recorded)
        made = (await practice.ask(MAKE, {"id": practice.calendar.id})).data["done"]
        recorded.statements.clear()

        await read_feed(recorded, made["feed"]["id"], made["url"].partition("key=")[2], now=NOW)

        plans = [line for sql, given in recorded.statements
                 for line in await recorded.plan_of(sql, given)]  # fmt: skip
    assert "USING INDEX uq_calendar_feed_id" in plans[0]
    assert any("session USING INDEX ix_session_slot" in line for line in plans)
    assert not any("SCAN" in line or "TEMP B-TREE FOR ORDER BY" in line for line in plans)
