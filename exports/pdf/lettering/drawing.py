"""Shaped text as operators of a PDF's page."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.textobject import PDFTextObject
from xhtml2pdf.bidi import mirrored

from exports.pdf.lettering.direction import LEFT_TO_RIGHT_MARK, marked, turned
from exports.pdf.lettering.shaping import HAIR, Cluster, Glyph, Shaped, ShapedFont

_END: Final = "EMC"


def _begin(text: str, tag: str = "Span") -> str:
    """Begin what reads as `text`, whatever glyphs show it (PDF 32000-1, 14.9.4)."""
    return f"/{tag} <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC"


def _begin_reordered(text: str) -> str:
    """Begin what reads as `text`, and is seen in another order.

    Readers take a page's glyphs from left to right, and guess in which order they are read. That
    fails as soon as digits or Latin words stand in text from right to left, so the text is given.
    They do not agree on how: Poppler (22.12) treats a replacement text like glyphs, turning letters
    from right to left round, and heeds spans only; PDFium (159) reads it as it is, and heeds the
    innermost of any tag. So there are two, one inside of the other.
    """
    return f"{_begin(turned(text))} {_begin(marked(text), 'Text')}"


class LetteredText(PDFTextObject):  # type: ignore[misc]  # reportlab has no types
    """A text object that also draws shaped text."""

    _curSubset: int  # noqa: N815

    def _formatText(self, text: str | bytes) -> str:  # noqa: N802
        if not isinstance(text, Shaped):
            return str(super()._formatText(text))
        font = pdfmetrics.getFont(self._fontname)
        operators: list[str] = []
        if text.begins:
            operators.append(_begin_reordered(text.begins))
        if isinstance(font, ShapedFont):
            if text.begins:
                operators += self._unseen_mark(font, text)
            operators += self._glyphs_of(font, text)
        elif text.leftwards:
            operators.append(super()._formatText("".join(mirrored(c, 1) for c in reversed(text))))
        else:
            operators.append(super()._formatText(str(text)))
        if text.ends:
            operators += [_END, _END]
        return " ".join(operators)

    def _unseen_mark(self, font: ShapedFont, text: Shaped) -> Iterator[str]:
        """A left-to-right mark, drawn as an invisible glyph.

        PDFium turns a replacement text round if its first glyph reads from right to left, and
        heeds no glyph that has no shape.
        """
        clusters = font.clusters(str(text), leftwards=text.leftwards)
        seen = (cluster for cluster in clusters if not cluster.text.isspace() and cluster.glyphs)
        for cluster in islice(seen, 1):
            glyph = max(cluster.glyphs, key=lambda each: each.width)
            yield "3 Tr"
            yield from self._show(font, [font.standing_in(glyph, LEFT_TO_RIGHT_MARK)])
            yield f"{self._textRenderMode} Tr"

    def _glyphs_of(self, font: ShapedFont, text: Shaped) -> Iterator[str]:
        clusters = font.clusters(str(text), leftwards=text.leftwards)
        if text.in_reordered:
            seen = reversed(clusters) if text.leftwards else clusters
            yield from self._show(font, [glyph for cluster in seen for glyph in cluster.glyphs])
            return
        for word in _words(clusters):
            glyphs = [glyph for cluster in word for glyph in cluster.glyphs]
            # One glyph can say which characters it shows; several together cannot.
            if all(len(cluster.glyphs) == 1 for cluster in word):
                yield from self._show(font, glyphs)
                continue
            yield _begin("".join(cluster.text for cluster in word))
            yield from self._show(font, glyphs)
            yield f"[{fp_str(-HAIR)}] TJ"
            yield _END

    def _show(self, font: ShapedFont, glyphs: list[Glyph]) -> list[str]:
        """Operators that show glyphs one after the other, each moved to its place."""
        document: Any = self._canvas._doc
        size = self._fontsize
        operators: list[str] = []
        shown: list[bytes | float] = []
        rise = 0.0

        def flush() -> None:
            if shown:
                operators.append(self._array(shown))
                shown.clear()

        for glyph in glyphs:
            subset, byte = font.place_of(glyph.code, document)
            if subset != self._curSubset:
                flush()
                name = font.getSubsetInternalName(subset, document)
                operators.append(f"{name} {fp_str(size)} Tf {fp_str(self._leading)} TL")
                self._curSubset = subset
            if glyph.y_offset != rise:
                flush()
                rise = glyph.y_offset
                operators.append(f"{fp_str(self._rise + rise * size / 1000)} Ts")
            if glyph.x_offset:
                shown.append(-glyph.x_offset)
            shown.append(byte)
            if move := glyph.x_offset + glyph.width - glyph.advance:
                shown.append(move)
        flush()
        if rise:
            operators.append(f"{fp_str(self._rise)} Ts")
        return operators

    def _array(self, shown: list[bytes | float]) -> str:
        """Bytes and moves to the left, in thousandths of the size, as one operator."""
        parts: list[str] = []
        text: list[bytes] = []
        move = 0.0

        def flush() -> None:
            if text:
                parts.append(f"({self._canvas._escape(b''.join(text))})")
                text.clear()
            if abs(move) >= 1:
                parts.append(fp_str(move))

        for item in shown:
            if not isinstance(item, bytes):
                move += item
                continue
            if abs(move) >= 1:
                flush()
                move = 0.0
            text.append(item)
        flush()
        return f"[{' '.join(parts)}] TJ"


def _words(clusters: Iterable[Cluster]) -> Iterator[list[Cluster]]:
    """Clusters up to each space, which is the last of its word."""
    word: list[Cluster] = []
    for cluster in clusters:
        word.append(cluster)
        if cluster.text == " ":
            yield word
            word = []
    if word:
        yield word
