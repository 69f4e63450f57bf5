"""Signing up, in and out, and changing the password."""

from datetime import timedelta
from typing import Any

import pytest

from models import AccessToken, Practitioner
from models.database import Database
from models.identifiers import Kind, new_id
from resolvers.access import TokenUses, principal_of
from resolvers.accounts import SIGNING_IN, SIGNING_UP
from resolvers.context import Context
from resolvers.policy import AccessPolicy
from resolvers.sweeping import sweep
from schema.build import practitioner_schema
from tests.practice import NOW, Answer

PASSWORD = "several words of no relation"
SIGN_UP = """mutation ($input: SignUpInput!) { done: signUp(input: $input) {
  token expiresAt viewer { id name email } errors { __typename message path } } }"""
SIGN_IN = """mutation ($input: SignInInput!) { done: signIn(input: $input) {
  token expiresAt viewer { id name email } errors { __typename message path } } }"""
CHANGE = """mutation ($input: ChangePasswordInput!) { done: changePassword(input: $input) {
  endedTokens errors { __typename message path } } }"""
OPEN = AccessPolicy()


class Visitor:
    """Somebody in front of a login form, in a network of their own."""

    def __init__(self, database: Database, policy: AccessPolicy = OPEN) -> None:
        self.database = database
        self.policy = policy
        self.email = f"{new_id(Kind.PRACTITIONER)}@example.com"
        self.network = self.email
        self.now = NOW
        self.token: str | None = None

    async def ask(self, document: str, variables: dict[str, Any] | None = None) -> Answer:
        principal = None
        if self.token is not None:
            principal = await principal_of(self.database, self.token, now=self.now)
        context = Context(
            database=self.database,
            principal=principal,
            now=self.now,
            network=self.network,
            policy=self.policy,
        )
        result = await practitioner_schema().execute(
            document, variable_values=variables, context_value=context
        )
        return Answer(result.data, [dict(error.formatted) for error in result.errors or []])

    async def sign_up(self, **given: Any) -> Answer:
        own = {
            "name": "Ada Lovelace",
            "email": self.email,
            "password": PASSWORD,
            "timeZone": "Europe/London",
            "currency": "GBP",
        }
        return await self.ask(SIGN_UP, {"input": {**own, **given}})

    async def sign_in(self, password: str = PASSWORD, *, email: str | None = None) -> Answer:
        return await self.ask(
            SIGN_IN, {"input": {"email": email or self.email, "password": password}}
        )

    async def whoami(self) -> Any:
        return await self.ask("{ viewer { email } }")


@pytest.fixture
def visitor(database: Database) -> Visitor:
    return Visitor(database)


@pytest.fixture
async def account(visitor: Visitor) -> Visitor:
    """A visitor who has an account and is signed in to it."""
    answer = await visitor.sign_up()
    visitor.token = answer.data["done"]["token"]
    return visitor


def error_of(answer: Answer) -> tuple[str, list[str]]:
    assert answer.errors == []
    done = answer.data["done"]
    assert done.get("token") is None
    (error,) = done["errors"]
    return error["__typename"], error["path"]


async def test_whoever_signs_up_is_signed_in(visitor: Visitor) -> None:
    answer = await visitor.sign_up(email=f"  {visitor.email.upper()} ")
    visitor.token = answer.data["done"]["token"]

    assert answer.data["done"]["errors"] == []
    assert answer.data["done"]["viewer"]["name"] == "Ada Lovelace"
    assert answer.data["done"]["expiresAt"] == "2026-05-15T00:00:00Z"
    assert (await visitor.whoami()).data == {"viewer": {"email": visitor.email.upper()}}


async def test_neither_password_nor_token_is_kept(account: Visitor) -> None:
    kept = await Practitioner.get(email=account.email)
    token = await AccessToken.get(practitioner_id=kept.id)

    assert kept.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert account.token is not None
    assert account.token not in str(vars(token))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.com, b@example.com"}, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"password": "elevenchars"}, "password"),
        ({"password": "passwordpassword"}, "password"),
        ({"password": "adalovelace1"}, "password"),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, "password"),
        ({"password": "é" * 513}, "password"),
    ],
)
async def test_an_account_that_cannot_be_is_not_made(
    visitor: Visitor, given: dict[str, str], field: str
) -> None:
    answer = await visitor.sign_up(**given)

    assert error_of(answer) == ("InvalidInputError", ["input", field])
    assert await Practitioner.filter(email=visitor.email).count() == 0


