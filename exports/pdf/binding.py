"""The pieces of a document bound into one PDF: heads, feet, page numbers, fonts, bookmarks."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any, Final, Self

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
)

from exports.pdf import markup
from exports.pdf.canvas import Mark, PieceCanvas, PieceFont
from exports.pdf.document import LANGUAGE, TITLE, HistoryFrame
from exports.pdf.story import Area, Flowable, layout, told_paragraphs

_PREFIX: Final = "D"


@dataclass(frozen=True, slots=True)
class PlacedPages:
    """A piece as it was placed."""

    first_page: int
    """The page that it goes on with, from 0."""
    marks: list[Mark]
    fonts: list[PieceFont]
    own_fonts: bytes
    pages: list[bytes]
    """Operators of each page, deflated."""

    @classmethod
    def of(cls, said: dict[str, Any], own_fonts: bytes, pages: list[bytes]) -> Self:
        """The piece that was sent as JSON."""
        marks = [Mark(*mark) for mark in said["marks"]]
        fonts = [PieceFont(*font) for font in said["fonts"]]
        return cls(said["first_page"], marks, fonts, own_fonts, pages)


def bound(frame: HistoryFrame, pieces: Sequence[PlacedPages], *, alphabet: str) -> bytes:
    """The document.

    A piece begins on the page where the one before ended: such a page has the operators of both.

    Args:
        frame: what is said once.
        pieces: all of it, in order.
        alphabet: the characters of the whole document, as they first appear.
    """
    contents: list[list[bytes]] = [
        [] for _ in range(max(piece.first_page + len(piece.pages) for piece in pieces))
    ]
    for piece in pieces:
        for page, operators in zip(count(piece.first_page), piece.pages, strict=False):
            contents[page].append(operators)
    canvas = PieceCanvas(alphabet, prefix=_PREFIX)
    around = _numbered(canvas, frame, len(contents), [m for piece in pieces for m in piece.marks])
    shared = canvas.shared({f.name for piece in pieces for f in piece.fonts if f.is_shared})
    writer = PdfWriter(
        clone_from=PdfReader(
            BytesIO(
                canvas.finished(
                    title=TITLE, language=LANGUAGE, author=frame.practitioner, subject=frame.client
                )
            )
        )
    )
    _take_fonts(writer, pieces, shared)
    opening, following = (_stream(writer, zlib.compress(each)) for each in around)
    for number, (sheet, parts) in enumerate(zip(writer.pages, contents, strict=True)):
        own = [_stream(writer, part) for part in parts]
        sheet[NameObject("/Contents")] = ArrayObject(
            [following if number else opening, *own, sheet.raw_get("/Contents")]
        )
    writer.pdf_header = "%PDF-1.7"  # reportlab says 1.3, which has no languages
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _numbered(
    canvas: PieceCanvas, frame: HistoryFrame, pages: int, marks: Sequence[Mark]
) -> tuple[bytes, bytes]:
    """Pages with their numbers and bookmarks; what is around the first one, and around others."""
    heads = markup.column_heads()
    numbers = [markup.page_number(page + 1, pages) for page in range(pages)]
    foot, *others = told_paragraphs([markup.foot(frame), *heads, *numbers])
    areas = layout().areas
    opening = _set(canvas, areas["opening"]["foot"], [foot])
    following = _set(canvas, areas["following"]["foot"], [foot])
    following += _set(canvas, areas["following"]["heads"], others[: len(heads)])
    for page, number in enumerate(others[len(heads) :]):
        area = areas["following" if page else "opening"]["number"]
        canvas.add_page(
            layout().size,
            _set(canvas, area, [number]),
            [mark for mark in marks if mark.page == page],
        )
    return opening.encode("latin-1"), following.encode("latin-1")


def _set(canvas: PieceCanvas, area: Area, flowables: Sequence[Flowable]) -> str:
    """Operators for paragraphs side by side at the top of an area."""
    drawing = canvas.drawn_side_by_side(flowables, area.width)
    if drawing.height > area.height and (parts := flowables[0].split(area.width, area.height)):
        drawing = canvas.drawn(parts[0], area.width)  # a name that fills more lines than there are
    return drawing.at(area.left, area.top)


def _take_fonts(
    writer: PdfWriter, pieces: Sequence[PlacedPages], shared: dict[str, list[str]]
) -> None:
    """Make the fonts known by what each piece calls them; all pages look them up in one table."""
    table = _fonts_of(writer)
    for piece in pieces:
        if piece.own_fonts:
            own = _fonts_of(PdfReader(BytesIO(piece.own_fonts)))
            for name in own:
                table[NameObject(name)] = own.raw_get(name).clone(writer)
        for font in piece.fonts:
            if font.is_shared:
                for number, name in enumerate(shared[font.name]):
                    table[NameObject(f"/{font.alias}+{number}")] = table.raw_get(name)


def _fonts_of(document: PdfReader | PdfWriter) -> Any:
    page: Any = document.pages[0]  # to pypdf, what is behind a name may be any object
    return page["/Resources"]["/Font"]


def _stream(writer: PdfWriter, deflated: bytes) -> IndirectObject:
    stream = EncodedStreamObject()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = deflated  # pypdf has no other way to take what is deflated already
    return writer._add_object(stream)
