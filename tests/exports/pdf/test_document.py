"""What stands in the document, as its readers see it."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from exports.pdf.document import Amount, Cancellation, Entry, Heading, HistoryFrame
from exports.pdf.rendering import render_history
from exports.workers import Workers
from models.enums import Actor, SessionStatus
from tests.exports.pdf.reading import edges, font_sizes, highest, lowest, pages, text
from tests.exports.pdf.sessions import LATEST, LINE, a_frame, an_entry, entries

LEFT, RIGHT = 20 * 72 / 25.4, 190 * 72 / 25.4
HEADS = "DATE AND TIME SERVICE CALENDAR DURATION STATUS PRICE"


@pytest.fixture(scope="module")
async def long_history(workers: Workers) -> bytes:
    """120 sessions with notes, in three pieces."""
    sessions = entries(120)
    return await render_history(a_frame(sessions), sessions, workers=workers, sessions_per_piece=50)


def test_every_session_and_note_is_there_in_order(long_history: bytes) -> None:
    words = text(long_history)

    places = [words.index(f"Service {number}.") for number in range(120)]
    assert places == sorted(places)
    assert all(f"Note {number} ends." in words for number in range(120))


def test_the_head_of_the_table_stands_on_every_page(long_history: bytes) -> None:
    found = pages(long_history)

    assert len(found) > 10
    assert all(page.count(HEADS) == 1 for page in found)


def test_every_page_says_whose_history_it_is_and_which_page(long_history: bytes) -> None:
    found = pages(long_history)

    foot = "Session history · Grace Hopper · made Thu 1 Oct 2026, 12:22"
    for number, page in enumerate(found, start=1):
        assert page.count(foot) == 1
        assert page.count(f"Page {number} of {len(found)}") == 1


def test_a_row_stands_on_the_page_where_its_notes_begin(long_history: bytes) -> None:
    for page in pages(long_history):
        for number in range(120):
            assert (f"Service {number}." in page) == (f"Note {number} begins." in page)


def test_no_line_of_a_note_stands_alone_at_the_head_of_a_page(long_history: bytes) -> None:
    for page in pages(long_history)[1:]:
        _, _, body = page.partition(HEADS)
        rest, _, _ = body.partition(" ends.")
        assert "begins" in rest or len(rest) > 110  # two lines are longer


async def test_a_page_that_goes_on_with_a_session_says_so_below_its_head(workers: Workers) -> None:
    cancellation = Cancellation(LATEST - timedelta(days=1), Actor.CLIENT, LINE * 80)
    long = an_entry(
        status=SessionStatus.CANCELLED, cancellation=cancellation, customer_notes=LINE * 90
    )
    sessions = [long, *entries(3)]

    pdf = await render_history(a_frame(sessions), sessions, workers=workers)

    first, *others = pages(pdf)
    assert len(others) > 2
    assert "continued" not in first
    for page in others:
        _, _, body = page.partition(HEADS)
        assert body.count("Mon 14 Sep 2026 continued") == body.count("continued") == 1
        assert body.startswith(" Mon 14 Sep 2026 continued ")


async def test_a_page_that_begins_with_a_session_says_nothing_before(
    long_history: bytes,
) -> None:
    begins = re.compile(rf"{HEADS}( 20\d\d)? \w{{3}} \d+ \w{{3}} 20\d\d \d\d:\d\d")

    for page in pages(long_history):
        assert bool(begins.search(page)) != ("continued" in page)


async def test_no_text_touches_the_line_below_the_head_of_the_table(workers: Workers) -> None:
    sessions = [an_entry(customer_notes="\n".join(["ÅÉjg"] * 400))]

    pdf = await render_history(a_frame(sessions), sessions, workers=workers)

    # The line is 62.6 points below the edge of the page.
    edge = 841.9 - 62.6 - 3
    assert max(highest(pdf, below=edge + 4)[1:-1]) < edge


def test_every_page_but_the_last_is_full(long_history: bytes) -> None:
    # The content ends 27 mm above the edge; a row and two lines may have had to move on.
    assert max(lowest(long_history, above=70)[:-1]) < 70 + 75


async def test_where_the_document_was_cut_cannot_be_seen(workers: Workers) -> None:
    sessions = entries(40, note_characters=900)
    frame = a_frame(sessions)

    whole = await render_history(frame, sessions, workers=workers, sessions_per_piece=1000)
    pieces = await render_history(frame, sessions, workers=workers, sessions_per_piece=3)

    assert pages(pieces) == pages(whole)
    assert lowest(pieces, above=70) == lowest(whole, above=70)


def test_one_font_program_of_each_face_serves_all_pieces(long_history: bytes) -> None:
    assert long_history.count(b"/FontFile2") == 2  # regular and bold


def test_readers_are_told_title_author_and_language(long_history: bytes) -> None:
    document = PdfReader(BytesIO(long_history))
    root: Any = document.trailer["/Root"]  # to pypdf it may be any object

    assert document.metadata is not None
    assert document.metadata.title == "Session history"
    assert document.metadata.author == "Ada Okonkwo"
    assert document.metadata.subject == "Grace Hopper"
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_years_are_bookmarks(long_history: bytes) -> None:
    document = PdfReader(BytesIO(long_history))

    marks: list[Any] = document.outline  # to pypdf they may be lists of them, too
    assert [mark["/Title"] for mark in marks] == ["2026", "2025"]
    page = document.get_destination_page_number(marks[1])
    assert page is not None
    assert " 2025 " in pages(long_history)[page]


async def test_names_begin_at_the_left_in_every_script_and_prose_where_its_script_does(
    workers: Workers,
) -> None:
    session = an_entry(service="علاج", calendar="عيادة", customer_notes="שלום")
    frame = a_frame([session], client="مريم", practitioner="דוד")

    pdf = await render_history(frame, [session], workers=workers)

    assert edges(pdf, "مريم")[0] == pytest.approx(LEFT, abs=3)
    assert edges(pdf, "דוד")[0] == pytest.approx(edges(pdf, "ada@")[0], abs=1)
    assert edges(pdf, "علاج")[0] == pytest.approx(edges(pdf, "SERVICE")[0], abs=1)
    assert edges(pdf, "عيادة")[0] == pytest.approx(edges(pdf, "CALENDAR")[0], abs=1)
    assert edges(pdf, "שלום")[0] > (LEFT + RIGHT) / 2


async def test_heads_of_numbers_end_where_their_numbers_do(workers: Workers) -> None:
    session = an_entry(price=Amount("85.50", "EUR"))

    pdf = await render_history(a_frame([session]), [session], workers=workers)

    assert edges(pdf, "PRICE")[1] == pytest.approx(edges(pdf, "85.50 EUR")[1], abs=0.6)
    assert edges(pdf, "DURATION")[1] == pytest.approx(edges(pdf, "50 min")[1], abs=0.6)


async def test_sessions_may_stand_under_their_status(workers: Workers) -> None:
    sessions = [an_entry(), an_entry(status=SessionStatus.NO_SHOW)]

    pdf = await render_history(
        a_frame(sessions, headings=Heading.STATUS), sessions, workers=workers
    )

    marks: list[Any] = PdfReader(BytesIO(pdf)).outline
    assert [mark["/Title"] for mark in marks] == ["Completed", "No show"]


async def test_a_history_of_nothing_says_so(workers: Workers) -> None:
    pdf = await render_history(a_frame([]), [], workers=workers)

    (page,) = pages(pdf)
    assert "There are no sessions here." in page
    assert "Page 1 of 1" in page
    assert HEADS not in page


async def test_a_very_long_note_is_complete_and_no_smaller_than_others(workers: Workers) -> None:
    note = " ".join(f"w{number}" for number in range(17_000))
    assert len(note) > 100_000
    sessions = [an_entry(customer_notes=LINE), an_entry(customer_notes=note), an_entry()]

    pdf = await render_history(a_frame(sessions), sessions, workers=workers)

    found = pages(pdf)
    last = f"Page {len(found)} of {len(found)}"
    assert [word for word in text(pdf).split() if word[0] == "w" and word[1:].isdigit()] == (
        note.split()
    )
    assert last in found[-1]
    for page in (1, len(found) // 2, len(found) - 2):
        assert font_sizes(pdf, page) == {6.5, 8.0}  # heads and foot, and the note


@pytest.mark.parametrize(
    "typed",
    [
        "<img src=file:///etc/passwd>",
        '<font color="[[[1]]]">red</font>',
        "&bogus; &amp; &#65;",
        "<style>p { background: url(http://127.0.0.1/x) }</style>",
        "<pdf:nextpage /><pdf:insertpdf src='/etc/passwd'>",
        "{{ frame.client }} {% for x in y %}",
        "</p></body></html><p>",
        "]]> <!-- --> <?php ?>",
    ],
)
async def test_markup_is_shown_as_it_was_typed(workers: Workers, typed: str) -> None:
    session = an_entry(service=typed, customer_notes=f"before {typed} after")

    pdf = await render_history(a_frame([session], client=typed), [session], workers=workers)

    (page,) = pages(pdf)
    assert f"before {typed} after" in page
    assert page.count(typed) >= 3


async def test_a_cancelled_session_says_when_by_whom_and_why(workers: Workers) -> None:
    cancellation = Cancellation(LATEST - timedelta(days=1), Actor.CLIENT, "Down with a cold")
    session = an_entry(status=SessionStatus.CANCELLED, cancellation=cancellation)

    words = text(await render_history(a_frame([session]), [session], workers=workers))

    assert "Cancelled on Sun 13 Sep 2026, 09:00 (UTC+02:00), by the client" in words
    assert "REASON Down with a cold" in words


async def test_a_moved_session_says_how_often(workers: Workers) -> None:
    session = an_entry(times_moved=2)

    assert "Moved 2 times" in text(
        await render_history(a_frame([session]), [session], workers=workers)
    )


async def test_private_notes_are_told_from_customer_notes(workers: Workers) -> None:
    session = an_entry(customer_notes="For both", private_notes="For one")
    frame = a_frame([session], with_private_notes=True)

    words = text(await render_history(frame, [session], workers=workers))

    assert "With private notes" in words
    assert "NOTES For both PRIVATE NOTES For one" in words


async def test_a_document_without_private_notes_says_so(workers: Workers) -> None:
    session = an_entry()

    words = text(await render_history(a_frame([session]), [session], workers=workers))

    assert "Without private notes" in words
    assert "PRIVATE NOTES" not in words


def _all_kinds() -> tuple[HistoryFrame, list[Entry]]:
    sessions = [an_entry(status=status) for status in SessionStatus]
    frame = a_frame(sessions)
    revenue = [Amount("51280.00", "EUR"), Amount("432000", "JPY")]
    return replace(frame, figures=replace(frame.figures, revenue=revenue)), sessions


async def test_the_figures_stand_before_the_sessions(workers: Workers) -> None:
    frame, sessions = _all_kinds()

    (page,) = pages(await render_history(frame, sessions, workers=workers))

    assert "SESSIONS UPCOMING CANCELLATION RATE NO-SHOW RATE REVENUE 5 2 20.0 % 20.0 %" in page
    assert "51,280.00 EUR 432,000 JPY" in page
    for status in ("Pending", "Confirmed", "Completed", "Cancelled", "No show"):
        assert f"{status} 1 20.0 %" in page


async def test_a_filter_of_more_lines_than_a_page_goes_on_on_the_next(workers: Workers) -> None:
    session = an_entry()
    filters = [f"Service: number {number}!" for number in range(80)]

    pdf = await render_history(a_frame([session], filters=filters), [session], workers=workers)

    words = text(pdf)
    assert len(pages(pdf)) > 1
    assert all(line in words for line in filters)
