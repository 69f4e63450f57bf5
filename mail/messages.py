"""A letter as bytes: what a mail server is handed, or a file holds."""

from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from mail.addresses import Mailbox, one_address
from mail.carrier import Message
from mail.invitations import invitation, method_of
from mail.letter import Letter
from mail.words import words_of


def compose(letter: Letter, *, sender: str) -> Message:
    """The mail of a letter, from the address `sender`: always the same, to the byte.

    Raises:
        BadAddress: the client's address is not one.
    """
    parties, words = letter.parties, words_of(letter)
    origin = Mailbox.of("From", parties.practice, sender)
    recipient = Mailbox.of("To", parties.client, parties.client_email)
    answers = Mailbox.of("Reply-To", parties.practice, parties.practice_email)
    calendar = invitation(letter, sender=one_address(sender))
    method = method_of(letter)
    is_ascii = all(one.address.isascii() for one in (origin, recipient, answers))
    mail = EmailMessage(policy=SMTP if is_ascii else SMTPUTF8)
    mail["From"] = origin
    mail["To"] = recipient
    mail["Reply-To"] = answers
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(letter.written_at)
    mail["Message-ID"] = f"<{letter.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    # Twice: as the part that mail programs act on, and as a file for those that do not.
    mail.add_alternative(calendar, subtype="calendar", params={"method": method}, cte="base64")
    mail.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="invite.ics"
    )
    mail["Content-Language"] = "en"  # behind what would take it along into a part
    # Boundaries that are always the same. None can stand in a part: both encodings escape the `=`.
    for part in mail.walk():
        if part.is_multipart():
            own = letter.message_id.partition("@")[0]
            part.set_boundary(f"={own}={part.get_content_subtype()}")
    return Message(letter.message_id, origin.address, recipient.address, mail.as_bytes())
