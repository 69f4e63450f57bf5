"""The list of mail, another try, and the end of what is old."""

from datetime import timedelta

from models.database import Database
from models.instants import to_text
from resolvers.sweeping import MAILS_STAY, sweep
from tests.mail_server import mail_server, refusing
from tests.practice import NOW
from tests.resolvers.mailing.owing import HOUR, Owing, post_to


async def test_the_list_says_what_became_of_each(owing: Owing) -> None:
    await owing.add()
    with mail_server(refusing("RCPT", "450 later")) as server:
        await owing.send(post_to(server))
    (mail,) = await owing.listed()

    assert (mail["state"], mail["to"], mail["attempts"]) == ("WAITING", "ada@example.com", 1)
    assert mail["lastError"] == "The mail server refused the recipient: 450."
    assert mail["nextAttemptAt"] == to_text(NOW + timedelta(minutes=1))
    assert mail["session"]["id"] == owing.session.id
    assert mail["subject"].startswith("Confirmed: Coaching on Saturday, 16 May 2026")
    assert "Hello Ada Lovelace" in mail["text"]
    for state, count in (("WAITING", 1), ("SENT", 0), ("KEPT", 0), ("FAILED", 0)):
        answer = await owing.practice.ask(
            "query ($state: MailState) { mails(state: $state, first: 5) { totalCount } }",
            {"state": state},
        )
        assert answer.data["mails"]["totalCount"] == count


async def test_the_list_has_pages_of_its_own_state_only(owing: Owing) -> None:
    made = [(await owing.add(created_at=NOW + HOUR * number)).id for number in range(3)]
    document = """query ($after: String, $state: MailState) { mails(first: 2, after: $after,
      state: $state) { nodes { id } pageInfo { endCursor hasNextPage } } }"""
    first = (await owing.practice.ask(document)).data["mails"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await owing.practice.ask(document, {"after": cursor})).data["mails"]
    wrong = await owing.practice.ask(document, {"after": cursor, "state": "FAILED"})

    assert [one["id"] for one in (*first["nodes"], *rest["nodes"])] == made[::-1]
    assert wrong.codes == ["BAD_USER_INPUT"]


async def test_a_mail_that_failed_is_tried_again_when_somebody_asks(owing: Owing) -> None:
    made = await owing.add()
    with mail_server(refusing("RCPT", "550 unknown")) as server:
        await owing.send(post_to(server))
        server.behaviour = lambda _server, _step: None
        done = await owing.retry(made.id)
        assert done == {
            "mail": {"state": "WAITING", "nextAttemptAt": to_text(NOW), "attempts": 0},
            "errors": [],
        }
        await owing.send(post_to(server))
        assert len(server.taken()) == 1

    again = await owing.retry(made.id)
    assert again["errors"][0] == {
        "__typename": "InvalidInputError",
        "message": "This mail was sent.",
    }


async def test_what_a_later_mail_has_overtaken_or_nobody_knows_is_not_tried_again(
    owing: Owing,
) -> None:
    overtaken = await owing.add(failed_at=NOW)
    owing.session.version = 2
    later = await owing.add(failed_at=NOW)
    owing.session = await owing.practice.add_session(owing.client, NOW + HOUR)
    old = await owing.add(failed_at=NOW, payload='{"sessionVersion":1}')

    refused = [(await owing.retry(one.id))["errors"] for one in (overtaken, old)]
    unknown = (await owing.retry("msg_" + "0" * 26))["errors"]
    nothing = (await owing.retry("nothing"))["errors"]

    assert [one[0]["message"] for one in refused] == [
        "There is a later mail about this session.",
        "Nobody knows any more what this mail was to say.",
    ]
    assert [one[0]["__typename"] for one in (unknown, nothing)] == ["NotFoundError"] * 2
    assert (await owing.retry(later.id))["errors"] == []


async def test_what_is_being_sent_is_not_sent_twice_because_somebody_asks(owing: Owing) -> None:
    made = await owing.add()
    await owing.claim()

    assert (await owing.retry(made.id))["errors"] == []

    assert await owing.claim() is None


async def test_old_mail_is_swept_away_and_what_waits_is_not(own_database: Database) -> None:
    owing = await Owing.of(own_database)
    old, later = NOW - MAILS_STAY, NOW - MAILS_STAY + HOUR
    for created_at in (old, later):
        await owing.add(created_at=created_at, sent_at=created_at, carried_by="SMTP")
        await owing.add(created_at=created_at, failed_at=created_at)
        await owing.add(created_at=created_at)

    await sweep(own_database, now=NOW)

    kept = [(one["sent"], one["failed"]) for one in await owing.kept()]
    assert sorted(kept) == [(False, False), (False, False), (False, True), (True, False)]
