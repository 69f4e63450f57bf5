"""Linking identities of an identity provider to practitioners."""

import pytest

from models.enums import AccessTokenKind
from resolvers.accounts.outside_identities import (
    Identity,
    IdentityLinked,
    link_identity,
    linked_identities,
    principal_of_identity,
    unlink_identity,
)
from resolvers.errors import BadInput
from tests.practice import NOW, Practice
from tests.statements import RecordedDatabase

FULL = AccessTokenKind.PRACTITIONER


def identity_of(practice: Practice, issuer: str = "https://id.example.com/") -> Identity:
    return Identity(issuer, f"auth0|{practice.practitioner.id}")


async def link(practice: Practice, identity: Identity) -> str:
    owner = practice.practitioner.id
    return await link_identity(practice.database, owner, identity, now=NOW)


async def test_a_linked_identity_stands_for_its_practitioner(practice: Practice) -> None:
    linked = await link(practice, identity_of(practice))

    for kind in (FULL, AccessTokenKind.READ_ONLY):
        found = await principal_of_identity(practice.database, identity_of(practice), kind=kind)
        assert found is not None
        assert found.practitioner_id == practice.practitioner.id
        assert found.email == practice.practitioner.email
        assert (found.kind, found.token_id, found.client_id) == (kind, linked, None)


@pytest.mark.parametrize(
    ("issuer", "changed"),
    [
        ("https://id.example.com", ""),
        ("https://ID.example.com/", ""),
        ("https://other.example/", ""),
        ("https://id.example.com/", " "),
        ("https://id.example.com/", "x"),
    ],
)
async def test_an_identity_is_its_issuer_and_its_subject_letter_by_letter(
    practice: Practice, issuer: str, changed: str
) -> None:
    own = identity_of(practice)
    await link(practice, own)
    for other in (Identity(issuer, own.subject + changed), Identity(own.issuer, own.subject[:-1])):
        if other != own:
            found = await principal_of_identity(practice.database, other, kind=FULL)
            assert found is None


async def test_an_email_address_is_no_identity(practice: Practice) -> None:
    email = Identity("https://id.example.com/", practice.practitioner.email)

    assert await principal_of_identity(practice.database, email, kind=FULL) is None


async def test_an_identity_is_one_practitioners_only(practice: Practice) -> None:
    theirs = await Practice.of(practice.database)
    await link(practice, identity_of(practice))

    for whose in (practice, theirs):
        with pytest.raises(IdentityLinked):
            await link(whose, identity_of(practice))
    assert await linked_identities(practice.database, theirs.practitioner.id) == []


async def test_a_practitioner_may_have_several_identities(practice: Practice) -> None:
    several = [
        identity_of(practice, f"https://{name}.example.com/") for name in ("id", "login", "a")
    ]
    for one in several:
        await link(practice, one)

    assert await linked_identities(practice.database, practice.practitioner.id) == several


async def test_what_was_unlinked_stands_for_nobody_and_can_be_linked_again(
    practice: Practice,
) -> None:
    theirs = await Practice.of(practice.database)
    identity = identity_of(practice)
    await link(practice, identity)

    assert not await unlink_identity(practice.database, theirs.practitioner.id, identity)
    assert await principal_of_identity(practice.database, identity, kind=FULL) is not None
    assert await unlink_identity(practice.database, practice.practitioner.id, identity)
    assert not await unlink_identity(practice.database, practice.practitioner.id, identity)
    assert await principal_of_identity(practice.database, identity, kind=FULL) is None
    await link(theirs, identity)
    found = await principal_of_identity(practice.database, identity, kind=FULL)
    assert found is not None
    assert found.practitioner_id == theirs.practitioner.id


@pytest.mark.parametrize("subject", ["", "a" * 256, "ada\0", "ada\n", "ada\ud800"], ids=ascii)
async def test_a_subject_that_no_token_carries_is_refused(practice: Practice, subject: str) -> None:
    with pytest.raises(BadInput, match="subject"):
        await link(practice, Identity("https://id.example.com/", subject))


@pytest.mark.parametrize("issuer", ["", "https://" + "a" * 493, "https://\0"], ids=ascii)
async def test_an_issuer_that_is_none_is_refused(practice: Practice, issuer: str) -> None:
    with pytest.raises(BadInput, match="issuer"):
        await link(practice, Identity(issuer, "ada"))


async def test_whom_an_identity_stands_for_is_found_by_one_statement_through_its_index(
    shared_url: str,
) -> None:
    async with RecordedDatabase(shared_url) as recorded:
        practice = await Practice.of(recorded)
        await link(practice, identity_of(practice))
        recorded.statements.clear()

        assert await principal_of_identity(recorded, identity_of(practice), kind=FULL) is not None

        ((sql, parameters),) = recorded.statements
        if recorded.engine_name == "sqlite":  # PostgreSQL reads so small a table as a whole
            plan = await recorded.plan_of(sql, parameters)
            assert "(issuer=? AND subject=?)" in plan[0]
            assert not any(line.startswith("SCAN") for line in plan)
