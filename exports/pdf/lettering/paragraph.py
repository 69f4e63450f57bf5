"""Paragraphs whose lines are broken and ordered as their scripts want it.

xhtml2pdf breaks lines at spaces only, orders each line character by character, and draws
characters, not glyphs. That is right for most text, which stays with it. A paragraph with other
text is laid out here: direction is resolved over the whole paragraph, lines are broken in the
order in which the text is read, and only then is each line put in the order in which it is seen.
"""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.pdfbase import pdfmetrics
from xhtml2pdf.bidi import CONTROL_CHARS, needs_bidi, reorder
from xhtml2pdf.reportlab_paragraph import FragLine, ParaLines, _paired_edges, imgVRange
from xhtml2pdf.xhtml2pdf_reportlab import PmlParagraph

from exports.pdf.lettering.breaking import may_end_after
from exports.pdf.lettering.direction import base_level, levels
from exports.pdf.lettering.drawing import LetteredText
from exports.pdf.lettering.shaping import Shaped, ShapedFont

# What stands for an image or the edge of a box among the characters of its paragraph.
_OBJECT: Final = "\ufffc"

_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u200b\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)

Frag = Any  # xhtml2pdf's bags of attributes have no types


class LetteredParagraph(PmlParagraph):  # type: ignore[misc]  # xhtml2pdf has no types
    """A paragraph that sets text of every script."""

    width: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for frag in self.frags:
            # xhtml2pdf sets what is empty in Helvetica, which would be in the PDF but not embedded.
            if frag.fontName == "Helvetica" and not frag.text:
                frag.fontName = rl_config.canvas_basefontname

    def breakLines(self, width: float | list[float]) -> Any:  # noqa: N802
        """Lines no wider than `width`: one width, or the first line's and the others'."""
        if getattr(self, "_splitpara", 0) and _is_lettered(getattr(self, "blPara", None)):
            return self.blPara
        if not any(map(_wants_lettering, self.frags)):
            return super().breakLines(width)
        widths = list(width) if isinstance(width, list | tuple) else [width]
        self.height = 0
        lines: list[FragLine] = []
        for frags in _paragraphs(self.frags):
            pieces = list(_pieces(frags, leftwards=self.dir == "rtl"))
            lines += _lines(pieces, frags, widths, len(lines))
        used = [widths[min(n, len(widths) - 1)] - line.extraSpace for n, line in enumerate(lines)]
        self.width = max([self.width, *used])
        return ParaLines(kind=1, lines=lines)

    def minWidth(self) -> float:  # noqa: N802
        """The width of what cannot be broken, or is broken only where nothing else helps."""
        if not any(map(_wants_lettering, self.frags)):
            return float(super().minWidth())
        widest = width = 0.0
        for frags in _paragraphs(self.frags):
            for piece in _pieces(frags, leftwards=self.dir == "rtl"):
                width += 0 if piece.text == " " else piece.width
                widest = max(widest, width)
                width = 0 if piece.may_end else width
        return widest

    def displayLines(self) -> list[Any]:  # noqa: N802
        """The lines with their words in the order in which they are seen, from left to right."""
        if not _is_lettered(self.blPara):
            return list(super().displayLines())
        return [line.clone(words=_seen(line.words)) for line in self.blPara.lines]

    def drawPara(self, debug: int = 0) -> None:  # noqa: N802
        """Draw it, with lines that read from right to left beginning at the right."""
        if _is_lettered(self.blPara):
            lines = self.blPara.lines
            self._offsets = [
                line.extraSpace if line.base and self._begins_left(line, lines[-1]) else 0
                for line in lines
            ]
        super().drawPara(debug)

    def _begins_left(self, line: FragLine, last: FragLine) -> bool:
        if self.style.alignment == TA_JUSTIFY:
            return line is last or line.lineBreak
        return bool(self.style.alignment == TA_LEFT)

    def beginText(self, x: float, y: float) -> LetteredText:  # noqa: N802
        """A text object at a point of the page."""
        return LetteredText(self.canv, x, y)

    def _get_split_blParaFunc(self) -> Any:  # noqa: N802
        if not _is_lettered(self.blPara):
            return super()._get_split_blParaFunc()
        return lambda lines, start, stop: [
            frag for line in lines.lines[start:stop] for frag in line.source
        ]


class _Piece:
    """What is placed on a line as a whole: letters that cannot be parted, or an object."""

    __slots__ = ("base", "frag", "level", "may_end", "text", "width")

    def __init__(self, frag: Frag, text: str, width: float, level: int, base: int) -> None:
        self.frag, self.text, self.width, self.level, self.base = frag, text, width, level, base
        self.may_end = False


