"""Passwords: kept as argon2id hashes, with OWASP's parameters for a small server.

Hashing is the dearest thing that a stranger can make the server do. So it runs on two threads,
beside the event loop, and whoever finds a long queue before them is sent away.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resolvers.errors import RateLimited
from resolvers.problems import InvalidInput, Undone

Result = TypeVar("Result")

SHORTEST_PASSWORD: Final = 12
MOST_PASSWORD_BYTES: Final = 1024

# 19 MiB, two passes: 20 ms on one core, where the library's default takes 116 ms.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

_THREADS: Final = 2
_MOST_WAITING: Final = 32
# zxcvbn's time grows with the square of the length; what is strong so far stays strong.
_LOOKED_AT: Final = 40
# 0 to 4: 1 is guessed with fewer than a million tries, which limits on guessing cannot hold back.
_WEAK: Final = 1
_WORD: Final = re.compile(r"\w+")


class _Pool:
    """The threads, and how many are waiting for one."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="passwords")
        self._waiting = 0

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        if self._waiting >= _THREADS + _MOST_WAITING:
            raise RateLimited("signing in", retry_after_seconds=2)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1


_pool: Final = _Pool()


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with its salt and parameters; blocks for 20 ms."""
    return _HASHER.hash(password)


async def hashed(password: str) -> str:
    """The argon2id hash of `password`, made beside the event loop.

    Raises:
        RateLimited: too many are waiting for theirs.
    """
    return await _pool.run(hash_password, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one that was hashed; as long in coming when there is no hash.

    Raises:
        RateLimited: too many are waiting for their answer.
    """
    return await _pool.run(_is_password, password, password_hash)


def needs_new_hash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


async def check_new_password(password: str, *about: str, field: str = "password") -> None:
    """Refuse a password that is too short, too long, or guessed early.

    No rules about kinds of characters, and nothing is cut off or normalised (ASVS 6.2.4, 6.2.5,
    6.2.8). `about` are the words that somebody who knows the person would try.

    Raises:
        Undone: with an InvalidInput at `field`.
    """
    check_length(password, field=field)
    if len(password) < SHORTEST_PASSWORD:
        raise Undone(
            InvalidInput(f"A password has at least {SHORTEST_PASSWORD} characters.", "input", field)
        )
    if await _pool.run(_strength, password, about) <= _WEAK:
        raise Undone(
            InvalidInput(
                "This password is among the first that somebody would guess. A few words that do "
                "not belong together make a better one.",
                "input",
                field,
            )
        )


def check_length(password: str, *, field: str = "password") -> None:
    """Refuse what is no password at all, before any work goes into it.

    Raises:
        Undone: with an InvalidInput at `field`.
    """
    try:
        length = len(password.encode())
    except UnicodeEncodeError:
        raise Undone(InvalidInput("Half a character cannot be kept.", "input", field)) from None
    if length > MOST_PASSWORD_BYTES:
        raise Undone(
            InvalidInput(f"A password has at most {MOST_PASSWORD_BYTES} bytes.", "input", field)
        )


def _is_password(password: str, password_hash: str | None) -> bool:
    # Both ways take one verification; the stand-in is made before either is decided.
    stand_in = _nobodys_hash()
    try:
        _HASHER.verify(password_hash or stand_in, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())


def _strength(password: str, about: tuple[str, ...]) -> int:
    # Its lists of words take a while to load, and most processes never need them.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415

    words = [
        word for text in about for word in (*_WORD.findall(text), "".join(_WORD.findall(text)))
    ]
    score: int = zxcvbn(password[:_LOOKED_AT], user_inputs=words)["score"]
    return score
