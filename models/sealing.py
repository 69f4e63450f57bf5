"""Sealing text and files: AES-256-GCM under a key of each practitioner's, bound to their place.

A sealed text is base64 of one byte for the format, a random nonce of 96 bits, and what AES-GCM
(NIST SP 800-38D) makes of the text. The key is derived from a master key and the practitioner's id
by HKDF-SHA256 (RFC 5869), so that no practitioner's notes come near the 2^32 that one key may seal
under random nonces. What is authenticated beside the text is its place: sealed text that is moved
to another row or column does not open there.
"""

import binascii
import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32

_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12
_CIPHERS_KEPT: Final = 1024
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

# What a derived key is for. A change of what follows from one is a new version of it.
_TEXT: Final = b"session-history text v1"
_PROOF: Final = b"session-history proof v1"
_DIGEST: Final = b"session-history digest v1"


class BadKeys(ValueError):
    """Keys that cannot be used; the message says which by its place, and never quotes any."""


class DoesNotOpen(Exception):
    """Sealed text that its key does not open where it stands, or whose key is not here."""


class Sealed(NamedTuple):
    """A sealed text, and the key that opens it."""

    text: str
    key_id: str


class SealedBytes(NamedTuple):
    """Sealed bytes, and the key that opens them."""

    content: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key as it is configured. Its name is no secret; it is kept with every text it sealed."""

    id: str
    secret: bytes = field(repr=False)


class Keyring:
    """The master keys of this process: the first seals, all of them open; there may be none."""

    def __init__(self, keys: Sequence[MasterKey] = ()) -> None:
        self._keys = {key.id: key for key in keys}
        self.active_id = keys[0].id if keys else None
        # Deriving a key and expanding it costs more than sealing a note with it.
        self._cipher = lru_cache(maxsize=_CIPHERS_KEPT)(self._derived_cipher)

    def __repr__(self) -> str:
        return f"<Keyring {' '.join(self._keys)}>"

    @property
    def ids(self) -> list[str]:
        """The names of the keys, the active one first."""
        return list(self._keys)

    def seal(self, text: str, *, practitioner_id: str, place: Sequence[str]) -> Sealed:
        """Seal with the active key what is to stand at `place`.

        Raises:
            LookupError: there is no key.
        """
        made = self.seal_bytes(text.encode(), practitioner_id=practitioner_id, place=place)
        return Sealed(binascii.b2a_base64(made.content, newline=False).decode(), made.key_id)

    def seal_bytes(
        self, content: bytes, *, practitioner_id: str, place: Sequence[str]
    ) -> SealedBytes:
        """Seal with the active key what is to stand at `place`, as `seal` does, without base64.

        Raises:
            LookupError: there is no key.
        """
        if self.active_id is None:
            raise LookupError("there is no key to seal with")
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._cipher(self.active_id, _TEXT, practitioner_id)
        made = cipher.encrypt(nonce, content, _bound_to(practitioner_id, place))
        return SealedBytes(_FORMAT + nonce + made, self.active_id)

    def open(self, sealed: Sealed, *, practitioner_id: str, place: Sequence[str]) -> str:
        """The text that was sealed at this very place.

        Raises:
            DoesNotOpen: it was not, or not so, or its key is not here.
        """
        if sealed.key_id not in self._keys:
            raise DoesNotOpen("its key is not configured")
        kept = SealedBytes(_unwrapped(sealed.text), sealed.key_id)
        return self.open_bytes(kept, practitioner_id=practitioner_id, place=place).decode()

    def open_bytes(
        self, sealed: SealedBytes, *, practitioner_id: str, place: Sequence[str]
    ) -> bytes:
        """The bytes that were sealed at this very place.

        Raises:
            DoesNotOpen: they were not, or not so, or their key is not here.
        """
        if sealed.key_id not in self._keys:
            raise DoesNotOpen("its key is not configured")
        nonce, made = _parted(sealed.content)
        cipher = self._cipher(sealed.key_id, _TEXT, practitioner_id)
        try:
            return cipher.decrypt(nonce, made, _bound_to(practitioner_id, place))
        except InvalidTag:
            raise DoesNotOpen("it is not what was sealed at this place") from None

    def proof(self, key_id: str) -> str:
        """What shows later that a key of this name is this very key."""
        nonce = os.urandom(_NONCE_BYTES)
        return _written(nonce, self._cipher(key_id, _PROOF, "").encrypt(nonce, b"", _PROOF))

    def is_proven(self, key_id: str, proof: str) -> bool:
        """Whether `proof` was made with the key that has this name here."""
        try:
            nonce, made = _read(proof)
            self._cipher(key_id, _PROOF, "").decrypt(nonce, made, _PROOF)
        except (DoesNotOpen, InvalidTag):
            return False
        return True

    def digests(self, data: bytes, *, practitioner_id: str) -> list[str]:
        """What `data` may be known again by, in hexadecimal: what is kept now comes first.

        With keys it cannot be guessed from what is kept, however little `data` varies. The others
        are what was kept under keys that were active before, or when there was none.
        """
        keyed = [
            hmac.new(_derived(key, _DIGEST, practitioner_id), data, sha256).hexdigest()
            for key in self._keys.values()
        ]
        return [*keyed, sha256(data).hexdigest()]

    def _derived_cipher(self, key_id: str, purpose: bytes, practitioner_id: str) -> AESGCM:
        return AESGCM(_derived(self._keys[key_id], purpose, practitioner_id))


def parse_keys(text: str) -> list[MasterKey]:
    """The keys in `id:base64`, separated by commas or white space.

    Raises:
        BadKeys: there is none, one is not written so or not of 32 bytes, or an id comes twice.
    """
    keys: list[MasterKey] = []
    for number, entry in enumerate(text.replace(",", " ").split(), start=1):
        identifier, _, encoded = entry.partition(":")
        try:
            secret = b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not _ID.fullmatch(identifier) or len(secret) != KEY_BYTES:
            raise BadKeys(
                f"key {number} is not written as id:base64, the id being of at most 64 letters, "
                f"digits, '.', '_' and '-', and the base64 being of {KEY_BYTES} random bytes"
            )
        if any(key.id == identifier for key in keys):
            raise BadKeys(f"key {number} has the id of one before it")
        keys.append(MasterKey(identifier, secret))
    if not keys:
        raise BadKeys("there is no key in it")
    return keys


def new_key(identifier: str) -> str:
    """A new random key, as `parse_keys` reads it."""
    return f"{identifier}:{b64encode(os.urandom(KEY_BYTES)).decode()}"


def _derived(key: MasterKey, purpose: bytes, practitioner_id: str) -> bytes:
    salt = practitioner_id.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose).derive(key.secret)


def _bound_to(practitioner_id: str, place: Sequence[str]) -> bytes:
    # Ids and names of columns hold no NUL, so no two places are written alike.
    return "\0".join((practitioner_id, *place)).encode()


def _written(nonce: bytes, made: bytes) -> str:
    return binascii.b2a_base64(_FORMAT + nonce + made, newline=False).decode()


def _read(sealed: str) -> tuple[bytes, bytes]:
    return _parted(_unwrapped(sealed))


def _unwrapped(sealed: str) -> bytes:
    try:
        return binascii.a2b_base64(sealed, strict_mode=True)
    except (binascii.Error, ValueError):
        raise DoesNotOpen("it is not base64") from None


def _parted(kept: bytes) -> tuple[bytes, bytes]:
    # The nonce and the tag of 16 bytes.
    if kept[:1] != _FORMAT or len(kept) < 1 + _NONCE_BYTES + 16:
        raise DoesNotOpen("it is in no format of ours")
    return kept[1 : 1 + _NONCE_BYTES], kept[1 + _NONCE_BYTES :]
