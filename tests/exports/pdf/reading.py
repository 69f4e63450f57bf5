"""A PDF as its readers see it, through pdfium: nothing of ours made that."""

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
    with pypdfium2.PdfDocument(pdf) as document:
        found = []
        for page in document:
            letters = page.get_textpage()
            boxes = (letters.get_charbox(index) for index in range(letters.count_chars()))
            found.append(min(box[1] for box in boxes if box[1] > above))
        return found
