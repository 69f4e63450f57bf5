"""A process made ready to set text of every script."""

from functools import cache

from reportlab import rl_config
from reportlab.platypus.tables import CellStyle
from xhtml2pdf import context

from exports.pdf.lettering.faces import register_faces
from exports.pdf.lettering.paragraph import LetteredParagraph


@cache
def register_fonts() -> None:
    """Make the faces known to xhtml2pdf and reportlab, and paragraphs able to set them.

    Once in each process, before anything is rendered. xhtml2pdf 0.2.28 has no way to be told of
    another class for paragraphs, so its name for it is given a new meaning. It joins Arabic
    letters by characters for their joined forms, which the text of a PDF would then be made of;
    HarfBuzz joins the letters themselves, so that is left out.
    """
    register_faces()
    CellStyle.fontname = rl_config.canvas_basefontname  # what reportlab sets empty cells in
    context.PmlParagraph = LetteredParagraph
    context.shape_frag_text = _as_it_is


def _as_it_is(_text: str, _font_name: str | None = None) -> None:
    """No other text than the one that was given."""
