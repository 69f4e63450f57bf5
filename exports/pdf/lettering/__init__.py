"""Text as markup in fonts that have its letters."""

from functools import cache
from pathlib import Path
from typing import Final

import reportlab
from markupsafe import Markup, escape
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf.default import DEFAULT_FONT

FONT_FACES: Final = "body { font-family: Text; overflow-wrap: break-word }"

_FOLDER: Final = Path(reportlab.__file__).parent / "fonts"


def lettered(text: str) -> Markup:
    """`text` as markup, escaped, its lines kept."""
    return Markup("<br/>").join(escape(line) for line in text.split("\n"))


@cache
def register_fonts() -> None:
    """Make the fonts known to xhtml2pdf and reportlab; once in each process."""
    for is_bold, file in enumerate(("Vera", "VeraBd")):
        pdfmetrics.registerFont(
            TTFont(file, str(_FOLDER / f"{file}.ttf"), asciiReadable=False, shapable=False)
        )
        for is_italic in (0, 1):
            addMapping("Text", is_bold, is_italic, file)
    DEFAULT_FONT["text"] = "Text"