@pytest.mark.parametrize("given", [{"timeZone": "Mars/Phobos"}, {"currency": "XXX1"}])
async def test_an_unknown_zone_or_currency_is_no_input_at_all(
    visitor: Visitor, given: dict[str, str]
) -> None:
    answer = await visitor.sign_up(**given)

    assert answer.data is None
    assert answer.errors != []


async def test_an_address_signs_in_one_account_whatever_its_case(account: Visitor) -> None:
    assert error_of(await account.sign_up(email=account.email.upper())) == (
        "EmailTakenError",
        ["input", "email"],
    )


async def test_sign_up_can_be_turned_off(database: Database) -> None:
    visitor = Visitor(database, AccessPolicy(sign_up=False))
    answer = await visitor.sign_up()

    assert answer.codes == ["FORBIDDEN"]
    assert await Practitioner.filter(email=visitor.email).count() == 0


async def test_signing_in_opens_the_account(account: Visitor) -> None:
    first = account.token
    answer = await account.sign_in(email=f" {account.email.upper()} ")
    account.token = answer.data["done"]["token"]

    assert account.token != first
    assert (await account.whoami()).data == {"viewer": {"email": account.email}}


async def test_an_unknown_address_and_a_wrong_password_look_the_same(account: Visitor) -> None:
    wrong = await account.sign_in("some other words of no relation")
    unknown = await account.sign_in(email="nobody@example.com")

    assert error_of(wrong) == ("InvalidCredentialsError", ["input"])
    assert wrong == unknown


