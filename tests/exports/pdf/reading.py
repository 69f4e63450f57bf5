"""A PDF as its readers see it, through pdfium: nothing of ours made that."""

from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw


def pages(pdf: bytes) -> list[str]:
    """The text of each page, white space as single blanks."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def text(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages(pdf))


def font_sizes(pdf: bytes, page: int) -> set[float]:
    """The sizes of the letters on a page, in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        letters = document[page].get_textpage()
        return {
            round(raw.FPDFText_GetFontSize(letters, index), 1)
            for index in range(letters.count_chars())
            if letters.get_text_range(index, 1).strip()
        }


def lowest(pdf: bytes, *, above: float) -> list[float]:
    """How far from the foot of each page the lowest letter above a height is, in points."""
    return [min(bottom for bottom, _ in page if bottom > above) for page in _reaches(pdf)]


def highest(pdf: bytes, *, below: float) -> list[float]:
    """How far from the foot of each page the top of the highest letter is that begins below."""
    return [max(top for bottom, top in page if bottom < below) for page in _reaches(pdf)]


def edges(pdf: bytes, words: str) -> tuple[float, float]:
    """Where words begin at the left of the first page, and end at the right; points.

    Of words that stand there more than once, those nearest to its head.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        letters = document[0].get_textpage()
        search = letters.search(words)
        found = []
        while (at := search.get_next()) is not None:
            boxes = [letters.get_charbox(at[0] + index) for index in range(at[1])]
            left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
            found.append((boxes[0][1], left, right))
        _, left, right = max(found)
        return left, right


def _reaches(pdf: bytes) -> Iterator[list[tuple[float, float]]]:
    """From where up to where the letters of each page reach."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            letters = page.get_textpage()
            boxes = (letters.get_charbox(index) for index in range(letters.count_chars()))
            yield [(bottom, top) for _left, bottom, _right, top in boxes]
