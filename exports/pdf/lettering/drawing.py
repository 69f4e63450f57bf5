"""Shaped text as operators of a PDF's page."""

from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.textobject import PDFTextObject
from xhtml2pdf.bidi import mirrored

from exports.pdf.lettering.shaping import Cluster, Glyph, Shaped, ShapedFont

END_SPAN = "EMC"


def begin_span(text: str) -> str:
    """Begin what reads as `text`, whatever glyphs show it (PDF 32000-1, 14.9.4)."""
    return f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC"


class LetteredText(PDFTextObject):  # type: ignore[misc]  # reportlab has no types
    """A text object that also draws shaped text."""

    def _formatText(self, text: str | bytes) -> str:  # noqa: N802
        if not isinstance(text, Shaped):
            return str(super()._formatText(text))
        font = pdfmetrics.getFont(self._fontname)
        if isinstance(font, ShapedFont):
            drawn = self._glyphs_of(font, text)
        elif text.leftwards:
            drawn = super()._formatText("".join(mirrored(c, 1) for c in reversed(text)))
        else:
            drawn = super()._formatText(str(text))
        return " ".join(filter(None, [text.before, drawn, text.after]))

    def _glyphs_of(self, font: ShapedFont, text: Shaped) -> str:
        clusters = font.clusters(str(text), leftwards=text.leftwards)
        operators: list[str] = []
        simple: list[Glyph] = []
        for cluster in reversed(clusters) if text.leftwards else clusters:
            if text.in_span or not _needs_span(cluster):
                simple += cluster.glyphs
                continue
            operators += self._show(font, simple)
            simple = []
            operators += [
                begin_span(cluster.text),
                *self._show(font, list(cluster.glyphs)),
                END_SPAN,
            ]
        return " ".join(operators + self._show(font, simple))

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
            ((subset, byte),) = font.splitString(glyph.code, document)
            if subset != self._curSubset:
                flush()
                name = font.getSubsetInternalName(subset, document)
                operators.append(f"{name} {fp_str(size)} Tf {fp_str(self._leading)} TL")
                self._curSubset = subset
            if glyph.y_offset != rise:
                flush()
                rise = glyph.y_offset
                operators.append(f"{fp_str(self._rise + rise * size / 1000)} Ts")
            shown += [-glyph.x_offset, byte, glyph.x_offset + glyph.width - glyph.advance]
        flush()
        if rise:
            operators.append(f"{fp_str(self._rise)} Ts")
        return operators

    def _array(self, shown: list[bytes | float]) -> str:
        """Bytes and moves to the left, in thousandths of the size, as one operator."""
        parts: list[str] = []
        text = b""
        move = 0.0
        for item in [*shown, None]:
            if isinstance(item, float):
                move += item
                continue
            if abs(move) >= 1 or item is None:
                if text:
                    parts.append(f"({self._canvas._escape(text)})")
                    text = b""
                if abs(move) >= 1:
                    parts.append(fp_str(-0.0 + move))
                move = 0.0
            text += item or b""
        return f"[{' '.join(parts)}] TJ"


def _needs_span(cluster: Cluster) -> bool:
    return len(cluster.glyphs) > 1
