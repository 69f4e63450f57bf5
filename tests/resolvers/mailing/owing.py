"""Somebody who owes mail, and a way to have it sent."""

from datetime import timedelta
from typing import Any

from mail import carrier
from mail.carrier import Message, NotAccepted, Post
from mail.smtp import Smtp
from models import Client, OutboxMessage, Session
from models.database import Database
from models.enums import MailCarrier, SessionStatus
from resolvers.mailing.claims import Claimed, claim_next
from resolvers.mailing.delivering import deliver_next
from tests.mail_server import SENDER, MailServer
from tests.mails import add_mail
from tests.practice import NOW, Practice

HOUR = timedelta(hours=1)


class Owing:
    """A practice with a client who has an address, and a session in two days."""

    def __init__(self, practice: Practice, client: Client, session: Session) -> None:
        self.practice = practice
        self.database = practice.database
        self.client = client
        self.session = session
        self.now = NOW

    @classmethod
    async def of(cls, database: Database) -> "Owing":
        practice = await Practice.of(database)
        client = await practice.add_client("Ada Lovelace", email="ada@example.com")
        session = await practice.add_session(
            client, NOW + timedelta(days=2), SessionStatus.PENDING, private_notes="SECRET"
        )
        return cls(practice, client, session)

    async def add(self, **given: Any) -> OutboxMessage:
        return await add_mail(self.practice, self.session, self.client, **given)

    async def send(self, post: Post) -> int:
        """Send until nothing is due; how often it was tried."""
        tried = 0
        while await deliver_next(self.database, post, clock=lambda: self.now, jitter=lambda: 0.5):
            tried += 1
        return tried

    async def claim(self) -> Claimed | None:
        return await claim_next(self.database, NOWHERE, domain="x", now=self.now)

    async def kept(self) -> list[dict[str, Any]]:
        """What became of each mail, in the order of the changes."""
        own = OutboxMessage.filter(practitioner_id=self.practice.practitioner.id)
        found = await own.order_by("session_version", "id")
        return [
            {
                "kind": one.kind,
                "attempts": one.attempts,
                "error": one.last_error,
                "sent": one.sent_at is not None,
                "failed": one.failed_at is not None,
                "due": one.available_at,
            }
            for one in found
        ]

    async def listed(self) -> list[dict[str, Any]]:
        answer = await self.practice.ask(
            "{ mails { totalCount nodes { id kind state to subject text attempts lastError "
            "nextAttemptAt session { id } client { id } } } }",
            now=self.now,
        )
        assert answer.errors == []
        nodes: list[dict[str, Any]] = answer.data["mails"]["nodes"]
        assert answer.data["mails"]["totalCount"] == len(nodes)
        return nodes

    async def retry(self, identifier: str) -> Any:
        answer = await self.practice.ask(
            "mutation ($id: ID!) { retryMail(id: $id) { mail { state nextAttemptAt attempts } "
            "errors { __typename message } } }",
            {"id": identifier},
            now=self.now,
        )
        assert answer.errors == []
        return answer.data["retryMail"]


class _Nobody:
    kind = MailCarrier.SMTP

    async def carry(self, message: Message) -> None:
        raise NotAccepted("Nobody takes it.")


NOWHERE = Post(_Nobody(), SENDER, 30)


def post_to(server: MailServer) -> Post:
    kept = carrier.MailServer(host="127.0.0.1", port=server.port, security="none", seconds=5)
    return Post(Smtp(kept), SENDER, kept.most_seconds)
