"""The keys that an identity provider publishes, as far as we would believe them (RFC 7517)."""

from typing import Any, Final, TypeAlias

from jwt import PyJWK, PyJWTError

# By key id, then by algorithm: a key verifies what it is made for, whatever a token's header says.
KeySet: TypeAlias = dict[str, dict[str, PyJWK]]

# Public keys alone. A shared secret (HS256) would let whoever verifies tokens make them too.
_ALGORITHMS: Final = {
    ("RSA", None): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
ALGORITHMS: Final = frozenset(name for names in _ALGORITHMS.values() for name in names)


def usable_keys(published: list[Any]) -> KeySet:
    """What of a provider's list can verify tokens; the rest is left out, as RFC 7517 (5) wants."""
    keys: KeySet = {}
    for jwk in published:
        if isinstance(jwk, dict) and _is_for_signatures(jwk):
            keys.setdefault(jwk["kid"], {}).update(_by_algorithm(jwk))
    return {kid: found for kid, found in keys.items() if found}


def _is_for_signatures(jwk: dict[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        isinstance(jwk.get("kid"), str)
        and jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in jwk  # a private key that the world can read proves nothing
    )


def _by_algorithm(jwk: dict[str, Any]) -> dict[str, PyJWK]:
    kty, crv = jwk.get("kty"), jwk.get("crv")
    if not isinstance(kty, str) or not isinstance(crv, str | None):
        return {}
    names = _ALGORITHMS.get((kty, crv), ())
    meant = jwk.get("alg")
    try:
        return {name: PyJWK(jwk, name) for name in names if meant is None or meant == name}
    except PyJWTError:
        return {}
