"""What the mutation about mail answers."""

from dataclasses import dataclass, field

from resolvers.context import Info, context_of
from resolvers.lookup import Identifier
from resolvers.mailing import mails, retrying
from resolvers.mailing.mails import MailRow
from resolvers.problems import Problem, Undone


@dataclass(frozen=True, slots=True)
class MailPayload:
    """A mail as it is now, or why nothing was done."""

    mail: MailRow | None = None
    errors: list[Problem] = field(default_factory=list)


async def retry_mail(info: Info, id: Identifier) -> MailPayload:  # noqa: A002
    """Try a mail again at once."""
    context = context_of(info)
    try:
        identifier = await retrying.retry_mail(context, id)
    except Undone as undone:
        return MailPayload(errors=[undone.problem])
    return MailPayload(await mails.mail(context, identifier))
