"""Pages of an allowed origin, as a browser asks for them: preflight first, then the request."""

import httpx

from tests.e2e.conftest import Reached

APP = "https://app.example.com"


def preflight(reached: Reached, origin: str, headers: str) -> httpx.Response:
    return httpx.options(
        f"{reached.address}/graphql",
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": headers,
        },
    )


def test_an_allowed_origin_may_send_json_and_a_token(reached: Reached) -> None:
    response = preflight(reached, APP, "authorization, content-type")

    assert response.status_code == httpx.codes.OK
    assert response.headers["access-control-allow-origin"] == APP
    assert "Authorization" in response.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


def test_an_allowed_origin_reads_the_answer(reached: Reached) -> None:
    response = httpx.post(
        f"{reached.address}/graphql",
        json={"query": "{ __typename }"},
        headers={"origin": APP, "sec-fetch-site": "cross-site"},
    )

    assert response.json()["data"] == {"__typename": "Query"}
    assert response.headers["access-control-allow-origin"] == APP
    exposed = response.headers["access-control-expose-headers"]
    assert exposed == "Content-Disposition, Retry-After, X-Request-ID"
    assert response.headers["vary"] == "Accept, Origin"


def test_another_origin_is_not_let_through(reached: Reached) -> None:
    for origin in ("https://evil.example", "null", f"{APP}.evil.example", "http://app.example.com"):
        response = preflight(reached, origin, "authorization")

        assert response.status_code == httpx.codes.BAD_REQUEST
        assert "access-control-allow-origin" not in response.headers


def test_other_headers_are_not_let_through(reached: Reached) -> None:
    assert preflight(reached, APP, "x-forwarded-for").status_code == httpx.codes.BAD_REQUEST