@pytest.mark.parametrize("password", ["", PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD}\n"])
async def test_a_password_is_compared_to_the_letter(account: Visitor, password: str) -> None:
    assert error_of(await account.sign_in(password))[0] == "InvalidCredentialsError"


async def test_what_is_no_password_is_refused_before_any_work(account: Visitor) -> None:
    assert error_of(await account.sign_in("x" * 1025)) == (
        "InvalidInputError",
        ["input", "password"],
    )


async def test_what_is_no_address_is_refused_before_any_work(account: Visitor) -> None:
    for email in ("\0", f"{account.email}\0", "x" * 1025):
        assert error_of(await account.sign_in(email=email)) == (
            "InvalidInputError",
            ["input", "email"],
        )


async def test_guessing_at_an_account_is_slowed_down_and_waiting_helps(account: Visitor) -> None:
    for _ in range(SIGNING_IN.most):
        assert error_of(await account.sign_in("a wrong guess, of course"))[0]

    refused = await account.sign_in()
    account.now += timedelta(seconds=refused.errors[0]["extensions"]["retryAfterSeconds"])
    let_in = await account.sign_in()

    assert refused.codes == ["RATE_LIMITED"]
    assert refused.errors[0]["extensions"]["limit"] == "signing in"
    assert let_in.data["done"]["token"]


async def test_guessing_elsewhere_locks_nobody_out(account: Visitor) -> None:
    attacker = Visitor(account.database)
    for _ in range(SIGNING_IN.most + 1):
        last = await attacker.sign_in("a wrong guess, of course", email=account.email)

    assert last.codes == ["RATE_LIMITED"]
    assert (await account.sign_in()).data["done"]["token"]


async def test_guessing_at_many_accounts_from_one_network_is_slowed_down(
    database: Database,
) -> None:
    visitor = Visitor(database, AccessPolicy(attempts_per_network=3))
    answers = [await visitor.sign_in(email=f"{n}@example.com") for n in range(4)]

    assert [answer.codes for answer in answers] == [[], [], [], ["RATE_LIMITED"]]


async def test_every_try_of_a_document_counts(account: Visitor) -> None:
    tries = " ".join(
        f'a{n}: signIn(input: {{email: "{account.email}", password: "wrong {n}"}}) '
        "{ errors { __typename } }"
        for n in range(SIGNING_IN.most + 2)
    )

    # Against the resolvers: that a document holds one try at most is another line of defence.
    context = Context(
        database=account.database, principal=None, now=NOW, network=account.network, policy=OPEN
    )
    result = await practitioner_schema().execute(f"mutation {{ {tries} }}", context_value=context)

    codes = [(error.extensions or {}).get("code") for error in result.errors or []]
    assert codes
    assert set(codes) <= {"RATE_LIMITED", "QUERY_TOO_COMPLEX"}


async def test_making_accounts_is_slowed_down(visitor: Visitor) -> None:
    for _ in range(SIGNING_UP.most):
        assert error_of(await visitor.sign_up(name=""))[0] == "InvalidInputError"

    assert (await visitor.sign_up()).codes == ["RATE_LIMITED"]


async def test_a_sign_in_ends_when_it_is_not_used(account: Visitor) -> None:
    account.now += timedelta(minutes=30)

    assert (await account.whoami()).codes == ["UNAUTHENTICATED"]


async def test_a_sign_in_that_is_used_goes_on_until_its_hours_are_over(account: Visitor) -> None:
    uses = TokenUses()
    assert account.token is not None
    for minutes in range(0, 12 * 60, 25):
        now = NOW + timedelta(minutes=minutes)
        principal = await principal_of(account.database, account.token, now=now)
        assert principal is not None, minutes
        uses.note(account.database, principal, now=now)
        for noting in list(uses.being_noted.values()):
            await noting

    account.now = NOW + timedelta(hours=12)
    assert (await account.whoami()).codes == ["UNAUTHENTICATED"]


async def test_use_is_noted_once_a_minute(account: Visitor) -> None:
    uses = TokenUses()
    assert account.token is not None
    noted = []
    for seconds in (0, 1, 59, 60, 61, 120):
        now = NOW + timedelta(seconds=seconds)
        principal = await principal_of(account.database, account.token, now=now)
        assert principal is not None
        uses.note(account.database, principal, now=now)
        noted.append(len(uses.being_noted))
        for noting in list(uses.being_noted.values()):
            await noting

    assert noted == [1, 0, 0, 1, 0, 1]
    assert principal is not None
    token = await AccessToken.get(practitioner_id=principal.practitioner_id)
    assert token.last_used_at == NOW + timedelta(seconds=120)
    assert token.idle_until == NOW + timedelta(seconds=120, minutes=30)


async def test_signing_out_ends_this_token_and_no_other(account: Visitor) -> None:
    other = (await account.sign_in()).data["done"]["token"]
    done = await account.ask("mutation { signOut { errors { message } } }")

    assert done.data == {"signOut": {"errors": []}}
    assert (await account.whoami()).codes == ["UNAUTHENTICATED"]
    account.token = other
    assert (await account.whoami()).errors == []


async def test_a_stranger_cannot_sign_out_or_change_a_password(visitor: Visitor) -> None:
    change = {"input": {"currentPassword": PASSWORD, "newPassword": PASSWORD[::-1]}}

    assert (await visitor.ask("mutation { signOut { errors { message } } }")).codes == [
        "UNAUTHENTICATED"
    ]
    assert (await visitor.ask(CHANGE, change)).codes == ["UNAUTHENTICATED"]


async def test_a_new_password_replaces_the_old_and_ends_other_sign_ins(account: Visitor) -> None:
    other = (await account.sign_in()).data["done"]["token"]
    new = "a better one, with more of them"
    change = {"currentPassword": PASSWORD, "newPassword": new}
    answer = await account.ask(CHANGE, {"input": change})

    assert answer.data["done"] == {"endedTokens": 1, "errors": []}
    assert (await account.whoami()).errors == []
    assert await principal_of(account.database, other, now=NOW) is None
    assert error_of(await account.sign_in())[0] == "InvalidCredentialsError"
    assert (await account.sign_in(new)).data["done"]["token"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"currentPassword": "wrong", "newPassword": PASSWORD[::-1]},
            ("InvalidCredentialsError", ["input", "currentPassword"]),
        ),
        (
            {"currentPassword": PASSWORD, "newPassword": "short"},
            ("InvalidInputError", ["input", "newPassword"]),
        ),
        (
            {"currentPassword": "x" * 1025, "newPassword": PASSWORD[::-1]},
            ("InvalidInputError", ["input", "currentPassword"]),
        ),
    ],
    ids=["wrong", "short", "long"],
)
async def test_a_password_that_cannot_be_changed_stays(
    account: Visitor, change: dict[str, str], error: tuple[str, list[str]]
) -> None:
    answer = await account.ask(CHANGE, {"input": change})

    assert error_of(answer) == error
    assert (await account.sign_in()).data["done"]["token"]


async def test_trying_passwords_with_a_stolen_token_is_slowed_down(account: Visitor) -> None:
    wrong = {"input": {"currentPassword": "wrong", "newPassword": PASSWORD[::-1]}}
    codes = [(await account.ask(CHANGE, wrong)).codes for _ in range(11)]

    assert codes == [[]] * 10 + [["RATE_LIMITED"]]


async def test_sweeping_forgets_what_ended_a_month_ago_and_nothing_else(
    own_database: Database,
) -> None:
    visitor = Visitor(own_database)
    await visitor.sign_up()
    for days, there in ((30, 1), (31, 0)):
        await sweep(own_database, now=NOW + timedelta(days=days))
        assert await AccessToken.all().count() == there

    assert await own_database.fetch("SELECT * FROM attempt_limit") == []
    assert await Practitioner.all().count() == 1
