"""Cursors: opaque, and good only for the list that gave them out.

A cursor is the sort key of a row behind a digest of that key, keyed by what the list is: whose it
is, of which client, in which order, through which filter. A cursor that was garbled, or that comes
from another list, sort, filter or practitioner, does not have the right digest.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Final, TypeAlias

import orjson

from resolvers.errors import BadInput

SortKey: TypeAlias = tuple[str | int, ...]

_DIGEST_BYTES: Final = 8
_LONGEST: Final = 2_000


def list_identity(*parts: str | None) -> bytes:
    """What a list is, as the key of its cursors' digests."""
    return blake2b(orjson.dumps(parts), digest_size=32).digest()


def encode(key: SortKey, identity: bytes) -> str:
    """The cursor of the row whose sort key is `key`."""
    content = orjson.dumps(key)
    return urlsafe_b64encode(_digest(content, identity) + content).rstrip(b"=").decode()


def decode(cursor: str, identity: bytes, *, shape: tuple[type, ...], argument: str) -> SortKey:
    """The sort key inside `cursor`.

    Raises:
        BadInput: not a cursor of this list.
    """
    refusal = BadInput(
        argument,
        "is not a cursor of this list: it was damaged, or comes from another list, sort or filter.",
    )
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise refusal
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except binascii.Error:
        raise refusal from None
    digest, content = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if digest != _digest(content, identity):
        raise refusal
    try:
        key = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise refusal from None
    if not isinstance(key, list) or tuple(map(type, key)) != shape:
        raise refusal
    return tuple(key)


def _digest(content: bytes, identity: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES, key=identity).digest()
