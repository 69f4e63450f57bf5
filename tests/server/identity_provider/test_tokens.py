"""Which tokens of an identity provider open a record, and which open nothing."""

import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.utils import base64url_encode

from models.enums import AccessTokenKind
from server.identity_provider.verification import named_key, verified_claims
from tests.identity_provider import (
    AUDIENCE,
    DISCOVERY,
    JWKS,
    Provider,
    assembled,
    private_key,
    public_jwk,
    signer,
)
from tests.practice import NOW
from tests.server.identity_provider.conftest import Door

AT = int(NOW.timestamp())
FULL = AccessTokenKind.PRACTITIONER
READ_ONLY = AccessTokenKind.READ_ONLY

GOOD: dict[str, Callable[[Provider], str]] = {
    "RS256": lambda one: one.token(),
    "PS256": lambda one: one.token(algorithm="PS256"),
    "ES256": lambda one: one.token(kid="ec", algorithm="ES256"),
    "EdDSA": lambda one: one.token(kid="ed", algorithm="EdDSA"),
    "typ JWT": lambda one: one.token(header={"typ": "JWT"}),
    "typ in full": lambda one: one.token(header={"typ": "application/at+jwt"}),
    "no typ": lambda one: assembled(
        {"alg": "RS256", "kid": "rsa"}, one.claims(), signer("rsa", "RS256")
    ),
    "for others too": lambda one: one.token(aud=["another", AUDIENCE]),
    "fractions of a second": lambda one: one.token(exp=AT + 0.5, iat=AT - 0.5),
    "an address of keys that nobody reads": lambda one: one.token(
        header={"jku": f"{one.issuer}/evil", "x5u": f"{one.issuer}/evil", "x5t": "abc"}
    ),
}


@pytest.mark.parametrize("made", GOOD.values(), ids=GOOD)
async def test_a_good_token_opens_its_practitioners_record(
    door: Door, provider: Provider, made: Callable[[Provider], str]
) -> None:
    assert await door.opens(made(provider)) is FULL
    assert provider.requests == [DISCOVERY, JWKS]


def public_pem(_message: bytes) -> bytes:
    pem = private_key("rsa").public_key()
    secret = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return hmac.digest(secret, _message, "sha256")


def twice(provider: Provider, name: str, value: str) -> str:
    """A token of the real key that makes a claim twice, ours last."""
    claims = json.dumps(provider.claims())
    return assembled(
        {"alg": "RS256", "kid": "rsa"},
        f"{{{json.dumps(name)}: {json.dumps(value)}, {claims[1:]}".encode(),
        signer("rsa", "RS256"),
    )


def claiming(provider: Provider, raw: bytes) -> str:
    return assembled({"alg": "RS256", "kid": "rsa"}, raw, signer("rsa", "RS256"))


def cut(token: str, part: int, replacement: str) -> str:
    parts = token.split(".")
    parts[part] = replacement
    return ".".join(parts)


def payload(**claims: Any) -> str:
    return base64url_encode(json.dumps(claims).encode()).decode()


