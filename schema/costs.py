"""What the cost of a document is reckoned from, before anything is read."""

from typing import Final

from execution.limits import Assumptions
from resolvers.pages import DEFAULT_PAGE, LARGEST_PAGE

ASSUMPTIONS: Final = Assumptions(
    page=DEFAULT_PAGE,
    largest_page=LARGEST_PAGE,
    # Of lists that have no pages: what most records hold, not the most that one may hold.
    list_lengths={
        "accessTokens": 20,
        "availableActions": 9,
        "byMonth": 24,
        "byService": 10,
        "calendarFeeds": 5,
        "calendars": 5,
        "changes": 3,
        "errors": 1,
        "events": 5,
        "followUps": 2,
        "results": 50,
        "revenue": 1,
        "services": 20,
    },
    # Each of them takes a password's hash to be computed.
    once=frozenset({"changePassword", "signIn", "signUp"}),
)
