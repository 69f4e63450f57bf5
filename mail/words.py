"""The words of a mail: its subject, and its body as plain text and as HTML."""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from mail.letter import Letter
from mail.wording import beginning, lines, one_line, when
from models.enums import Actor, MailKind, SessionStatus

_TEMPLATES: Final = Path(__file__).parent / "templates"

_SUBJECTS: Final = {
    MailKind.CONFIRMED: "Confirmed",
    MailKind.RESCHEDULED: "Moved",
    MailKind.CANCELLED: "Cancelled",
}
_CALENDAR: Final = {
    MailKind.CONFIRMED: "The attached invitation puts it into your calendar.",
    MailKind.RESCHEDULED: "The attached invitation moves it in your calendar.",
    MailKind.CANCELLED: "The attached file takes it out of your calendar.",
}


class Words(NamedTuple):
    """A mail, for people."""

    subject: str
    text: str
    html: str


def words_of(letter: Letter) -> Words:
    """What a letter says. Whatever people wrote is escaped in the HTML."""
    zone = ZoneInfo(letter.parties.time_zone)
    session = letter.session
    notes = lines(session.customer_notes or "").strip()
    said = {
        "client": one_line(letter.parties.client),
        "practice": one_line(letter.parties.practice),
        "opening": _opening(letter),
        "facts": _facts(letter, zone),
        "notes": notes,
        "calendar": _CALENDAR[letter.kind],
    }
    return Words(
        subject=f"{_SUBJECTS[letter.kind]}: {one_line(session.service)} on "
        f"{beginning(session.span, zone)}",
        text=_template("message.txt").render(said),
        html=_template("message.html").render(said, lines_of_notes=notes.split("\n")),
    )


def _opening(letter: Letter) -> str:
    session = letter.session
    if letter.kind is MailKind.CONFIRMED:
        return "your session is confirmed."
    if letter.kind is MailKind.CANCELLED:
        if session.cancelled_by is Actor.CLIENT:
            return "as you asked, your session is cancelled."
        return "your session is cancelled."
    if session.status is SessionStatus.PENDING:
        return "your session has another time now. It still awaits confirmation."
    return "your session has another time now."


def _facts(letter: Letter, zone: ZoneInfo) -> list[tuple[str, str]]:
    session = letter.session
    facts = [("What", one_line(session.service)), ("When", when(session.span, zone))]
    if session.before is not None:
        facts.append(("Before", when(session.before, zone)))
    facts.append(("With", one_line(letter.parties.practice)))
    if session.reason is not None:
        facts.append(("Reason", one_line(session.reason)))
    return facts


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)
