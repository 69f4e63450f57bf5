"""The identity provider's keys: when they are fetched, from where, and what happens when not."""

import asyncio
import gzip
import logging
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from resolvers.accounts.outside_identities import Identity, link_identity
from server.identity_provider.key_set import usable_keys
from tests.identity_provider import (
    DISCOVERY,
    JWKS,
    Answer,
    Provider,
    private_key,
    public_jwk,
    running_provider,
    self_signed,
)
from tests.practice import NOW, Practice
from tests.server.identity_provider.conftest import Door

FULL = AccessTokenKind.PRACTITIONER


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine is enough here: a key is found before any table is read."""
    name: str = request.param
    return name


async def test_requests_that_come_together_share_one_fetch(door: Door, provider: Provider) -> None:
    token = provider.token()

    opened = await asyncio.gather(*(door.opens(token) for _ in range(20)))

    assert opened == [FULL] * 20
    assert provider.requests == [DISCOVERY, JWKS]


async def test_keys_are_kept_for_ten_minutes(door: Door, provider: Provider) -> None:
    for door.seconds in (0, 1, 599.9):
        assert await door.opens(provider.token()) is FULL
    assert provider.fetches == 1

    door.seconds = 600
    assert await door.opens(provider.token()) is FULL
    assert provider.fetches == 2


async def test_a_new_key_is_fetched_when_its_first_token_arrives(
    door: Door, provider: Provider
) -> None:
    assert await door.opens(provider.token()) is FULL
    provider.publish(public_jwk("rsa"), public_jwk("ec rotated"))
    rotated = provider.token(kid="ec rotated", algorithm="ES256")

    door.seconds = 60
    opened = await asyncio.gather(*(door.opens(rotated) for _ in range(5)))

    assert opened == [FULL] * 5
    assert provider.fetches == 2


async def test_unknown_keys_cause_one_fetch_a_minute_at_most(
    door: Door, provider: Provider
) -> None:
    for door.seconds, fetches in (
        (0, 1),
        (1, 1),
        (59.9, 1),
        (60, 2),
        (61, 2),
        (119.9, 2),
        (120, 3),
    ):
        unknown = [provider.token(header={"kid": f"made up {one}"}) for one in range(5)]
        assert await asyncio.gather(*map(door.opens, unknown)) == [None] * 5
        assert provider.fetches == fetches
        assert await door.opens(provider.token()) is FULL


async def test_a_key_that_was_withdrawn_verifies_nothing_after_ten_minutes(
    door: Door, provider: Provider
) -> None:
    assert await door.opens(provider.token()) is FULL
    provider.publish(public_jwk("ec"))

    door.seconds = 600

    assert await door.opens(provider.token()) is None
    assert await door.opens(provider.token(kid="ec", algorithm="ES256")) is FULL


async def test_while_the_provider_is_down_its_last_keys_are_used_for_a_day(
    door: Door, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    assert await door.opens(provider.token()) is FULL
    provider.answers[JWKS] = Answer(status=503)

    for door.seconds, fetches in ((600, 2), (601, 2), (660, 3), (86_399, 4)):
        assert await door.opens(provider.token()) is FULL
        assert await door.opens(provider.token(kid="ec rotated", algorithm="ES256")) is None
        assert provider.fetches == fetches
    warnings = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert len(warnings) == 3
    door.seconds = 86_400
    assert await door.opens(provider.token()) is None

    provider.publish(public_jwk("rsa"))
    door.seconds = 86_460
    assert await door.opens(provider.token()) is FULL


def discovering(**changes: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        document = {"issuer": provider.issuer, "jwks_uri": f"{provider.issuer}{JWKS}"}
        provider.discover(**{**document, **changes})

    return change


def answering(path: str, body: Any = b"", **answer: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        provider.answers[path] = Answer(body, **answer)

    return change


def redirecting(path: str) -> Callable[[Provider], None]:
    """To the very answer that was wanted, at an address of the same host."""

    def change(provider: Provider) -> None:
        provider.answers["/moved"] = provider.answers[path]
        headers = {"Location": f"{provider.issuer}/moved"}
        provider.answers[path] = Answer(status=302, headers=headers)

    return change


def compressing(provider: Provider) -> None:
    body = provider.answers[JWKS].body
    assert isinstance(body, bytes)
    headers = {"Content-Encoding": "gzip"}
    provider.answers[JWKS] = Answer(gzip.compress(body), headers=headers)


def pad(provider: Provider, size: int) -> None:
    """Answer with the right keys, in this many bytes."""
    body = provider.answers[JWKS].body
    assert isinstance(body, bytes)
    provider.answers[JWKS] = Answer(body.ljust(size))


ELSEWHERE = "names no jwks_uri at the issuer's own host"
FAILING: dict[str, tuple[str, Callable[[Provider], None]]] = {
    "the discovery is not there": ("answered 404", answering(DISCOVERY, status=404)),
    "the discovery fails": ("answered 500", answering(DISCOVERY, status=500)),
    "the discovery is a page": ("no JSON object", answering(DISCOVERY, b"<html>")),
    "the discovery is a list": ("no JSON object", answering(DISCOVERY, b"[]")),
    "the discovery moved": ("answered 302", redirecting(DISCOVERY)),
    "another issuer": ("another issuer's", discovering(issuer="https://evil.example")),
    "a slash more": ("another issuer's", discovering(issuer="http://127.0.0.1/")),
    "no issuer": ("another issuer's", discovering(issuer=None)),
    "keys at another host": (ELSEWHERE, discovering(jwks_uri="https://evil.example/keys")),
    "keys at another port": (ELSEWHERE, discovering(jwks_uri="http://127.0.0.1:1/keys")),
    "keys by http": (ELSEWHERE, discovering(jwks_uri="http://evil.example/keys")),
    "keys in a file": (ELSEWHERE, discovering(jwks_uri="file:///etc/passwd")),
    "keys at a host of two names": (
        ELSEWHERE,
        discovering(jwks_uri="http://127.0.0.1\\@evil.example/keys"),
    ),
    "keys nowhere": (ELSEWHERE, discovering(jwks_uri=None)),
    "keys at a number": (ELSEWHERE, discovering(jwks_uri=7)),
    "the keys fail": ("answered 500", answering(JWKS, status=500)),
    "the keys moved": ("answered 302", redirecting(JWKS)),
    "an answer without one": ("answered 204", answering(JWKS, status=204)),
    "the keys are garbage": ("no JSON object", answering(JWKS, b"\x00\xff")),
    "the keys are nested beyond reason": ("no JSON object", answering(JWKS, b"[" * 60_000)),
    "the keys are compressed": ("no JSON object", compressing),
    "no list of keys": ("no list of keys", answering(JWKS, b'{"keys": {}}')),
    "an error in JSON": ("no list of keys", answering(JWKS, b'{"error": "busy"}')),
    "64 KiB and a byte": ("more than 65536 bytes", lambda one: pad(one, 64 * 1024 + 1)),
    "no end": (
        "more than 65536 bytes",
        lambda one: one.answers.update({JWKS: Answer(b" " * 1024 for _ in range(10_000))}),
    ),
    "an answer that is cut off": (
        "RemoteProtocolError",
        answering(JWKS, b"{", headers={"Content-Length": "100"}),
    ),
}


@pytest.mark.parametrize(("reason", "fail"), FAILING.values(), ids=FAILING)
async def test_without_keys_nothing_opens_and_the_log_says_why_once_for_each_fetch(
    door: Door,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    reason: str,
    fail: Callable[[Provider], None],
) -> None:
    good = dict(provider.answers)
    fail(provider)

    opened = await asyncio.gather(*(door.opens(provider.token()) for _ in range(5)))
    assert opened == [None] * 5
    assert await door.opens(provider.token()) is None

    assert len(provider.requests) <= 2
    assert "/moved" not in provider.requests
    (warning,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert reason in getattr(warning, "reason", "")
    provider.answers = good
    door.seconds = 60
    assert await door.opens(provider.token()) is FULL


async def test_an_answer_of_just_64_kib_is_read(door: Door, provider: Provider) -> None:
    pad(provider, 64 * 1024)

    assert await door.opens(provider.token()) is FULL


async def test_nobody_waits_for_a_provider_that_hangs_but_those_who_need_it(
    door: Door, provider: Provider
) -> None:
    async def issue(transaction: Transaction) -> str:
        owner = door.practice.practitioner.id
        return await issue_token(transaction, owner, label="ours", now=NOW)

    ours = await write(door.practice.database, issue)
    assert await door.opens(provider.token()) is FULL
    held = provider.answers[DISCOVERY].held_until = threading.Event()
    provider.publish(public_jwk("rsa"), public_jwk("ec rotated"))
    door.seconds = 60
    waiting = asyncio.create_task(door.opens(provider.token(kid="ec rotated", algorithm="ES256")))
    await asyncio.sleep(0)  # it begins, and gets no further than its first wait

    assert await door.opens(ours) is FULL
    assert await door.opens(provider.token()) is FULL

    assert not waiting.done()
    held.set()
    assert await waiting is FULL


async def test_a_provider_that_hangs_is_given_up(
    linked: Practice,
    provider: Provider,
    tls: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door(linked, tls, provider.issuer, timeout_seconds=0.1)
    held = provider.answers[DISCOVERY].held_until = threading.Event()

    assert await door.opens(provider.token()) is None

    held.set()
    reasons = [one.reason for one in caplog.records if hasattr(one, "reason")]
    assert reasons == ["no answer within 0.1 seconds"]


async def test_a_provider_is_believed_if_its_certificate_is(
    practice: Practice, tls: ssl.SSLContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = self_signed(tmp_path / "certificate.pem")
    with running_provider(certificate=certificate) as provider:
        identity = Identity(provider.issuer, provider.subject)
        await link_identity(practice.database, practice.practitioner.id, identity, now=NOW)
        suspicious = Door(practice, tls, provider.issuer)
        trusting = Door(practice, ssl.create_default_context(cafile=certificate), provider.issuer)

        assert await suspicious.opens(provider.token()) is None
        assert provider.requests == []
        assert await trusting.opens(provider.token()) is FULL

    reasons = [one.reason for one in caplog.records if hasattr(one, "reason")]
    assert len(reasons) == 1
    assert "CERTIFICATE_VERIFY_FAILED" in reasons[0]


async def test_an_answer_that_trickles_in_is_given_up(
    linked: Practice,
    provider: Provider,
    tls: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door(linked, tls, provider.issuer, timeout_seconds=0.2)
    pause = threading.Event()
    provider.answers[JWKS] = Answer(b" " for _ in range(100) if not pause.wait(0.05))

    assert await door.opens(provider.token()) is None
    pause.set()
    reasons = [one.reason for one in caplog.records if hasattr(one, "reason")]
    assert reasons == ["no answer within 0.2 seconds"]


async def test_a_request_that_goes_away_leaves_the_fetch_to_the_others(
    door: Door, provider: Provider
) -> None:
    held = provider.answers[JWKS].held_until = threading.Event()
    first = asyncio.create_task(door.opens(provider.token()))
    second = asyncio.create_task(door.opens(provider.token()))
    assert await asyncio.to_thread(provider.answers[JWKS].asked.wait, 10)
    first.cancel()
    await asyncio.wait([first])

    held.set()

    assert first.cancelled()
    assert await second is FULL
    assert provider.fetches == 1


async def test_keys_come_from_the_address_of_the_settings_when_there_is_one(
    linked: Practice, provider: Provider, tls: ssl.SSLContext
) -> None:
    provider.answers["/elsewhere?version=2"] = provider.answers.pop(JWKS)
    door = Door(linked, tls, provider.issuer, jwks_url=f"{provider.issuer}/elsewhere?version=2")

    assert await door.opens(provider.token()) is FULL
    assert provider.requests == ["/elsewhere?version=2"]


async def test_an_issuer_with_a_path_is_discovered_below_it(
    linked: Practice, provider: Provider, tls: ssl.SSLContext
) -> None:
    issuer = f"{provider.issuer}/realms/practice/"
    door = Door(linked, tls, issuer)

    assert await door.opens(provider.token(iss=issuer)) is None
    assert provider.requests == [f"/realms/practice{DISCOVERY}"]


async def test_a_provider_that_takes_all_its_keys_back_is_believed(
    door: Door, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    assert await door.opens(provider.token()) is FULL
    provider.publish()

    door.seconds = 600

    assert await door.opens(provider.token()) is None
    assert "publishes no key that can be used" in caplog.text


UNUSABLE: dict[str, Callable[[], Any]] = {
    "no object": lambda: "key",
    "nothing": dict,
    "no id": lambda: {k: v for k, v in public_jwk("ec").items() if k != "kid"},
    "a number for an id": lambda: public_jwk("ec", kid=1),
    "for encryption": lambda: public_jwk("ec", use="enc"),
    "for signing": lambda: public_jwk("ec", key_ops=["sign"]),
    "operations that are no list": lambda: public_jwk("ec", key_ops="verify"),
    "for another algorithm": lambda: public_jwk("ec", alg="ES384"),
    "for an algorithm that is a list": lambda: public_jwk("ec", alg=["ES256"]),
    "a shared secret": lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "oct", "alg": "HS256"},
    "a private key": lambda: {
        **jwt.get_algorithm_by_name("ES256").to_jwk(private_key("ec"), as_dict=True),
        "kid": "ec",
    },
    "another curve": lambda: public_jwk("curve384"),
    "a curve that is a list": lambda: public_jwk("ec", crv=["P-256"]),
    "a type that is a list": lambda: public_jwk("ec", kty=["EC"]),
    "a point that is none": lambda: public_jwk("ec", x="AAAA"),
    "a point not on the curve": lambda: public_jwk("ec", y=public_jwk("ec of a stranger")["x"]),
    "a number that is none": lambda: public_jwk("rsa", n=7),
    "no exponent": lambda: public_jwk("rsa", e=""),
    "an Ed25519 key that is too short": lambda: public_jwk("ed", x="AAAA"),
}


@pytest.mark.parametrize("made", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_be_used_is_left_out_and_the_others_are_not(
    made: Callable[[], Any],
) -> None:
    assert list(usable_keys([made(), public_jwk("rsa")])) == ["rsa"]


def test_a_key_verifies_what_it_is_for_and_nothing_else() -> None:
    keys = usable_keys(
        [
            public_jwk("rsa"),
            public_jwk("rsa pinned", alg="PS256"),
            public_jwk("ec"),
            public_jwk("ed"),
        ]
    )

    assert {kid: sorted(by_algorithm) for kid, by_algorithm in keys.items()} == {
        "rsa": ["PS256", "RS256"],
        "rsa pinned": ["PS256"],
        "ec": ["ES256"],
        "ed": ["EdDSA"],
    }


async def test_a_key_that_is_too_short_verifies_nothing(
    door: Door, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    assert private_key("short").key_size == 1024
    provider.publish(public_jwk("short"))

    with caplog.at_level(logging.INFO, "session_history"):
        assert await door.opens(provider.token(kid="short")) is None

    assert [getattr(one, "reason", None) for one in caplog.records] == ["InvalidKeyError"]
