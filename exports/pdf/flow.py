"""Blocks on pages: what is drawn already is placed, and what does not fit is split."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from exports.pdf.canvas import Drawing, Mark, PieceCanvas
from exports.pdf.story import Area, Flowable

_SLACK: Final = 0.01

# Longer text is cut into blocks of this many points first, so that cutting what is at the foot of
# a page never means breaking the lines of all that follows once more.
_LONG: Final = 120.0


class DoesNotFit(Exception):
    """Something that cannot be split is higher than a page."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something on its way down the page."""

    drawing: Drawing
    before: float = 0
    after: float = 0
    keeps_next: bool = False
    """Whether what follows must begin on the same page."""
    beside: bool = False
    """Whether it stands beside what follows, and takes no height itself."""
    flowable: Flowable | None = None
    """What to split; None for what stays whole."""
    least: float = 0
    """How much of it must fit for it to be split; points."""
    continued: Drawing | None = None
    """What a page says first that begins with it; None for what begins anew anyway."""

    @property
    def height(self) -> float:
        """How far down the page it goes; points."""
        return 0 if self.beside else self.drawing.height

    @property
    def head(self) -> float:
        """How much of it has to stand together; points."""
        return min(self.least, self.height) if self.flowable is not None else self.height


class Place(NamedTuple):
    """How far the document has come."""

    page: int
    y: float
    """Where what follows begins; points from the page's foot."""
    after: float
    """The space that what came last wants below it; points."""
    at_top: bool


@dataclass(slots=True)
class Flow:
    """Places blocks, from a place on."""

    canvas: PieceCanvas
    opening: Area
    following: Area
    place: Place
    pages: list[list[str]] = field(default_factory=lambda: [[]])
    marks: list[Mark] = field(default_factory=list)

    @classmethod
    def start(cls, opening: Area) -> Place:
        """The place where a document begins."""
        return Place(0, opening.top, 0, at_top=True)

    @property
    def area(self) -> Area:
        """Where the present page has its content."""
        return self.opening if self.place.page == 0 else self.following

    def put(self, blocks: Sequence[Block], *, title: str | None = None) -> None:
        """Place blocks one below the other.

        Raises:
            DoesNotFit: a block that cannot be split is higher than a page.
        """
        for index, block in enumerate(blocks):
            if not self._fits(self._needed(blocks, index)) and not self.place.at_top:
                self._next_page()
            if title is not None and index == 0:
                top = self.place.y - self._gap(block)
                self.marks.append(Mark(title, self.place.page, top))
            self._put(block)

    def _needed(self, blocks: Sequence[Block], index: int) -> float:
        """How high a page's rest must be for a block to begin on it."""
        block = blocks[index]
        needed = self._gap(block) + block.head
        while block.keeps_next and index + 1 < len(blocks):
            if block.flowable is not None:
                needed += block.height - block.head
            index += 1
            block, previous = blocks[index], block
            needed += block.head
            needed += 0 if previous.beside else max(previous.after, block.before)
        return needed

    def _gap(self, block: Block) -> float:
        return 0 if self.place.at_top else max(self.place.after, block.before)

    def _fits(self, height: float) -> bool:
        return self.place.y - height >= self.area.bottom - _SLACK

    def _next_page(self) -> None:
        self.place = Place(self.place.page + 1, self.following.top, 0, at_top=True)
        self.pages.append([])

    def _put(self, block: Block) -> None:
        self._say_what_goes_on(block)
        gap = self._gap(block)
        if not self._fits(gap + block.height):
            if block.flowable is None:
                raise DoesNotFit
            self._put_in_parts(block, block.flowable)
            return
        y = self.place.y - gap
        self.pages[-1].append(block.drawing.at(self.area.left, y))
        if not block.beside:
            self.place = Place(self.place.page, y - block.height, block.after, at_top=False)

    def _say_what_goes_on(self, block: Block) -> None:
        said = block.continued
        if said is not None and self.place.y == self.area.top:
            self.pages[-1].append(said.at(self.area.left, self.place.y))
            # Still at the top: what does not fit below it fits on no page.
            self.place = self.place._replace(y=self.place.y - said.height)

    def _put_in_parts(self, block: Block, flowable: Flowable) -> None:
        room = self.place.y - self._gap(block) - self.area.bottom
        width = self.area.width
        parts = flowable.split(width, room)
        if len(parts) < 2:
            if self.place.at_top:
                raise DoesNotFit
            self._next_page()
            self._put(block)
            return
        drawings = [self.canvas.drawn(part, width) for part in parts]
        if drawings[1].height < block.least:
            # A line alone at the head of a page gets the one before it for company.
            fewer = flowable.split(width, drawings[0].height - block.least / 2)
            if len(fewer) == len(parts):
                parts, drawings = fewer, [self.canvas.drawn(part, width) for part in fewer]
        self._put(Block(drawings[0], before=block.before))
        self._next_page()
        self._put(
            Block(
                drawings[1],
                after=block.after,
                flowable=parts[1],
                least=block.least,
                continued=block.continued,
            )
        )


def in_blocks(
    canvas: PieceCanvas,
    flowable: Flowable,
    width: float,
    *,
    least: float,
    continued: Drawing | None,
) -> list[Block]:
    """A paragraph as blocks that are placed one below the other without a gap."""
    height = canvas.measured(flowable, width)
    before, after = flowable.getSpaceBefore(), flowable.getSpaceAfter()
    if height <= _LONG:
        drawing = canvas.drawn_as_measured(flowable, height)
        return [Block(drawing, before, after, flowable=flowable, least=least, continued=continued)]
    parts = _cut(canvas, flowable, width, height)
    last = len(parts) - 1
    return [
        Block(
            canvas.drawn(part, width),
            before if index == 0 else 0,
            after if index == last else 0,
            flowable=part,
            least=least,
            continued=continued,
        )
        for index, part in enumerate(parts)
    ]


def _cut(canvas: PieceCanvas, flowable: Flowable, width: float, height: float) -> list[Flowable]:
    """Halves of halves: a thousand lines are then broken ten times and not a hundred."""
    if height <= _LONG:
        return [flowable]
    halves = flowable.split(width, height / 2)
    if len(halves) < 2:
        return [flowable]
    heights = [half.wrapOn(canvas, width, 1_000_000)[1] for half in halves]
    return [
        part
        for half, high in zip(halves, heights, strict=True)
        for part in _cut(canvas, half, width, high)
    ]