def _wants_lettering(frag: Frag) -> bool:
    text = getattr(frag, "text", None)
    if not isinstance(text, str) or not text:
        return False
    return hasattr(frag, "levels") or needs_bidi(text) or _shapes(frag)


def _is_lettered(lines: Any) -> bool:
    return bool(lines and lines.kind == 1 and lines.lines and hasattr(lines.lines[0], "base"))


def _paragraphs(frags: list[Frag]) -> Iterator[list[Frag]]:
    """Frags up to each line break, which is the last of its own."""
    paragraph: list[Frag] = []
    for frag in frags:
        paragraph.append(frag)
        if hasattr(frag, "lineBreak"):
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _text_of(frag: Frag) -> str:
    if hasattr(frag, "cbDefn"):
        return _OBJECT
    text = frag.text
    return text.decode() if isinstance(text, bytes) else str(text)


def _pieces(frags: list[Frag], *, leftwards: bool) -> Iterator[_Piece]:
    """A paragraph's frags in pieces, each knowing its direction and whether a line may end there.

    Frags of a paragraph that began on the page before know their directions already.
    """
    texts = [_text_of(frag) for frag in frags]
    whole = "".join(texts)
    known = next((frag for frag in frags if hasattr(frag, "levels")), None)
    base = known.base if known else 1 if leftwards else base_level(whole)
    resolved = iter(levels(whole, base))
    pieces: list[_Piece] = []
    for frag, text in zip(frags, texts, strict=True):
        own = [next(resolved) for _ in text]
        if hasattr(frag, "levels"):
            own = list(frag.levels)
        if hasattr(frag, "cbDefn"):
            pieces.append(_Piece(frag, "", _object_width(frag), own[0], base))
            continue
        for level, run in groupby(zip(text, own, strict=True), key=lambda pair: pair[1]):
            letters = "".join(letter for letter, _ in run if letter not in CONTROL_CHARS)
            pieces += _clusters(frag, letters, level, base)
    for piece, following in pairwise(pieces):
        piece.may_end = may_end_after(piece.text[-1:] or _OBJECT, following.text[:1] or _OBJECT)
    return iter(pieces)


def _clusters(frag: Frag, text: str, level: int, base: int) -> Iterator[_Piece]:
    font = pdfmetrics.getFont(frag.fontName)
    if isinstance(font, ShapedFont):
        for cluster in font.clusters(text, leftwards=bool(level & 1)):
            width = cluster.advance * frag.fontSize / 1000
            yield _Piece(frag, cluster.text, width, level, base)
        return
    for letter in text:
        width = pdfmetrics.stringWidth(letter, frag.fontName, frag.fontSize)
        yield _Piece(frag, letter, width, level, base)


def _object_width(frag: Frag) -> float:
    described = frag.cbDefn
    return float(getattr(described, "width", 0) or getattr(described, "advance", 0))


def _lines(
    pieces: list[_Piece], frags: list[Frag], widths: list[float], number: int
) -> Iterator[FragLine]:
    """The pieces of a paragraph on lines, of which the first is the `number`th."""
    broken = [frag for frag in frags if hasattr(frag, "lineBreak")]
    base = pieces[0].base if pieces else 0
    rest = pieces
    while True:
        room = widths[min(number, len(widths) - 1)]
        end = _end_of_line(rest, room)
        while end > 1 and not rest[end - 1].may_end and _drawn_width(rest[:end]) > room:
            end -= 1  # letters that were joined are wider where a line parts them
        is_last = end == len(rest)
        ends_here = broken if is_last else []
        yield _line(rest[:end], base, room, ends_here, frags)
        if is_last:
            return
        rest = rest[end:]
        number += 1


def _end_of_line(pieces: list[_Piece], room: float) -> int:
    """How many of the pieces go on a line: up to where it may end, or as many as there is room."""
    width = 0.0
    end = 0
    for n, piece in enumerate(pieces):
        if piece.text != " ":
            width += piece.width
            if width > room and n:
                return end or n
        else:
            width += piece.width
        if piece.may_end:
            end = n + 1
    return len(pieces)


