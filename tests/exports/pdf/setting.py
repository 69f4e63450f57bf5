"""PDFs made from HTML, and what two readers find in them."""

import io
import re
import shutil
import subprocess
import unicodedata

import pypdfium2
import pytest
from markupsafe import Markup
from xhtml2pdf import pisa

from exports.pdf.lettering import FONT_FACES, lettered, register_fonts

READERS = ["pdfium", "poppler"]

_PAGE = "@page { size: a4; margin: 2cm } body { font-size: 10pt }"
_IGNORABLE = re.compile(
    "[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)


def pdf_of(body: str, *, style: str = "") -> bytes:
    """A PDF of a body's HTML."""
    register_fonts()
    html = (
        f"<html><head><style>{_PAGE} {FONT_FACES} {style}</style></head><body>{body}</body></html>"
    )
    pdf = io.BytesIO()
    result = pisa.CreatePDF(html, dest=pdf)
    assert result.err == 0
    return pdf.getvalue()


def pdf_of_texts(*texts: str, style: str = "") -> bytes:
    """A PDF with a paragraph for each text."""
    return pdf_of(
        Markup("").join(Markup("<p>{}</p>").format(lettered(t)) for t in texts), style=style
    )


def read(pdf: bytes, reader: str) -> str:
    """The text that a reader finds on all pages."""
    if reader == "pdfium":
        with pypdfium2.PdfDocument(pdf) as document:
            return "\n".join(page.get_textpage().get_text_range() for page in document)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (Poppler) is not on this machine")
    command = ["pdftotext", "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def folded(text: str) -> str:
    """`text` without what readers may differ in: white space, composition, and unseen controls."""
    return re.sub(r"\s+", "", _IGNORABLE.sub("", unicodedata.normalize("NFKC", text)))


def lines(text: str) -> list[str]:
    """The lines of text that a reader found, each folded."""
    return [folded(line) for line in re.split(r"[\r\n\f]+", text) if folded(line)]
