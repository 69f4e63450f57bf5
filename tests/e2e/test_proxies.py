"""What stands between: whose headers are believed, and messages that others might end elsewhere."""

from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Served, running
from tests.e2e.test_half_open import HALF, closed, opened

BODY = b'{"query":"{__typename}"}'
IN_CHUNKS = b"18\r\n" + BODY + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_a_trusted_proxy_says_how_a_request_came(url: str, tmp_path: Path) -> None:
    """That a trusted one does is in test_hostile_requests.py; no database has a part in this."""
    log = tmp_path / "server.log"
    said = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    with running(url, log=log, TRUSTED_PROXIES="192.0.2.1") as address:
        answer = httpx.get(f"{address}/healthz", headers=said)

    assert answer.status_code == httpx.codes.OK
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 24\r\nTransfer-Encoding: chunked", IN_CHUNKS),
        (b"Content-Length: 24\r\nContent-Length: 25", BODY),
        (b"Content-Length: +24", BODY),
        (b"Transfer-Encoding: chunked, identity", IN_CHUNKS),
        (b"Transfer-Encoding : chunked", IN_CHUNKS),
        (b"X-A: b\rTransfer-Encoding: chunked", IN_CHUNKS),
    ],
    ids=lambda part: repr(part[:60]),
)
async def test_a_message_that_could_end_in_two_places_is_refused(
    served: Served, headers: bytes, body: bytes
) -> None:
    """Else a proxy might take a part of it for somebody else's request."""
    reader, writer = await opened(served.address, HALF + headers + b"\r\n\r\n" + body)
    answered = await closed(reader)
    writer.close()

    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1") == 1
