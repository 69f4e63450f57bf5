"""Guesses at a password: what they tell whoever guesses, and what they tell the operator."""

import logging
from collections.abc import AsyncIterator

import argon2
import pytest

from tests.resolvers.accounts.test_signing_in import PASSWORD, Visitor
from tests.statements import RecordedDatabase


@pytest.fixture
async def recorded(shared_url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(shared_url) as database:
        yield database


async def test_an_unknown_address_takes_the_work_of_a_wrong_password(
    recorded: RecordedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, where a clock would tell more of the machine: statements, and hashes made."""
    verify = argon2.PasswordHasher.verify
    verified: list[str] = []

    def counted(hasher: argon2.PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept.rpartition("$")[0].rpartition("$")[0])  # its parameters
        return verify(hasher, kept, password)

    account = Visitor(recorded)
    await account.sign_up()
    await account.sign_in(email="nobody@example.com")  # makes the stand-in for a hash, once
    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    work = []
    for email in (account.email, "nobody@example.com"):
        recorded.statements.clear()
        recorded.written.clear()
        verified.clear()
        answer = await account.sign_in("a wrong guess, of course", email=email)
        assert answer.data["done"]["errors"][0]["__typename"] == "InvalidCredentialsError"
        work.append(([sql for sql, _ in recorded.statements], [*recorded.written], [*verified]))

    assert work[0] == work[1]
    assert len(work[0][2]) == 1


async def test_the_log_tells_of_sign_ins_without_addresses_or_passwords(
    recorded: RecordedDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    account = Visitor(recorded)
    account.network = "192.0.2.7"
    with caplog.at_level(logging.INFO, "session_history.access"):
        await account.sign_up()
        await account.sign_in("a wrong guess, of course")
        answer = await account.sign_in()
        account.token = answer.data["done"]["token"]
        await account.ask("mutation { signOut { errors { message } } }")

    told = [(one.getMessage(), vars(one).get("network")) for one in caplog.records]
    assert told == [
        ("signed up", None),
        ("sign-in refused", "192.0.2.7"),
        ("signed in", None),
        ("signed out", None),
    ]
    for secret in (account.email, PASSWORD, "a wrong guess", str(account.token)):
        assert not any(secret in str(vars(one)) for one in caplog.records)
