"""Fonts that HarfBuzz shapes: letters join, stack and change places as their script wants it."""

from pathlib import Path
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import uharfbuzz
from reportlab.pdfbase.ttfonts import TTFont

# Kerning is left out, so that text measures the same whether it was shaped or not.
_FEATURES: Final = {"kern": False}
_KEPT: Final = 20_000  # shaped strings; the words of a document recur

# Glyphs that no character stands for alone are reached by code points of the last two planes,
# which are for private use, and which no font of ours has a glyph for.
_FIRST_OWN_CODE: Final = 0xF0000

# What is drawn next begins so much further, in thousandths of the size. PDFium (159) sorts what is
# on a line by where it begins, and takes what begins at one point in the order of rounding errors.
HAIR: Final = 1.0

# Ascent and descent of the base font, in thousandths of the size, for every font, so that lines
# are equally high and stand on one line across a table. What is taller is rare stacks of marks.
_ASCENT: Final = 1069
_DESCENT: Final = -293


class Glyph(NamedTuple):
    """A glyph where it is drawn; lengths are thousandths of the font's size."""

    code: str
    x_offset: float
    y_offset: float
    advance: float
    width: float


class Cluster(NamedTuple):
    """Characters that cannot be parted, and the glyphs that show them, from left to right."""

    start: int
    text: str
    advance: float
    glyphs: tuple[Glyph, ...]


class ShapedFont(TTFont):  # type: ignore[misc]  # reportlab has no types
    """A TrueType font that also sets text as HarfBuzz shapes it.

    Text that needs no shaping is set by reportlab as ever. Glyphs of shaped text are given code
    points of their own, so that reportlab's subsetting embeds them like any others.
    """

    def __init__(self, name: str, path: Path, *, shapes_all: bool) -> None:
        """A font from a file; whether `shapes_all` of its text, or only what has marks."""
        super().__init__(name, str(path), asciiReadable=False, shapable=False)
        self.shapes_all = shapes_all
        self.coverage = frozenset(self.face.charToGlyph)
        self.face.ascent, self.face.descent = _ASCENT, _DESCENT
        blob = uharfbuzz.Blob(path.read_bytes())
        self._harfbuzz = uharfbuzz.Font(uharfbuzz.Face(blob))
        self._scale = 1000 / self._harfbuzz.face.upem
        self._shaped: dict[tuple[str, bool], tuple[Cluster, ...]] = {}
        self._codes: dict[tuple[int, str], str] = {}
        self._texts: dict[int, str] = {}
        self._places: WeakKeyDictionary[Any, dict[str, tuple[int, bytes]]] = WeakKeyDictionary()

    def place_of(self, code: str, doc: Any) -> tuple[int, bytes]:
        """The subset of the font in a document that has a character, and its byte there.

        reportlab looks both up anew for each character, in a function made for whole texts.
        """
        places = self._places.setdefault(doc, {})
        place = places.get(code)
        if place is None:
            (place,) = self.splitString(code, doc)
            places[code] = place
        return place

    def clusters(self, text: str, *, leftwards: bool) -> tuple[Cluster, ...]:
        """`text`, all in one direction, as it is drawn; clusters in the order of the text."""
        if not text:
            return ()
        key = (text, leftwards)
        if key not in self._shaped:
            if len(self._shaped) >= _KEPT:
                self._shaped.clear()
            self._shaped[key] = self._shape(text, leftwards=leftwards)
        return self._shaped[key]

    def _shape(self, text: str, *, leftwards: bool) -> tuple[Cluster, ...]:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if leftwards else "ltr"
        buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        uharfbuzz.shape(self._harfbuzz, buffer, _FEATURES)
        placed: dict[int, list[tuple[int, Any]]] = {}
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            placed.setdefault(info.cluster, []).append((info.codepoint, position))
        starts = sorted({0, *placed})
        return tuple(
            self._cluster(start, text[start:end], placed.get(start, []))
            for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        )

    def standing_in(self, glyph: Glyph, text: str) -> Glyph:
        """`glyph` again, taking no room but `HAIR`, and reading as `text`."""
        code = self._code(self.face.charToGlyph[ord(glyph.code)], text)
        return Glyph(code, 0.0, 0.0, HAIR, glyph.width)

    def _cluster(self, start: int, text: str, placed: list[tuple[int, Any]]) -> Cluster:
        whole = len(placed) == 1
        glyphs = []
        for glyph_id, position in placed:
            stands_for = text if whole else self._part(glyph_id, text)
            code = self._code(glyph_id, stands_for)
            width = self.face.charWidths[ord(code)]
            glyphs.append(
                Glyph(
                    code,
                    position.x_offset * self._scale,
                    position.y_offset * self._scale,
                    position.x_advance * self._scale,
                    width,
                )
            )
        return Cluster(start, text, sum(glyph.advance for glyph in glyphs), tuple(glyphs))

    def _part(self, glyph_id: int, text: str) -> str:
        """The one character of `text` that a glyph shows, as far as that can be said."""
        shown = (c for c in text if self.face.charToGlyph.get(ord(c)) == glyph_id)
        return next(shown, "\u200b")

    def _code(self, glyph_id: int, text: str) -> str:
        if len(text) == 1 and self.face.charToGlyph.get(ord(text)) == glyph_id:
            return text
        key = (glyph_id, text)
        if key not in self._codes:
            number = _FIRST_OWN_CODE + len(self._codes)
            width = self._harfbuzz.get_glyph_h_advance(glyph_id) * self._scale
            self.face.charToGlyph[number] = glyph_id
            self.face.charWidths[number] = width
            self._texts[number] = text
            self._codes[key] = chr(number)
        return self._codes[key]

    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        if isinstance(text, Shaped):
            return text.width(self, size)
        return float(super().stringWidth(text, size, encoding))

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Embed what was used, and say which text each glyph stands for, also beyond U+FFFF."""
        subsets = self.state[doc].subsets
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for name, subset in zip(names, subsets, strict=True):
            to_unicode = doc.idToObject[fonts[name].ToUnicode.name]
            to_unicode.content = _to_unicode(
                [self._texts.get(code, chr(code) if code else "") for code in subset]
            )


class Shaped(str):
    """Text of one direction in one font, in the order it is read in, to be drawn shaped."""

    __slots__ = ("begins", "ends", "in_reordered", "leftwards")

    leftwards: bool
    in_reordered: bool  # seen in another order than read, with what stands beside it
    begins: str  # where what was reordered begins on the line: all of it, as it is read
    ends: bool  # where it ends

    @classmethod
    def of(cls, text: str, *, leftwards: bool, in_reordered: bool) -> "Shaped":
        """`text` to be drawn in a direction."""
        shaped = cls(text)
        shaped.leftwards, shaped.in_reordered = leftwards, in_reordered
        shaped.begins, shaped.ends = "", False
        return shaped

    def width(self, font: ShapedFont, size: float) -> float:
        """How wide it is in a font of a size, in points."""
        clusters = font.clusters(str(self), leftwards=self.leftwards)
        return sum(cluster.advance for cluster in clusters) * size / 1000


def _to_unicode(texts: list[str]) -> str:
    """The CMap by which a reader of the PDF gets text back from the bytes of a simple font."""
    lines = [
        f"<{byte:02X}> <{text.encode('utf-16-be', 'surrogatepass').hex().upper()}>"
        for byte, text in enumerate(texts)
        if text
    ]
    # No more than a hundred entries to a block: Adobe Technical Note 5014, section 3.
    blocks = [lines[first : first + 100] for first in range(0, len(lines), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
