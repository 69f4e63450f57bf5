"""The typefaces that text is set in, in the order in which they are asked for a character."""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from xhtml2pdf.default import DEFAULT_FONT

from exports.pdf.lettering.shaping import ShapedFont

_FOLDER: Final = Path(__file__).parent.parent / "fonts"


class Face(NamedTuple):
    """A family of the stylesheet and its files; without a bold one, bold is set in the regular."""

    family: str
    regular: str
    bold: str | None
    css_class: str


BASE: Final = Face("Text", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "text")


def _noto(script: str, *, bold: bool) -> Face:
    weights = [f"NotoSans{script}-{weight}.ttf" for weight in ("Regular", "Bold")]
    return Face(f"Text {script}", weights[0], weights[1] if bold else None, f"in-{script.lower()}")


# Hanja, kanji and hanzi come last: their font draws arrows and symbols too, but only full-width.
FACES: Final = (
    BASE,
    _noto("Arabic", bold=True),
    _noto("Hebrew", bold=True),
    _noto("Devanagari", bold=True),
    _noto("Thai", bold=True),
    _noto("Armenian", bold=True),
    _noto("Georgian", bold=True),
    _noto("Bengali", bold=False),
    _noto("Gurmukhi", bold=False),
    _noto("Tamil", bold=False),
    _noto("Math", bold=False),
    _noto("Symbols", bold=False),
    _noto("Symbols2", bold=False),
    Face("Text Han", "DroidSansFallback.ttf", None, "in-han"),
)

# `overflow-wrap` is inherited: a word wider than its column is broken, and stays on the page.
FONT_FACES: Final = "\n".join(
    [
        "body { font-family: Text; overflow-wrap: break-word }",
        *(f'.{face.css_class} {{ font-family: "{face.family}" }}' for face in FACES),
        ".no-glyph { font-family: Text; font-weight: normal; font-size: 80%; color: #777777 }",
    ]
)


@cache
def font(file: str) -> ShapedFont:
    """The font of a file, read once in a process."""
    name = file.removesuffix(".ttf")
    return ShapedFont(name, _FOLDER / file, shapes_all=file not in {BASE.regular, BASE.bold})


@cache
def coverage(face: Face) -> frozenset[int]:
    """The code points that a face has a glyph for."""
    return font(face.regular).coverage


@cache
def register_faces() -> None:
    """Make the faces known to xhtml2pdf and reportlab.

    Fonts named by `@font-face` would be read again for every document, and would not be shaped.
    """
    for face in FACES:
        regular = font(face.regular)
        bold = font(face.bold) if face.bold else regular
        for each in {regular, bold}:
            pdfmetrics.registerFont(each)
        # The base face is also the one that a canvas begins with: Helvetica is not embedded.
        pdfmetrics.registerFontFamily(
            face.family,
            normal=regular.fontName,
            bold=bold.fontName,
            baseFontFor="all" if face is BASE else "",
        )
        DEFAULT_FONT[face.family.lower()] = face.family
