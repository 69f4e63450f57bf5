"""PostGraphile, whose schema follows from the tables: its document, and its data as everybody's.

Sessions and their tallies are asked for at the root, which is one look-up less than through the
client. Tallies are in an order only so that two answers can be compared byte for byte.
"""

from typing import Any, Final

from benchmarks.peers.answers import statistics
from benchmarks.peers.node import on_node
from benchmarks.practice import Practice
from benchmarks.query import PAGE, STATISTICS, Question

_PAGE: Final = """
  sessions: allSessions(
    condition: {practitionerId: "%(owner)s", clientId: $clientId}
    orderBy: [STARTS_AT_DESC, ROW_ID_DESC]
    first: %(page)s
  ) {
    nodes {
      id: rowId startsAt durationMinutes status customerNotes privateNotes
      service: serviceByPractitionerIdAndServiceId { id: rowId name }
      calendar: calendarByPractitionerIdAndCalendarId { id: rowId name }
      client: clientByPractitionerIdAndClientId { id: rowId name }
    }
    pageInfo { hasNextPage }
  }"""
_TALLIES: Final = """
  tallies: allSessionTallies(
    condition: {practitionerId: "%(owner)s", clientId: $clientId}
    orderBy: [STATUS_ASC]
  ) {
    nodes { currency status sessions priceMinor }
  }"""


def _document(practice: Practice, question: Question) -> str:
    parts = _PAGE + _TALLIES if question is STATISTICS else _PAGE
    values = {"owner": practice.practitioner_id, "page": PAGE}
    return f"query History($clientId: String!) {{{parts % values}\n}}\n"


def _in_common(told: Any) -> Any:
    page = told["sessions"]
    for session in page["nodes"]:
        session["startsAt"] = session["startsAt"].replace(".000000+00:00", "Z")
    if "tallies" in told:
        page["stats"] = statistics(
            [
                (one["currency"], one["status"], int(one["sessions"]), int(one["priceMinor"]))
                for one in told["tallies"]["nodes"]
            ]
        )
    return {"client": {"sessions": page}}


POSTGRAPHILE: Final = on_node(
    "postgraphile.mjs",
    name="postgraphile",
    is_what="PostGraphile 5, its own schema of the same tables; no token",
    engine="postgresql",
    document=_document,
    in_common=_in_common,
)
