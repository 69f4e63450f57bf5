"""Tokens of an identity provider at a running server, and the commands that let them in."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from models.database import Database
from resolvers.accounts.outside_identities import Identity, link_identity, unlink_identity
from server.commands.identities import identity
from tests.e2e.conftest import command, running
from tests.identity_provider import AUDIENCE, running_provider
from tests.practice import Practice

ISSUER = "https://id.example.com/"
SUBJECT = "auth0|ada"


def ask(address: str, token: str, query: str) -> httpx.Response:
    return httpx.post(
        f"{address}/graphql",
        json={"query": query},
        headers={"Authorization": f"Bearer {token}"},
    )


def codes(response: httpx.Response) -> list[str]:
    return [one["extensions"]["code"] for one in response.json()["errors"]]


async def practice_of(url: str, linked: Identity) -> str:
    """The id of a practitioner who signs in elsewhere and has one client."""
    async with Database(url) as database:
        practice = await Practice.of(database)
        client = await practice.add_client("Ada Lovelace")
        await practice.add_session(client, private_notes="Went well")
        owner: str = practice.practitioner.id
        await link_identity(database, owner, linked, now=datetime.now(UTC))
        return owner


async def unlink(url: str, owner: str, linked: Identity) -> bool:
    async with Database(url) as database:
        return await unlink_identity(database, owner, linked)


def test_tokens_of_a_provider_open_a_record_until_they_are_unlinked(
    url: str, tmp_path: Path
) -> None:
    now, log = datetime.now(UTC), tmp_path / "server.log"
    with running_provider() as provider:
        linked = Identity(provider.issuer, provider.subject)
        owner = asyncio.run(practice_of(url, linked))
        full = provider.token(now=now)
        reading = provider.token(now=now, scope="openid sessions:read")
        stranger = provider.token(now=now, sub="stranger")
        with running(
            url,
            log=log,
            OIDC_ISSUER=provider.issuer,
            OIDC_AUDIENCE=AUDIENCE,
            OIDC_READ_ONLY_SCOPE="sessions:read",
            LOG_LEVEL="DEBUG",
        ) as address:
            mine = ask(address, full, "{ viewer { id } sessions { nodes { privateNotes } } }")
            theirs = ask(address, stranger, "{ viewer { id } }")
            change = 'mutation { createCalendar(input: {name: "X"}) { calendar { id } } }'
            refused = ask(address, reading, change)
            secret = ask(address, reading, "{ sessions { nodes { privateNotes } } }")
            assert asyncio.run(unlink(url, owner, linked))
            after = ask(address, full, "{ viewer { id } }")

        assert provider.fetches == 1
    assert mine.json()["data"] == {
        "viewer": {"id": owner},
        "sessions": {"nodes": [{"privateNotes": "Went well"}]},
    }
    assert codes(theirs) == ["UNAUTHENTICATED"]
    assert codes(refused) == ["FORBIDDEN"]
    assert "Went well" not in secret.text
    for answer in ("data", "errors"):
        assert after.json()[answer] == theirs.json()[answer]
    written = log.read_text()
    assert "a token's subject is unknown here" in written
    for token in (full, reading, stranger):
        assert token not in written
        assert token.rsplit(".", 1)[1] not in written


def test_a_server_without_a_provider_knows_no_tokens_but_its_own(
    server_address: str, token: str
) -> None:
    with running_provider() as provider:
        foreign = provider.token(now=datetime.now(UTC))

        assert codes(ask(server_address, foreign, "{ viewer { id } }")) == ["UNAUTHENTICATED"]
        assert "errors" not in ask(server_address, token, "{ viewer { id } }").json()
        assert provider.requests == []


def test_half_of_the_settings_stops_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="OIDC_AUDIENCE is wrong"),
        running(f"sqlite:///{tmp_path / 'unused.db'}", log=tmp_path / "log", OIDC_ISSUER=ISSUER),
    ):
        pass


def identity_command(url: str, *arguments: str, **settings: str) -> Result:
    """Run `session-history identity` in this process."""
    given = {f"SESSION_HISTORY_{name}": value for name, value in settings.items()}
    return CliRunner().invoke(
        identity, arguments, env={"SESSION_HISTORY_DATABASE_URL": url, **given}
    )


def test_identities_are_linked_listed_and_unlinked(url: str) -> None:
    async def one_practitioner() -> str:
        async with Database(url) as database:
            return str((await Practice.of(database)).practitioner.email)

    email = asyncio.run(one_practitioner())
    named = ["--subject", SUBJECT]
    here = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE}
    elsewhere = [*named, "--issuer", "https://other.example"]

    linked = identity_command(url, "link", email.upper(), *named, **here)
    again = identity_command(url, "link", email, *named, **here)
    second = identity_command(url, "link", email, *elsewhere)
    listed = identity_command(url, "list", email)
    unlinked = identity_command(url, "unlink", email, *named, **here)
    twice = identity_command(url, "unlink", email, *named, **here)
    left = identity_command(url, "list", email)

    assert "Linked." in linked.output
    assert "linked already" in again.output
    assert listed.output == f"{ISSUER} {SUBJECT}\nhttps://other.example {SUBJECT}\n"
    assert "Unlinked." in unlinked.output
    assert "not linked" in twice.output
    assert left.output == f"https://other.example {SUBJECT}\n"
    codes = [one.exit_code for one in (linked, again, second, listed, unlinked, twice, left)]
    assert codes == [0, 1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["link", "x@example.com", "--subject", "a"], 2, "SESSION_HISTORY_OIDC_ISSUER"),
        (["link", "x@example.com", "--issuer", ISSUER], 2, "--subject"),
        (["link", "x@example.com", "--issuer", "http://a.b", "--subject", "a"], 2, "https"),
        (["link", "x@example.com", "--issuer", ISSUER, "--subject", "a"], 1, "Nobody signs in"),
        (["unlink", "x@example.com", "--issuer", ISSUER, "--subject", "a"], 1, "Nobody signs in"),
        (["list", "x@example.com"], 1, "Nobody signs in with x@example.com"),
    ],
    ids=str,
)
def test_a_command_that_cannot_be_done_says_why(
    tmp_path: Path, arguments: list[str], exit_code: int, said: str
) -> None:
    done = identity_command(f"sqlite:///{tmp_path / 'empty.db'}", *arguments)

    assert done.exit_code == exit_code
    assert said in done.output


def test_a_subject_that_no_token_carries_is_not_linked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    given = ["--name", "Ada", "--time-zone", "UTC", "--currency", "EUR"]
    command("practitioner", "a@example.com", *given, "--password", "long enough for us", url=url)

    done = command(
        "identity", "link", "a@example.com", "--issuer", ISSUER, "--subject", "a" * 256, url=url
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: 'subject' must have 1 to 255 characters")
