"""Lettering: text of every script set right in a PDF.

`lettered` makes HTML of text, with a class for each run that the base face cannot set; `FONT_FACES`
says which faces the classes mean. `register_fonts` makes a process able to set what they name.
"""

from exports.pdf.lettering.faces import FONT_FACES
from exports.pdf.lettering.setting_up import register_fonts
from exports.pdf.lettering.text import lettered, lettered_from_left

__all__ = ["FONT_FACES", "lettered", "lettered_from_left", "register_fonts"]
