"""What is written into a plain CSV is what stands in the record, to the letter."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Client
from models.enums import SessionStatus
from models.instants import to_text
from models.money import amount_text
from tests.practice import NOW, Practice
from tests.resolvers.importing.files import import_rows, mapping, row, sessions_of

NOTES = [
    "one\ntwo",
    "one\r\ntwo\rthree\n",
    'she said "no"',
    '""',
    ", ; \t |",
    "  spaces around  ",
    "=HYPERLINK(1)",
    "\ufeffa mark",
    "é e\u0301 \u2028 \x85 \x0b \x1f 👩‍👩‍👧 שלום",
    "\n\nlines\n\n",
    "n" * 65_536,
    "ö" * 32_768,
]


@pytest.mark.parametrize("text", NOTES, ids=repr)
async def test_notes_are_recovered_to_the_letter(
    practice: Practice, tmp_path: Path, text: str
) -> None:
    await import_rows(practice, tmp_path, row(customer_notes=text, private_notes=text[::-1]))

    (session,) = await sessions_of(practice)
    assert session.customer_notes == text
    assert session.private_notes == text[::-1]


@pytest.mark.parametrize("text", ["", " ", "\r\n"])
async def test_notes_with_nothing_in_them_are_none(
    practice: Practice, tmp_path: Path, text: str
) -> None:
    await import_rows(practice, tmp_path, row(customer_notes=text, private_notes=text))

    (session,) = await sessions_of(practice)
    assert {session.customer_notes, session.private_notes, session.customer_notes_folded} == {None}


async def test_imported_notes_are_found_by_their_words(practice: Practice, tmp_path: Path) -> None:
    await import_rows(practice, tmp_path, row(customer_notes="Über STRASSEN"), row())

    answer = await practice.ask(
        '{ sessions(filter: {text: "über straßen"}, first: 5) { nodes { customerNotes } } }'
    )

    assert answer.errors == []
    assert answer.data["sessions"]["nodes"] == [{"customerNotes": "Über STRASSEN"}]


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60
).filter(lambda text: not text or bool(text.strip()))
names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200)


@st.composite
def sessions(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(SessionStatus))
    latest = 0 if status in {SessionStatus.COMPLETED, SessionStatus.NO_SHOW} else 10_000
    return {
        "starts_at": NOW + timedelta(minutes=draw(st.integers(-1_000_000, latest))),
        "duration_minutes": draw(st.integers(1, 1440)),
        "status": status,
        "price_minor": draw(st.integers(0, 10**12)),
        "currency": draw(st.sampled_from(["EUR", "JPY", "BHD", "CLF", "USD"])),
        "customer_notes": draw(texts) or None,
        "private_notes": draw(texts) or None,
        "created_at": NOW - timedelta(seconds=draw(st.integers(0, 10**9))),
    }


@given(written=st.lists(sessions(), min_size=1, max_size=5), zone_hours=st.integers(-12, 14))
@settings(max_examples=40)
async def test_sessions_are_recovered_as_they_were_written(
    practice: Practice, tmp_path: Path, written: list[dict[str, Any]], zone_hours: int
) -> None:
    source = row()["id"]  # each example is a source of its own
    service = await practice.add_service(source)
    rows = [
        row(
            service=source,
            starts_at=_with_offset(session["starts_at"], zone_hours),
            duration_minutes=str(session["duration_minutes"]),
            status=session["status"].value.lower(),
            price=amount_text(session["price_minor"], session["currency"]),
            currency=session["currency"],
            customer_notes=session["customer_notes"] or "",
            private_notes=session["private_notes"] or "",
            booked_at=to_text(session["created_at"]),
        )
        for session in written
    ]

    using = mapping(source=source, allow_overlap=True)
    report = await import_rows(practice, tmp_path, *rows, using=using)

    assert report.problems == []
    kept = [
        {name: getattr(session, name) for name in written[0]}
        for session in await sessions_of(practice)
        if session.service_id == service.id
    ]
    assert sorted(kept, key=repr) == sorted(written, key=repr)


@given(name=names)
@settings(max_examples=40)
async def test_names_are_recovered_in_every_script(
    practice: Practice, tmp_path: Path, name: str
) -> None:
    using = mapping(source=row()["id"])
    report = await import_rows(practice, tmp_path, row(client_name=name), using=using)

    assert report.problems == []
    newest = await Client.filter(practitioner_id=practice.practitioner.id).order_by("-id").first()
    assert newest is not None
    assert newest.name == name


def _with_offset(at: datetime, hours: int) -> str:
    shifted = at + timedelta(hours=hours)
    sign = "-" if hours < 0 else "+"
    return f"{shifted:%Y-%m-%d %H:%M:%S}{sign}{abs(hours):02}:00"
