"""What a mail is: one sender, one recipient, the same bytes each time, whoever it is for."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.addresses import BadAddress, Mailbox, one_address
from mail.messages import compose
from mail.words import words_of
from models.enums import Actor, MailKind, SessionStatus
from tests.mail_server import SENDER
from tests.mails import SPAN, letter

EVIL = (
    "Ada\r\nBcc: evil@example.com",
    "Ada, evil@example.com",
    'Ada" <evil@example.com>, "',
    "Ünïcode, " + "evil@example.com, " * 9,
    "Müller, Ada (x) " + "long name, " * 15,
    "\u2028Bcc: evil@example.com\u2029",
    "=?utf-8?q?evil=40example.com=2C?= <evil@example.com>",
    "a\x00b\x0b\x85Bcc: evil@example.com",
    "\u202egnp.exe",
    "",
)
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
    "Content-Type", "Content-Language",
]  # fmt: skip


def parsed(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def addresses_in(content: bytes, header: str) -> list[str]:
    """What older mail programs read there, which know no more than RFC 2822."""
    mail = email.message_from_bytes(content, policy=email.policy.compat32)
    return [address for _, address in getaddresses(mail.get_all(header, []))]


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_no_name_service_or_reason_adds_a_header_or_a_recipient(evil: str) -> None:
    parties = {"client": evil, "practice": evil}
    message = compose(
        letter(MailKind.CANCELLED, parties=parties, service=evil, reason=evil, customer_notes=evil),
        sender=SENDER,
    )

    mail = parsed(message.content)
    assert mail.keys() == HEADERS
    assert addresses_in(message.content, "To") == ["ada@example.com"]
    assert addresses_in(message.content, "From") == [SENDER]
    assert addresses_in(message.content, "Reply-To") == ["practitioner@example.com"]
    assert [one.addr_spec for one in mail["To"].addresses] == ["ada@example.com"]
    assert (message.sender, message.recipient) == (SENDER, "ada@example.com")
    assert all(len(line) <= 998 for line in message.content.split(b"\r\n"))
    assert message.content.isascii()


@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=250))
def test_whatever_the_name_there_is_one_address(name: str) -> None:
    header = Mailbox.of("To", name, "ada@example.com").fold(policy=email.policy.SMTP)

    content = f"{header}X-After: it\r\n\r\n".encode("ascii")
    assert parsed(content).keys() == ["To", "X-After"]
    assert addresses_in(content, "To") == ["ada@example.com"]
    assert [one.addr_spec for one in parsed(content)["To"].addresses] == ["ada@example.com"]


@given(service=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=25)
def test_whatever_the_service_is_called_there_is_one_subject(service: str) -> None:
    message = compose(letter(service=service), sender=SENDER)

    assert parsed(message.content).keys() == HEADERS


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Müller, Ünal", 'Ada "Countess"', "愛" * 70, "O'Hara"]
)
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    header = Mailbox.of("To", name, "ada@example.com")

    written, _, address = str(header).rpartition("<")
    assert str(make_header(decode_header(written))).strip() == name
    assert address == "ada@example.com>"
    assert all(len(line) <= 76 for line in header.fold(policy=email.policy.SMTP).split("\r\n"))


@pytest.mark.parametrize(
    "wrong",
    [
        "ada@example.com, evil@example.com", "ada@example.com evil@example.com", "ada",
        "@example.com",
        "ada@", "ada@b@c", "ada@example.com\r\nBcc: evil@example.com", "<ada@example.com>",
        '"a b"@example.com', "ada@exa mple.com", "ada;evil@example.com", "a" * 65 + "@example.com",
        "ada@" + "ü" * 300 + ".com", "", "ada@example.com\0",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        one_address(wrong)

    assert str(refusal.value) == "This is not one email address."


def test_a_domain_in_another_script_becomes_its_ascii_form() -> None:
    plain, other = (
        compose(letter(parties={"client_email": address}), sender=SENDER)
        for address in ("ada@münchen.example", "jürgen@example.com")
    )

    assert (plain.recipient, plain.needs_utf8) == ("ada@xn--mnchen-3ya.example", False)
    assert (other.recipient, other.needs_utf8) == ("jürgen@example.com", True)


def test_the_same_letter_is_the_same_mail_to_the_byte() -> None:
    first, again = (compose(letter(customer_notes="Notes"), sender=SENDER) for _ in range(2))

    assert first == again
    mail = parsed(first.content)
    assert mail["Message-ID"] == f"<{first.message_id}>"
    assert mail["Date"] == "Thu, 14 May 2026 12:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        "application/ics",
    ]  # fmt: skip
    calendar, file = list(mail.walk())[4:]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert file.get_content().decode() == calendar.get_content().replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_people_wrote_is_text_in_html() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>&amp;"

    plain = _Texts()
    plain.feed(words_of(letter(customer_notes="notes", reason="why")).html)
    hostile = _Texts()
    hostile.feed(
        words_of(
            letter(
                customer_notes=evil,
                reason=evil,
                service=evil,
                parties={"client": evil, "practice": evil},
            )
        ).html
    )

    assert hostile.tags == plain.tags
    assert hostile.text.count(evil) == 7


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        (MailKind.CONFIRMED, {}, "your session is confirmed."),
        (MailKind.RESCHEDULED, {"before": SPAN}, "your session has another time now.\n"),
        (
            MailKind.RESCHEDULED,
            {"before": SPAN, "status": SessionStatus.PENDING},
            "your session has another time now. It still awaits confirmation.",
        ),
        (MailKind.CANCELLED, {"cancelled_by": Actor.PRACTITIONER}, "your session is cancelled."),
        (MailKind.CANCELLED, {"cancelled_by": Actor.CLIENT}, "as you asked, your session is"),
    ],
)
def test_each_kind_says_what_happened_and_when(
    kind: MailKind, given: dict[str, Any], says: str
) -> None:
    words = words_of(letter(kind, customer_notes="Bring\r\na pen", **given))

    assert says in words.text
    assert (
        "When:   Saturday, 16 May 2026, 14:00 to 14:50 (Europe/Berlin, UTC+02:00)\n" in words.text
    )
    assert ("Before: " in words.text) is ("before" in given)
    assert "Bring\na pen" in words.text
    assert "Bring<br>a pen" in words.html
    assert words.subject.endswith(": Coaching on Saturday, 16 May 2026, 14:00 (UTC+02:00)")