FORGED: dict[str, tuple[str, Callable[[Provider], str]]] = {
    # Its signature.
    "unsigned": (
        "InvalidAlgorithmError",
        lambda one: one.token(algorithm="none", signed_by=lambda _: b""),
    ),
    "unsigned, written otherwise": (
        "InvalidAlgorithmError",
        lambda one: one.token(algorithm="nOnE", signed_by=lambda _: b""),
    ),
    "HS256 with the public key as the secret": (
        "InvalidAlgorithmError",
        lambda one: one.token(algorithm="HS256", signed_by=public_pem),
    ),
    "no algorithm": (
        "InvalidAlgorithmError",
        lambda one: one.token(header={"alg": None}),
    ),
    "a list of algorithms": (
        "InvalidAlgorithmError",
        lambda one: one.token(header={"alg": ["RS256"]}),
    ),
    "an algorithm that we do not take": (
        "InvalidAlgorithmError",
        lambda one: one.token(algorithm="RS512"),
    ),
    "signed by a stranger": (
        "InvalidSignatureError",
        lambda one: one.token(signed_by=signer("rsa of a stranger", "RS256")),
    ),
    "ES256 by a stranger, named as an RSA key": (
        "InvalidKeyError",
        lambda one: one.token(algorithm="ES256", signed_by=signer("ec of a stranger", "ES256")),
    ),
    "RS256 by a stranger, named as an EC key": (
        "InvalidKeyError",
        lambda one: one.token(kid="ec", signed_by=signer("rsa of a stranger", "RS256")),
    ),
    "EdDSA named as an RSA key": (
        "InvalidKeyError",
        lambda one: one.token(algorithm="EdDSA", signed_by=signer("ed", "EdDSA")),
    ),
    "PSS said to be PKCS #1": (
        "InvalidSignatureError",
        lambda one: one.token(signed_by=signer("rsa", "PS256")),
    ),
    "no signature": ("InvalidSignatureError", lambda one: cut(one.token(), 2, "")),
    "an EC signature of zeros": (
        "InvalidSignatureError",
        lambda one: one.token(kid="ec", algorithm="ES256", signed_by=lambda _: bytes(64)),
    ),
    "an EC signature of another length": (
        "InvalidSignatureError",
        lambda one: one.token(kid="ec", algorithm="ES256", signed_by=lambda _: bytes(63)),
    ),
    "claims changed after it was signed": (
        "InvalidSignatureError",
        lambda one: cut(one.token(sub="somebody else"), 1, payload(**one.claims())),
    ),
    # The key it names.
    "its own key in its header": (
        "InvalidSignatureError",
        lambda one: one.token(
            header={"jwk": public_jwk("rsa of a stranger")},
            signed_by=signer("rsa of a stranger", "RS256"),
        ),
    ),
    "the address of its own key in its header": (
        "InvalidKeyError",
        lambda one: one.token(
            kid="rsa of a stranger",
            header={"jku": f"{one.issuer}/evil", "x5u": f"{one.issuer}/evil"},
        ),
    ),
    "a key nobody knows": ("InvalidKeyError", lambda one: one.token(kid="rsa unknown")),
    "a key that is a path": (
        "InvalidKeyError",
        lambda one: one.token(header={"kid": "../../../../dev/null"}),
    ),
    "a key that is a statement": (
        "InvalidKeyError",
        lambda one: one.token(header={"kid": "' OR 1=1; --"}),
    ),
    "no key named": (
        "InvalidKeyError",
        lambda one: assembled({"alg": "RS256"}, one.claims(), signer("rsa", "RS256")),
    ),
    "a number for a key": ("InvalidKeyError", lambda one: one.token(header={"kid": 1})),
    # What it is.
    "an extension that must be understood": (
        "InvalidTokenError",
        lambda one: one.token(header={"crit": ["exp"], "exp": AT}),
    ),
    "no extension that must be understood": (
        "InvalidTokenError",
        lambda one: one.token(header={"crit": []}),
    ),
    "a payload that is elsewhere": (
        "InvalidTokenError",
        lambda one: one.token(header={"b64": False, "crit": ["b64"]}),
    ),
    "a payload that is not encoded": ("DecodeError", lambda one: one.token(header={"b64": False})),
    "a logout token": ("InvalidTokenError", lambda one: one.token(header={"typ": "logout+jwt"})),
    "a type that is none": ("InvalidTokenError", lambda one: one.token(header={"typ": 7})),
    "nested": ("DecodeError", lambda one: claiming(one, one.token().encode())),
    # When.
    "expired": ("ExpiredSignatureError", lambda one: one.token(exp=AT - 31)),
    "not valid yet": ("ImmatureSignatureError", lambda one: one.token(nbf=AT + 31)),
    "issued in the future": ("ImmatureSignatureError", lambda one: one.token(iat=AT + 31)),
    "never expires": ("MissingRequiredClaimError", lambda one: one.token(without="exp")),
    "issued at no time": ("MissingRequiredClaimError", lambda one: one.token(without="iat")),
    "expires at null": ("MissingRequiredClaimError", lambda one: one.token(exp=None)),
    "expires at text": ("DecodeError", lambda one: one.token(exp=str(AT + 300))),
    "expires at true": ("DecodeError", lambda one: one.token(exp=True)),
    "issued at a list": ("DecodeError", lambda one: one.token(iat=[AT])),
    "valid from a null": ("DecodeError", lambda one: one.token(nbf=None)),
    "expires at infinity": ("DecodeError", lambda one: one.token(exp=float("inf"))),
    "expires beyond all numbers": (
        "DecodeError",
        lambda one: claiming(
            one, json.dumps(one.claims(exp=-1)).replace('"exp": -1', '"exp": 1e999').encode()
        ),
    ),
    # From whom, for whom, and who.
    "of another issuer": ("InvalidIssuerError", lambda one: one.token(iss="https://evil.example")),
    "of the issuer with a slash more": (
        "InvalidIssuerError",
        lambda one: one.token(iss=f"{one.issuer}/"),
    ),
    "of a list of issuers": ("InvalidIssuerError", lambda one: one.token(iss=[one.issuer])),
    "of no issuer": ("MissingRequiredClaimError", lambda one: one.token(without="iss")),
    "for another audience": ("InvalidAudienceError", lambda one: one.token(aud="another")),
    "for a part of our name": ("InvalidAudienceError", lambda one: one.token(aud=AUDIENCE[:-1])),
    "for other audiences": ("InvalidAudienceError", lambda one: one.token(aud=["a", "b"])),
    "for an object": ("InvalidAudienceError", lambda one: one.token(aud={AUDIENCE: True})),
    "for nobody": ("MissingRequiredClaimError", lambda one: one.token(without="aud")),
    "for an empty list": ("MissingRequiredClaimError", lambda one: one.token(aud=[])),
    "about nobody": ("MissingRequiredClaimError", lambda one: one.token(without="sub")),
    "about a number": ("InvalidSubjectError", lambda one: one.token(sub=1)),
    "about the empty text": ("InvalidTokenError", lambda one: one.token(sub="")),
    "about what no database holds": ("InvalidTokenError", lambda one: one.token(sub="ada\0")),
    "about half a character": ("InvalidTokenError", lambda one: one.token(sub="ada\ud800")),
    "about too long a name": ("InvalidTokenError", lambda one: one.token(sub="a" * 256)),
    "about two people": ("DecodeError", lambda one: twice(one, "sub", "mallory")),
    "of two issuers": ("DecodeError", lambda one: twice(one, "iss", "https://evil.example")),
    # No token at all.
    "no claims": ("DecodeError", lambda one: claiming(one, b"")),
    "a list of claims": ("DecodeError", lambda one: claiming(one, b"[]")),
    "claims that are no UTF-8": ("DecodeError", lambda one: claiming(one, b'{"sub": "\xff"}')),
    "claims nested beyond reason": ("DecodeError", lambda one: claiming(one, b"[" * 5000)),
    "a header that is a list": (
        "DecodeError",
        lambda one: assembled(b"[]", one.claims(), signer("rsa", "RS256")),
    ),
    "garbage": ("DecodeError", lambda _: "garbage"),
    "dots": ("DecodeError", lambda _: ".."),
    "letters that no token has": ("DecodeError", lambda one: cut(one.token(), 0, "{é}")),
    "five parts": ("DecodeError", lambda one: f"{one.token()}.a.b"),
    "8 KiB and more": ("DecodeError", lambda one: one.token(padding="x" * 8192)),
    "100 kB": ("DecodeError", lambda one: one.token(padding="x" * 100_000)),
}


