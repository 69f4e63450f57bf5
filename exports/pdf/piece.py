"""A piece of the document: some of its sessions, drawn, then placed where the last one ended."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from exports.pdf import markup, story, wording
from exports.pdf.canvas import Drawing, Mark, PieceCanvas, PieceFont
from exports.pdf.document import Entry, HistoryFrame
from exports.pdf.flow import Block, Flow, Place, in_blocks
from exports.pdf.markup import Paragraph
from exports.pdf.story import Flowable

_LINES_TOGETHER: Final = 23.0
"""How much of a text stands below its row at least; points, two lines."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is placed at once: a session with what flows under it, or a heading before it."""

    blocks: list[Block]
    title: str | None = None
    """What it is called among the bookmarks."""


class PlacedPiece(NamedTuple):
    """A piece on its pages: the first of them goes on where the piece before ended."""

    pages: list[bytes]
    """Operators of each page, deflated."""
    place: Place
    """Where the next piece begins."""
    marks: list[Mark]
    fonts: list[PieceFont]
    own_fonts: bytes


class Piece:
    """Sessions that are drawn, and wait to be placed."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        frame: HistoryFrame,
        opens: bool,
        under: str,
        alphabet: str,
        prefix: str,
    ) -> None:
        """Draw sessions.

        Args:
            entries: the sessions, in order.
            frame: what is said once.
            opens: whether this is the first piece.
            under: the heading that the session before stands under.
            alphabet: the characters of the document up to here, as they first appear.
            prefix: how this piece's fonts are called, unlike any other piece's.
        """
        flowables = story.told(markup.sheet([markup.opening(frame)])).flowables if opens else []
        texts = _Texts(entries, frame, with_heads=opens and bool(entries))
        self._width = story.layout().areas["following"]["content"].width
        self._canvas = PieceCanvas(alphabet, prefix=prefix)
        self._sections = list(self._drawn(flowables, texts, entries, frame, under))

    def placed(self, place: Place | None) -> PlacedPiece:
        """Put the sessions on pages, from a place on; None for the document's beginning."""
        areas = story.layout().areas
        opening = areas["opening"]["content"]
        flow = Flow(
            self._canvas, opening, areas["following"]["content"], place or Flow.start(opening)
        )
        for section in self._sections:
            flow.put(section.blocks, title=section.title)
        return PlacedPiece(
            [zlib.compress("\n".join(page).encode("latin-1")) for page in flow.pages],
            flow.place,
            flow.marks,
            self._canvas.fonts(),
            self._canvas.own_fonts(),
        )

    def _drawn(
        self,
        opening: Iterable[Flowable],
        texts: "_Texts",
        entries: Sequence[Entry],
        frame: HistoryFrame,
        under: str,
    ) -> Iterable[Section]:
        for flowable in opening:
            drawing = self._canvas.drawn(flowable, self._width)
            before, after = flowable.getSpaceBefore(), flowable.getSpaceAfter()
            block = Block(drawing, before, after, flowable=flowable, least=drawing.height)
            yield Section([block])
        if texts.heads:
            yield Section([Block(self._side_by_side(texts, texts.heads), before=24)])
        for entry in entries:
            title = wording.heading(entry, frame.headings)
            blocks = []
            if title not in {under, ""}:
                heading = texts.flowables[markup.heading(title)]
                drawing = self._canvas.drawn(heading, self._width)
                before, after = heading.getSpaceBefore(), heading.getSpaceAfter()
                blocks.append(Block(drawing, before, after, keeps_next=True))
            details = markup.details(entry)
            cells = markup.row(entry)
            above = texts.flowables[cells[0]].getSpaceBefore()
            row = self._side_by_side(texts, cells)
            blocks.append(Block(row, above, keeps_next=bool(details)))
            continued = self._side_by_side(texts, markup.continued(entry)) if details else None
            for label, text in details:
                drawing = self._drawing(texts, label)
                flowable = texts.flowables[text]
                first, *others = in_blocks(
                    self._canvas,
                    flowable,
                    self._width,
                    least=_LINES_TOGETHER,
                    continued=continued,
                )
                blocks.append(
                    Block(drawing, first.before, keeps_next=True, beside=True, continued=continued)
                )
                blocks += [first, *others]
            yield Section(blocks, title if title not in {under, ""} else None)
            under = title

    def _side_by_side(self, texts: "_Texts", them: Sequence[Paragraph]) -> Drawing:
        drawings = [self._drawing(texts, paragraph) for paragraph in them]
        return Drawing(
            "\n".join(drawing.operators for drawing in drawings),
            max(drawing.height for drawing in drawings),
        )

    def _drawing(self, texts: "_Texts", paragraph: Paragraph) -> Drawing:
        """A short paragraph's drawing; the same for all that say the same."""
        drawing = texts.drawings.get(paragraph)
        if drawing is None:
            drawing = self._canvas.drawn(texts.flowables[paragraph], self._width)
            texts.drawings[paragraph] = drawing
        return drawing


class _Texts:
    """The paragraphs of a piece, each once however often it is said."""

    def __init__(self, entries: Sequence[Entry], frame: HistoryFrame, *, with_heads: bool) -> None:
        self.heads = markup.column_heads() if with_heads else []
        them = dict.fromkeys(self.heads)
        for entry in entries:
            them.update(dict.fromkeys([*markup.row(entry), *markup.continued(entry)]))
            for label, text in markup.details(entry):
                them[label] = them[text] = None
            if title := wording.heading(entry, frame.headings):
                them[markup.heading(title)] = None
        flowables = story.told_paragraphs(list(them))
        self.flowables = dict(zip(them, flowables, strict=True))
        self.drawings: dict[Paragraph, Drawing] = {}
