"""Statistics: what they say where currencies are mixed, and what they cost to reckon."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from models.enums import SessionStatus
from tests.practice import NOW, Practice
from tests.resolvers.test_pages import add_many
from tests.resolvers.test_statements import analyse, statements_of
from tests.statements import RecordedDatabase

FIELDS = (
    *("total", "pending", "confirmed", "completed", "cancelled", "noShow"),
    *("upcoming", "cancellationRate", "noShowRate", "firstSessionAt", "lastSessionAt"),
    *("revenue { amount currency }", "byMonth { month total revenue { amount } }"),
    "byService { service { name } noShow }",
)
TOTALS = "total completed cancelled noShow revenue { amount currency }"


@pytest.fixture
async def recorded(url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(url) as database:
        yield database


async def stats_of(practice: Practice, client_id: str, fields: str) -> dict[str, Any]:
    answer = await practice.ask(f'{{ client(id: "{client_id}") {{ stats {{ {fields} }} }} }}')
    assert answer.errors == []
    stats: dict[str, Any] = answer.data["client"]["stats"]
    return stats


async def test_a_part_says_the_same_whatever_is_selected_beside_it(practice: Practice) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 60, Random(2))

    together = await stats_of(practice, client.id, " ".join(FIELDS))
    apart: dict[str, Any] = {}
    for field in FIELDS:
        apart |= await stats_of(practice, client.id, field)

    assert apart == together
    assert together["total"] == 60


async def test_nothing_is_zero_or_null_for_a_client_without_sessions(practice: Practice) -> None:
    client = await practice.add_client()

    found = await stats_of(practice, client.id, " ".join(FIELDS))

    assert found == {
        **dict.fromkeys(("total", "pending", "confirmed", "completed", "cancelled", "noShow"), 0),
        **dict.fromkeys(("cancellationRate", "noShowRate"), None),
        **dict.fromkeys(("firstSessionAt", "lastSessionAt"), None),
        "upcoming": 0,
        "revenue": [],
        "byMonth": [],
        "byService": [],
    }


async def test_revenue_is_one_amount_for_each_currency_of_each_client(practice: Practice) -> None:
    mixed, plain = await practice.add_client("Mixed"), await practice.add_client("Plain")
    for client, currency, price, status in (
        (mixed, "EUR", 100, SessionStatus.COMPLETED),
        (mixed, "USD", 250, SessionStatus.COMPLETED),
        (mixed, "USD", 250, SessionStatus.COMPLETED),
        (mixed, "CHF", 900, SessionStatus.CANCELLED),
        (plain, "GBP", 300, SessionStatus.COMPLETED),
        (plain, "CHF", 900, SessionStatus.NO_SHOW),
    ):
        await practice.add_session(client, status=status, price_minor=price, currency=currency)

    answer = await practice.ask(
        "{ clients { nodes { stats { revenue { amount currency } } } } "
        "sessions { stats { revenue { amount currency } } } }"
    )

    eur, usd = {"amount": "1.00", "currency": "EUR"}, {"amount": "5.00", "currency": "USD"}
    gbp = {"amount": "3.00", "currency": "GBP"}
    assert [one["stats"]["revenue"] for one in answer.data["clients"]["nodes"]] == [
        [eur, usd],
        [gbp],
    ]
    assert answer.data["sessions"]["stats"]["revenue"] == [eur, gbp, usd]


PARTS = [
    "byMonth { month total completed revenue { amount currency } }",
    "byService { service { name } total completed revenue { amount currency } }",
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("currencies", [("EUR", "EUR"), ("EUR", "USD"), ("USD", "USD")])
async def test_parts_add_up_to_the_whole_whatever_the_currencies(
    practice: Practice, currencies: tuple[str, str], part: str
) -> None:
    """Asked for together, the whole is what the parts add up to; apart, it is counted."""
    client = await practice.add_client()
    services = [await practice.add_service(f"Service {number}") for number in range(3)]
    for number in range(40):
        await practice.add_session(
            client,
            NOW - timedelta(days=9 * number),
            Random(number).choice(list(SessionStatus)),
            price_minor=100 + number,
            currency=currencies[number % 2],
            service_id=services[number % 3].id,
        )
    await practice.add_session(  # in another month, and brings in nothing
        client, NOW - timedelta(days=900), SessionStatus.CANCELLED, currency="CHF"
    )

    whole = await stats_of(practice, client.id, TOTALS)
    together = await stats_of(practice, client.id, f"{TOTALS} {part}")

    (parts,) = (together.pop(name) for name in ("byMonth", "byService") if name in together)
    assert together == whole
    for count in ("total", "completed"):
        assert sum(one[count] for one in parts) == whole[count]
    sums: dict[str, Decimal] = {}
    for one in parts:
        for revenue in one["revenue"]:
            before = sums.get(revenue["currency"], Decimal(0))
            sums[revenue["currency"]] = before + Decimal(revenue["amount"])
    assert sums == {one["currency"]: Decimal(one["amount"]) for one in whole["revenue"]}
    assert len(sums) == len(set(currencies))
    assert len(parts) > 2


async def test_months_come_in_order_and_none_is_empty(practice: Practice) -> None:
    client = await practice.add_client()
    for days in (200, 10, 400):
        await practice.add_session(client, NOW - timedelta(days=days))

    found = await stats_of(practice, client.id, "byMonth { month total }")

    months = [month["month"] for month in found["byMonth"]]
    assert months == sorted(months)
    assert [month["total"] for month in found["byMonth"]] == [1, 1, 1]


async def test_only_what_is_selected_is_reckoned(recorded: RecordedDatabase) -> None:
    practice = await Practice.of(recorded)
    client = await practice.add_client()
    await practice.add_session(client, status=SessionStatus.COMPLETED)

    async def reckoned(fields: str) -> list[str]:
        document = f'{{ client(id: "{client.id}") {{ stats {{ {fields} }} }} }}'
        return [sql for sql, _ in (await statements_of(practice, document))[1:]]

    (counts,) = await reckoned("total completed noShowRate")
    assert not any(word in counts for word in ("price_minor", "starts_at", "ends_at"))
    assert {status for status in SessionStatus if f"'{status.value}'" in counts} == {
        SessionStatus.COMPLETED,
        SessionStatus.NO_SHOW,
    }
    (revenue,) = await reckoned("revenue { amount }")
    assert not any(word in revenue for word in ("NO_SHOW", "starts_at", "ends_at"))
    (ends,) = await reckoned("firstSessionAt")
    assert not any(word in ends for word in ("count(", "price_minor"))
    by_service, _services = await reckoned("byService { total }")
    assert "GROUP BY session.service_id" in by_service
    assert await reckoned("__typename") == []

    # What is counted by parts is not counted once more.
    assert len(await reckoned("total revenue { amount } byService { total }")) == 2
    ends, _months = await reckoned("total revenue { amount } byMonth { total }")
    assert not any(word in ends for word in ("count(", "price_minor"))


async def test_mixed_currencies_cost_one_statement_more_and_no_more(
    recorded: RecordedDatabase,
) -> None:
    practice = await Practice.of(recorded)
    for number in range(5):
        client = await practice.add_client(f"Client {number}")
        for currency in ("EUR", "USD", "CHF"):
            await practice.add_session(client, status=SessionStatus.COMPLETED, currency=currency)

    found = await statements_of(practice, "{ clients { nodes { stats { revenue { amount } } } } }")

    assert len(found) == 3


FILTERS = [
    "",
    "(filter: {period: UPCOMING})",
    "(filter: {period: PAST, statuses: [COMPLETED]})",
    '(filter: {from: "2026-05-01", to: "2026-05-31"})',
    "(filter: {needsStatus: true})",
]


async def test_statistics_are_read_from_one_index_alone_and_sorted_by_nobody(
    recorded: RecordedDatabase,
) -> None:
    practice, neighbour = await Practice.of(recorded), await Practice.of(recorded)
    random = Random(1)
    clients = [await practice.add_client(f"Client {number}") for number in range(10)]
    for client in clients:
        await add_many(practice, client.id, 500, random)
    await add_many(neighbour, (await neighbour.add_client()).id, 2000, random)
    await analyse(recorded)
    if recorded.engine_name == "postgres":
        # Which pages of the table all can see is known once somebody has looked.
        await recorded.client.execute_script("VACUUM session")
    bad = []

    for given in FILTERS:
        for fields in (TOTALS, " ".join(FIELDS[:-2])):
            document = f'{{ client(id: "{clients[3].id}") {{ stats{given} {{ {fields} }} }} }}'
            _client, (sql, parameters) = await statements_of(practice, document)
            plan = await recorded.plan_of(sql, parameters)
            if not is_of_one_index(plan):
                bad.append((given, fields, plan))

    assert bad == []


def is_of_one_index(plan: list[str]) -> bool:
    """Whether nothing but the index of the history is read, and nothing is put in order."""
    text = "\n".join(plan)
    told = ("COVERING INDEX ix_session_history ", "Index Only Scan using ix_session_history on")
    return any(one in text for one in told) and not any(
        word in text for word in ("TEMP B-TREE", "Sort", "SCAN session", "Seq Scan")
    )


async def test_parts_by_month_and_service_are_read_from_the_index_too(
    recorded: RecordedDatabase,
) -> None:
    """By SQLite's account; PostgreSQL may take another way where there are few sessions."""
    practice = await Practice.of(recorded)
    client = await practice.add_client()
    await add_many(practice, client.id, 500, Random(1))
    await practice.add_session(client, NOW - timedelta(days=400))
    document = f'{{ client(id: "{client.id}") {{ stats {{ {" ".join(FIELDS[-2:])} }} }} }}'

    found = [one for one in await statements_of(practice, document) if "session" in one[0]]

    if recorded.engine_name == "sqlite":
        for sql, parameters in found:
            plan = await recorded.plan_of(sql, parameters)
            assert any("COVERING INDEX ix_session_history " in line for line in plan), plan
    assert len(found) == 3