@pytest.mark.parametrize(("reason", "forged"), FORGED.values(), ids=FORGED)
async def test_a_forged_token_opens_nothing_and_only_the_log_says_why(
    door: Door,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    reason: str,
    forged: Callable[[Provider], str],
) -> None:
    token = forged(provider)

    with caplog.at_level(logging.INFO, "session_history"):
        assert await door.opens(token) is None

    assert [getattr(one, "reason", None) for one in caplog.records] == [reason]
    assert token not in caplog.text
    assert set(provider.requests) <= {DISCOVERY, JWKS}
    assert await door.opens(provider.token()) is FULL


@pytest.mark.parametrize(
    ("claim", "last_good"), [("exp", AT - 29), ("nbf", AT + 30), ("iat", AT + 30)]
)
async def test_clocks_may_differ_by_half_a_minute_and_no_more(
    door: Door, provider: Provider, claim: str, last_good: int
) -> None:
    last: dict[str, Any] = {claim: last_good}
    next_one: dict[str, Any] = {claim: last_good - 1 if claim == "exp" else last_good + 1}

    assert await door.opens(provider.token(**last)) is FULL
    assert await door.opens(provider.token(**next_one)) is None


async def test_a_token_that_was_good_opens_nothing_once_it_expired(
    door: Door, provider: Provider
) -> None:
    token = provider.token()
    door.now = NOW + timedelta(seconds=329)
    assert await door.opens(token) is FULL

    door.now = NOW + timedelta(seconds=330)
    assert await door.opens(token) is None


