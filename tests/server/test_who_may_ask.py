"""Which origins, media types and networks: decisions on headers alone."""

import pytest
from starlette.datastructures import Headers

from server.browsers import may_ask
from server.negotiation import EVENTS, GRAPHQL, JSON, media_type_for
from server.networks import network_of

ALLOWED = ("https://app.example.com",)


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),  # no browser
        ({"origin": "https://app.example.com"}, True),
        ({"origin": "https://app.example.com", "sec-fetch-site": "cross-site"}, True),
        ({"origin": "https://api.example.com", "host": "api.example.com"}, True),
        ({"origin": "http://api.example.com:8000", "host": "api.example.com:8000"}, True),
        ({"origin": "https://api.example.com", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),  # typed into the address bar
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://evil.example", "host": "api.example.com"}, False),
        ({"origin": "https://app.example.com.evil.example", "host": "api.example.com"}, False),
        ({"origin": "http://app.example.com", "host": "api.example.com"}, False),
        ({"origin": "https://app.example.com:8443", "host": "api.example.com"}, False),
        ({"origin": "null", "host": "api.example.com"}, False),
        ({"origin": "", "host": "api.example.com"}, False),
        ({"origin": "https://api.example.com"}, False),
        (
            {
                "origin": "https://evil.example",
                "host": "evil.example",
                "sec-fetch-site": "cross-site",
            },
            False,
        ),
    ],
)
def test_pages_of_our_own_and_of_allowed_origins_may_ask(
    headers: dict[str, str], *, may: bool
) -> None:
    assert may_ask(Headers(headers), ALLOWED) is may


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL};charset=utf-8", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (EVENTS, EVENTS),
        (f"{EVENTS};q=0.9, {JSON}", JSON),
        # urql's, with every query.
        (f"{GRAPHQL}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed", GRAPHQL),
        (f"{JSON};q=0", None),
        (f"{JSON};q=high", None),
        ("image/png", None),
    ],
)
def test_an_answer_has_the_media_type_that_is_ranked_first(
    accept: str | None, chosen: str | None
) -> None:
    assert media_type_for(accept) == chosen


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("192.0.2.7", 5000), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 5000), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 0), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.7", 5000), "192.0.2.7"),
        (("testclient", 5000), "local"),
        (None, "local"),
    ],
)
def test_a_network_is_an_address_or_a_customers_worth_of_them(
    client: tuple[str, int] | None, network: str
) -> None:
    assert network_of({"type": "http", "client": client}) == network
