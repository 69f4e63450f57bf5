"""What xhtml2pdf makes of markup: paragraphs and tables that can be measured and drawn.

xhtml2pdf reads HTML and CSS and knows fonts; pages are made by us (`flow.py`). So nothing is ever
shrunk to fit: that is what xhtml2pdf does with what is higher than a page.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from reportlab.pdfgen.canvas import Canvas
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.document import pisaStory

from exports.pdf import markup
from exports.pdf.lettering import register_fonts
from exports.pdf.markup import Paragraph


class Flowable(Protocol):
    """What reportlab lays out."""

    def wrapOn(self, canvas: Canvas, width: float, height: float) -> tuple[float, float]: ...  # noqa: N802
    def drawOn(self, canvas: Canvas, x: float, y: float) -> None: ...  # noqa: N802
    def split(self, width: float, height: float) -> list["Flowable"]: ...
    def getSpaceBefore(self) -> float: ...  # noqa: N802
    def getSpaceAfter(self) -> float: ...  # noqa: N802


class Area(NamedTuple):
    """A rectangle of a page, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Where its upper edge is."""
        return self.bottom + self.height


class Layout(NamedTuple):
    """The pages as the stylesheet has them: the areas of each by name."""

    size: tuple[float, float]
    areas: dict[str, dict[str, Area]]


class Story(NamedTuple):
    """What markup came to."""

    flowables: list[Flowable]
    layout: Layout


class UnexpectedStory(Exception):
    """Markup came to something else than one flowable for each block."""


# Markup is ours and text in it is escaped, so nothing asks for a file: fonts are registered, and
# the stylesheet is in the markup. Should something be missed, xhtml2pdf asks its policy first.
# Without a folder to read from it refuses every file, and as `server` it refuses every address.
POLICY: Final = ResourceAccessPolicy.server(
    None,
    allow_remote=False,
    # Who waits for a worker counts its seconds, and its memory is limited as a whole.
    max_render_seconds=None,
    max_document_bytes=None,
    max_local_bytes=None,
    max_total_bytes=None,
)


def told(html: str) -> Story:
    """What a page of markup comes to."""
    register_fonts()
    context: Any = pisaStory(html, resource_policy=POLICY)  # xhtml2pdf has no types
    layout = Layout(
        tuple(context.pageSize),
        {
            name: {
                frame.id: Area(frame._x1, frame._y1, frame._width, frame._height)
                for frame in [*template.frames, *template.pisaStaticList]
            }
            for name, template in context.templateList.items()
        },
    )
    return Story(context.story, layout)


def told_paragraphs(them: Sequence[Paragraph]) -> list[Flowable]:
    """A flowable for each paragraph.

    Raises:
        UnexpectedStory: xhtml2pdf made more or fewer of them.
    """
    # Of whatever is first in a document xhtml2pdf makes two: its margin and itself.
    first = Paragraph("", "")
    flowables = told(markup.sheet([markup.paragraphs([first, *them])])).flowables[1:]
    if len(flowables) != len(them):
        raise UnexpectedStory(f"{len(flowables)} flowables for {len(them)} paragraphs")
    return flowables


@cache
def layout() -> Layout:
    """The pages as the stylesheet has them."""
    return told(markup.sheet([])).layout