def _line(
    pieces: list[_Piece], base: int, room: float, ends: list[Frag], frags: list[Frag]
) -> FragLine:
    source = _words(pieces) + ends
    shown = _without_edges(pieces)
    seen = _words(shown)
    words = seen + [frag.clone() for frag in ends]
    words = words or [frags[0].clone(text="")]
    bounds = [_bounds(word) for word in words]
    return FragLine(
        kind=1,
        base=base,
        source=source,
        extraSpace=room - _width_of(seen),
        wordCount=1 + sum(piece.text == " " for piece in shown),
        lineBreak=bool(ends),
        words=words,
        fontSize=max(word.fontSize for word in words),
        ascent=max(ascent for ascent, _ in bounds),
        descent=min(descent for _, descent in bounds),
    )


def _without_edges(pieces: list[_Piece]) -> list[_Piece]:
    """What is drawn: no spaces at the ends, or after a space, or without width."""
    kept: list[_Piece] = []
    for piece in pieces:
        if piece.text == "\u200b":
            continue
        if piece.text != " " or (kept and kept[-1].text != " "):
            kept.append(piece)
    while kept and kept[-1].text == " ":
        kept.pop()
    return kept


def _words(pieces: list[_Piece]) -> list[Frag]:
    """Pieces of the same frag and direction as one."""
    runs: list[list[_Piece]] = []
    for piece in pieces:
        last = runs[-1][-1] if runs else None
        if last is None or piece.frag is not last.frag or piece.level != last.level:
            runs.append([])
        runs[-1].append(piece)
    words = []
    for same in runs:
        word = same[0].frag.clone()  # a clone with attributes of its own would lose its object
        word.text = "".join([piece.text for piece in same])
        word.levels, word.base = [same[0].level] * (len(word.text) or 1), same[0].base
        words.append(word)
    return words


def _drawn_width(pieces: list[_Piece]) -> float:
    """The width of pieces as they will be shaped, with what else is on their line."""
    return _width_of(_words(pieces))


def _width_of(words: list[Frag]) -> float:
    width = 0.0
    for word in words:
        if hasattr(word, "cbDefn"):
            width += _object_width(word)
            continue
        leftwards = bool(word.levels[0] & 1)
        shaped = Shaped.of(word.text, leftwards=leftwards, in_reordered=False)
        width += pdfmetrics.stringWidth(shaped, word.fontName, word.fontSize)
    return width


def _bounds(frag: Frag) -> tuple[float, float]:
    """How far a frag reaches above and below the line that it stands on."""
    described: Any = getattr(frag, "cbDefn", None)
    if getattr(described, "width", 0):
        low, high = imgVRange(described.height, described.valign, frag.fontSize)
        return float(high), float(low)
    ascent, descent = pdfmetrics.getAscentDescent(frag.fontName, frag.fontSize)
    return float(ascent), float(descent)


def _seen(words: list[Frag]) -> list[Frag]:
    """The words of a line from left to right, each ready to be drawn."""
    placed = [word for word in words if hasattr(word, "levels")]
    seen: list[Frag] = []
    for block in _blocks(reorder([word.levels[0] for word in placed])):
        moved = [placed[n] for n in block if not hasattr(placed[n], "cbDefn")]
        reordered = len(block) > 1 or any(word.levels[0] & 1 for word in moved)
        drawn = [_drawn(placed[n], in_reordered=reordered) for n in block]
        texts = [word.text for word in drawn if isinstance(word.text, Shaped)]
        if reordered and texts:
            texts[0].begins = "".join(placed[n].text for n in sorted(block))
            texts[-1].ends = True
        seen += drawn
    # The last word ends the line, and only a word of text does.
    tail = [word.clone(text="") for word in words if not hasattr(word, "levels")]
    if not tail and (not seen or hasattr(seen[-1], "cbDefn")):
        tail = [words[-1].clone(text="")]
    return list(_paired_edges(seen + tail))


def _blocks(order: list[int]) -> Iterator[list[int]]:
    """`order` in the shortest parts that hold all that changed places with one another."""
    block: list[int] = []
    furthest = -1
    for position, index in enumerate(order):
        block.append(index)
        furthest = max(furthest, index)
        if furthest == position:
            yield block
            block = []


def _drawn(word: Frag, *, in_reordered: bool) -> Frag:
    if hasattr(word, "cbDefn"):
        return word
    if not in_reordered and not _shapes(word):
        return word
    leftwards = bool(word.levels[0] & 1)
    return word.clone(text=Shaped.of(word.text, leftwards=leftwards, in_reordered=in_reordered))


def _shapes(frag: Frag) -> bool:
    font = pdfmetrics.getFont(frag.fontName)
    return isinstance(font, ShapedFont) and (
        font.shapes_all or _MARKS.search(frag.text) is not None
    )
