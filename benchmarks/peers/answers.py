"""Rows of the statements as answers, for the servers in Python that write these by hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.query import PAGE


def answer(rows: Sequence[Any], tallies: Sequence[Any] | None) -> dict[str, Any]:
    """The whole answer: of the page, one row more than it has, and where asked the statistics."""
    page: dict[str, Any] = {
        "nodes": [session(row) for row in rows[:PAGE]],
        "pageInfo": {"hasNextPage": len(rows) > PAGE},
    }
    if tallies is not None:
        page["stats"] = statistics(tallies)
    return {"data": {"client": {"sessions": page}}}


def session(row: Sequence[Any]) -> dict[str, Any]:
    """A session as it is sent."""
    return {
        "id": row[0],
        "startsAt": row[1],
        "durationMinutes": row[2],
        "status": row[3],
        "customerNotes": row[4],
        "privateNotes": row[5],
        "service": {"id": row[6], "name": row[7]},
        "calendar": {"id": row[8], "name": row[9]},
        "client": None if row[10] is None else {"id": row[10], "name": row[11]},
    }


def statistics(tallies: Sequence[Any]) -> dict[str, Any]:
    """Rows of currency, status, count and sum of prices."""
    counts: dict[str, int] = defaultdict(int)
    for _, status, count, _ in tallies:
        counts[status] += count
    return {
        "total": sum(counts.values()),
        "completed": counts["COMPLETED"],
        "cancelled": counts["CANCELLED"],
        "noShow": counts["NO_SHOW"],
        "revenue": [
            {"amount": amount(price_minor), "currency": currency}
            for currency, status, _, price_minor in tallies
            if status == "COMPLETED"
        ],
    }


def amount(price_minor: int) -> str:
    """Minor units as they are sent. All prices here are in EUR, which has cents."""
    return f"{price_minor // 100}.{price_minor % 100:02}"