async def test_a_subject_whom_nobody_linked_is_refused_without_being_named(
    door: Door, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    token = provider.token(sub="mallory", email=door.practice.practitioner.email)

    with caplog.at_level(logging.INFO, "session_history"):
        assert await door.opens(token) is None

    (line,) = caplog.records
    assert line.getMessage() == "a token's subject is unknown here"
    assert getattr(line, "issuer", None) == provider.issuer
    assert "mallory" not in str(vars(line))
    assert token not in str(vars(line))


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({}, FULL),
        ({"scope": "openid sessions"}, FULL),
        ({"scope": "sessions:read:all"}, FULL),
        ({"scope": "openid sessions:read"}, READ_ONLY),
        ({"scope": ["sessions:read"]}, READ_ONLY),
        ({"scp": "sessions:read"}, READ_ONLY),
        ({"scp": ["openid", "sessions:read"]}, READ_ONLY),
        ({"scope": "openid", "scp": ["sessions:read"]}, READ_ONLY),
        ({"scope": 1}, None),
        ({"scope": None}, None),
        ({"scp": {"sessions:read": True}}, None),
        ({"scp": [["sessions:read"]]}, None),
    ],
    ids=json.dumps,
)
async def test_a_scope_makes_a_token_read_only(
    door: Door, provider: Provider, claims: dict[str, Any], kind: AccessTokenKind | None
) -> None:
    reading = replace(door, read_only_scope="sessions:read")

    assert await reading.opens(provider.token(**claims)) is kind
    assert await door.opens(provider.token(**claims)) is FULL


MEMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = MEMBERS | st.lists(MEMBERS, max_size=2) | st.dictionaries(st.text(max_size=3), MEMBERS)


@settings(max_examples=50)
@given(
    changed=st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "sub", "jti", "scope"]), VALUES
    )
)
def test_whatever_a_signed_token_claims_is_verified_or_refused(changed: dict[str, Any]) -> None:
    issuer = "https://id.example.com"
    claims = {"iss": issuer, "aud": AUDIENCE, "sub": "ada", "iat": AT, "exp": AT + 300, **changed}
    token = assembled({"alg": "EdDSA", "kid": "ed"}, claims, signer("ed", "EdDSA"))
    key = jwt.PyJWK(public_jwk("ed"), "EdDSA")

    try:
        found = verified_claims(token, key, issuer=issuer, audience=AUDIENCE, now=NOW)
    except jwt.PyJWTError:
        return
    assert found["iss"] == issuer
    assert AUDIENCE in found["aud"]
    assert found["exp"] > AT - 30
    assert found["iat"] <= AT + 30


@settings(max_examples=50)
@given(header=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), VALUES))
def test_whatever_a_header_says_is_read_or_refused(header: dict[str, Any]) -> None:
    token = assembled({"alg": "EdDSA", "kid": "ed", **header}, b"{}", lambda _: b"")

    try:
        kid, algorithm = named_key(token)
    except jwt.PyJWTError:
        return
    assert isinstance(kid, str)
    assert algorithm in {"RS256", "PS256", "ES256", "EdDSA"}


@settings(max_examples=50)
@given(token=st.text() | st.from_regex(r"[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*"))
def test_no_text_is_mistaken_for_a_token(token: str) -> None:
    with pytest.raises(jwt.PyJWTError):
        named_key(token)
