"""Whether a token is what it says: its signature, whom it is from, whom it is for, and until when.

RFC 9068 (access tokens as JWTs), RFC 8725 (what goes wrong with JWTs). PyJWT checks the signature,
`iss` and `aud`; the times are checked here, against the operation's own `now`, which PyJWT cannot
be given (2.15: it reads the clock itself).
"""

import json
import math
import re
from datetime import datetime
from typing import Any, Final, NoReturn

import jwt
from jwt.utils import base64url_decode

from server.identity_provider.key_set import ALGORITHMS

# For clocks that differ between the provider and us, either way.
LEEWAY_SECONDS: Final = 30

_LONGEST: Final = 8 * 1024
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})


def named_key(token: str) -> tuple[str, str]:
    """The id of the key and the algorithm that `token` says it is signed with.

    Nothing else of its header is ever used, least of all a key or an address of one.

    Raises:
        jwt.PyJWTError: it is no token that we would look at further.
    """
    if len(token) > _LONGEST or not _SHAPE.fullmatch(token):
        raise jwt.DecodeError("not a token")
    header = _header(token)
    if "crit" in header:
        raise jwt.InvalidTokenError("extensions are not understood here")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise jwt.InvalidTokenError("not an access token")
    kid, algorithm = header.get("kid"), header.get("alg")
    if not isinstance(kid, str):
        raise jwt.InvalidKeyError("the key is not named")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError("not an algorithm of ours")
    return kid, algorithm


def verified_claims(
    token: str, key: jwt.PyJWK, *, issuer: str, audience: str, now: datetime
) -> dict[str, Any]:
    """What `token` claims, once nothing of it is in doubt.

    Raises:
        jwt.PyJWTError: something is; the class says what.
    """
    claims = _strict.decode(
        token,
        key,
        algorithms=[key.algorithm_name],
        issuer=issuer,
        audience=audience,
        options={
            "require": ["iss", "aud", "exp", "iat", "sub"],
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "enforce_minimum_key_length": True,
        },
    )
    at = now.timestamp()
    if at >= _seconds(claims, "exp") + LEEWAY_SECONDS:
        raise jwt.ExpiredSignatureError
    if max(_seconds(claims, "iat"), _seconds(claims, "nbf", "iat")) > at + LEEWAY_SECONDS:
        raise jwt.ImmatureSignatureError
    return claims


def _header(token: str) -> dict[str, Any]:
    # The header alone: jwt.get_unverified_header() decodes the claims as well, character by
    # character (2.15), 450 µs of everybody's time for 8 KiB from anybody; this takes 20.
    try:
        header = json.loads(base64url_decode(token.partition(".")[0]))
    except (ValueError, RecursionError):
        raise jwt.DecodeError("the header is not JSON") from None
    if not isinstance(header, dict):
        raise jwt.DecodeError("the header is not a JSON object")
    return header


def _seconds(claims: dict[str, Any], name: str, otherwise: str = "") -> float:
    value = claims.get(name, claims.get(otherwise))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise jwt.DecodeError(f"{name} is not a number of seconds")
    return value


class _Strict(jwt.PyJWT):
    """PyJWT, without JSON that two readers could understand differently (RFC 8725, 2.4)."""

    def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
        try:
            claims = json.loads(
                decoded["payload"], object_pairs_hook=_distinct, parse_constant=_refused
            )
        except (ValueError, RecursionError):
            raise jwt.DecodeError("the claims are not JSON") from None
        if not isinstance(claims, dict):
            raise jwt.DecodeError("the claims are not a JSON object")
        return claims


_strict: Final = _Strict()


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a claim is made twice")
    return found


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
