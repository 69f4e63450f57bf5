"""A canvas that draws things before it is known where they stand, and shares fonts."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import count
from typing import Any, Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFString
from reportlab.pdfgen.canvas import Canvas
from xhtml2pdf.config.resources import use_policy

from exports.pdf.story import POLICY, Flowable

# High enough that nothing is told to fit, and more than xhtml2pdf takes for a page's height.
_ANY_HEIGHT: Final = 1_000_000.0


class Drawing(NamedTuple):
    """Operators that draw something below and right of the origin, and its height."""

    operators: str
    height: float

    def at(self, x: float, y: float) -> str:
        """The operators with its upper left corner at a point."""
        return f"q 1 0 0 1 {x:.2f} {y:.2f} cm\n{self.operators}\nQ\n"


class Mark(NamedTuple):
    """Where something stands that one may want to go to."""

    title: str
    page: int
    y: float


class PieceFont(NamedTuple):
    """A font that a piece draws with."""

    alias: str
    """What its content streams call it, without the number of its subset."""
    name: str
    is_shared: bool
    """Whether its codes are those that the whole document gives to characters."""


class PieceCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Draws a piece of the document.

    reportlab gives codes to the characters of a font as they come. Here every font is first told
    the `alphabet`: the characters of the document in the order of their first appearance, up to
    this piece's end. So pieces drawn by different processes use the same codes, and one font
    serves them all. Glyphs that are no characters of the text, as shaped scripts have them, get
    codes of the piece's own; such a font is embedded with the piece.
    """

    def __init__(self, alphabet: str, *, prefix: str) -> None:
        self._written = BytesIO()
        super().__init__(self._written, pageCompression=1)
        self._marks = count()
        self._known: dict[str, int] = {}
        for name in pdfmetrics.getRegisteredFontNames():
            font = pdfmetrics.getFont(name)
            if font._dynamicFont:
                state = font._assignState(self._doc, namePrefix=prefix)
                font.splitString(alphabet, self._doc)
                self._known[name] = state.nextCode

    def _make_preamble(self) -> None:
        # reportlab would name Helvetica here, which is then in the file and not embedded. Each
        # text names its own font.
        self._preamble = ""

    def setFont(  # noqa: N802
        self, psfontname: str, size: float, leading: float | None = None
    ) -> None:
        """Draw with a font from now on."""
        # Tables ask for Helvetica in cells without content.
        if pdfmetrics.getFont(psfontname)._dynamicFont:
            super().setFont(psfontname, size, leading)

    def measured(self, flowable: Flowable, width: float) -> float:
        """How high a flowable is in a width; points."""
        with use_policy(POLICY):
            return flowable.wrapOn(self, width, _ANY_HEIGHT)[1]

    def drawn(self, flowable: Flowable, width: float) -> Drawing:
        """A flowable's operators, in a width and of the height that it needs."""
        return self.drawn_as_measured(flowable, self.measured(flowable, width))

    def drawn_as_measured(self, flowable: Flowable, height: float) -> Drawing:
        """The operators of a flowable that has just been `measured`."""
        with use_policy(POLICY):  # what is drawn may still be read then
            flowable.drawOn(self, 0, -height)
        operators = "\n".join(self._code)
        self._code.clear()
        return Drawing(operators, height)

    def drawn_side_by_side(self, flowables: Sequence[Flowable], width: float) -> Drawing:
        """Flowables that begin at the same height, each indented to a column of its own."""
        drawings = [self.drawn(flowable, width) for flowable in flowables]
        return Drawing(
            "\n".join(drawing.operators for drawing in drawings),
            max(drawing.height for drawing in drawings),
        )

    def fonts(self) -> list[PieceFont]:
        """What was drawn with, by now."""
        document: Any = self._doc
        return [
            PieceFont(
                font.state[document].internalName,
                font.fontName,
                font.state[document].nextCode == self._known.get(font.fontName),
            )
            for font in document.delayedFonts
        ]

    def own_fonts(self) -> bytes:
        """A PDF of one empty page with the fonts that are not shared; empty without any."""
        own = {font.name for font in self.fonts() if not font.is_shared}
        if not own:
            return b""
        fonts: Any = self._doc.delayedFonts
        fonts[:] = [font for font in fonts if font.fontName in own]
        self.showPage()
        self.save()
        return self._written.getvalue()

    def shared(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Embed fonts with all of the alphabet; what each of their subsets is called."""
        return {
            name: [
                font.getSubsetInternalName(subset, self._doc)
                for subset in range(len(font.state[self._doc].subsets))
            ]
            for name in sorted(names)
            if (font := pdfmetrics.getFont(name))
        }

    def add_page(self, size: tuple[float, float], operators: str, marks: Iterable[Mark]) -> None:
        """Draw a page, with bookmarks to what is on it."""
        self.setPageSize(size)
        for mark in marks:
            key = f"mark-{next(self._marks)}"
            self.bookmarkPage(key, fit="XYZ", top=mark.y)
            self.addOutlineEntry(mark.title, key)
        self._code.append(operators)
        self.showPage()

    def finished(self, *, title: str, author: str, subject: str, language: str) -> bytes:
        """The PDF."""
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject(subject)
        self.setViewerPreference("DisplayDocTitle", "true")
        self._doc.Catalog.Lang = PDFString(language)
        self.save()
        return self._written.getvalue()
