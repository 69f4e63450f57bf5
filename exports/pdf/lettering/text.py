"""Text of people as HTML: escaped, each run in a face that has its characters, nothing lost."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape
from xhtml2pdf.bidi import bidi_class, needs_bidi

from exports.pdf.lettering.characters import character_class
from exports.pdf.lettering.direction import LEFT_TO_RIGHT_MARK
from exports.pdf.lettering.faces import BASE, FACES, Face, coverage

_LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

# Joiners shape the letters beside them, and direction marks order them; both belong to what they
# follow. Everything else that Unicode lets a reader ignore is left out, and with it the controls
# that would reorder what stands beside a text, or show it in another order than it is stored in.
_JOINERS: Final = "\u034f\u200c\u200d"
_DIRECTION_MARKS: Final = "\u061c\u200e\u200f"
_IGNORED: Final = re.compile(
    "[\xad\u115f\u1160\u17b4\u17b5\u180b-\u180f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    f"|(?<=[{_JOINERS}{_DIRECTION_MARKS}])[{_JOINERS}{_DIRECTION_MARKS}]+"
)
_DOTTED_CIRCLE: Final = "\u25cc"

# More marks than any script puts on one letter would climb into the lines above.
_MARKS_ON_A_LETTER: Final = 6


def lettered(text: str) -> Markup:
    """`text` as HTML that shows all of it, and nothing but text.

    Line ends become `<br/>`. What no face has a glyph for is shown by its number, `[U+1F600]`.
    Text written from right to left is set apart (Unicode's isolates), so that it cannot reorder
    what stands beside it; `LetteredParagraph` puts each line in order and aligns it.
    """
    if not _unusual().search(text):
        return escape(text)
    return Markup("<br/>").join(map(_line, _LINE_END.split(text)))


def lettered_from_left(text: str) -> Markup:
    """`text` as `lettered` has it, beginning at the left in whatever script it is.

    For what stands in a column of names or under a label: only prose begins where its script does.
    """
    html = lettered(text)
    return Markup("{}{}").format(LEFT_TO_RIGHT_MARK, html) if needs_bidi(text) else html


def _line(text: str) -> Markup:
    if not _unusual().search(text):
        return escape(text)
    text = _IGNORED.sub("", unicodedata.normalize("NFC", text))
    leftwards = needs_bidi(text)
    if not leftwards:
        text = re.sub(f"[{_DIRECTION_MARKS}]", "", text)
    html = Markup("").join(
        _run(face, "".join(part for _, part in parts))
        for face, parts in groupby(_in_faces(text), key=lambda part: part[0])
    )
    return Markup("\u2068{}\u2069").format(html) if leftwards else html


def _run(face: Face | None, text: str) -> Markup:
    if face is BASE:
        return escape(text)
    css_class = face.css_class if face else "no-glyph"
    return Markup('<span class="{}">{}</span>').format(css_class, text)


def _in_faces(text: str) -> Iterator[tuple[Face | None, str]]:
    """`text` in parts, each with the face to set it in, or None for what stands in for a glyph."""
    face: Face | None = BASE
    for letter in _letters(text):
        if letter[0] == " ":
            yield face or BASE, letter
            continue
        face = _face_for(letter)
        if face:
            # Joiners that the face knows nothing of would join nothing.
            yield face, "".join(c for c in letter if ord(c) in coverage(face))
            continue
        # No one face has the letter with its marks: the letter by itself, and each mark after it.
        for character in letter:
            if character in _JOINERS + _DIRECTION_MARKS:
                continue
            face = _face_for(character)
            if face is None:
                yield None, f"[U+{ord(character):04X}]"
            elif unicodedata.category(character).startswith("M"):
                yield face, _DOTTED_CIRCLE + character
            else:
                yield face, character


def _letters(text: str) -> Iterator[str]:
    """Letters with the marks on them; a mark with nothing to stand on is given a circle."""
    for match in _letter().finditer(text):
        letter = match[0]
        if unicodedata.category(letter[0]).startswith("M"):
            letter = _DOTTED_CIRCLE + letter
        while len(letter) > _MARKS_ON_A_LETTER:
            yield letter[:_MARKS_ON_A_LETTER]
            letter = _DOTTED_CIRCLE + letter[_MARKS_ON_A_LETTER:]
        yield letter


@cache
def _face_for(letter: str) -> Face | None:
    """The first face with glyphs for all of a letter."""
    if unicodedata.category(letter[0]) in {"Cc", "Cn", "Co", "Cs"}:
        return None
    needed = {ord(c) for c in letter if c not in _JOINERS + _DIRECTION_MARKS}
    return next((face for face in FACES if needed <= coverage(face)), None)


@cache
def _letter() -> re.Pattern[str]:
    marks = character_class(code for code in range(0x300, 0x1F000) if _is_mark(code))
    extends = f"[{marks}{_JOINERS}{_DIRECTION_MARKS}]"
    return re.compile(f"[^ ]{extends}*| ", re.DOTALL)


def _is_mark(code: int) -> bool:
    return unicodedata.category(chr(code)).startswith("M")


@cache
def _unusual() -> re.Pattern[str]:
    """A character that is not simply set in the base face, from left to right."""
    usual = [
        code
        for code in sorted(coverage(BASE) | {ord("\t")})
        if code == ord("\t")
        or unicodedata.category(chr(code)) not in {"Cc", "Cf", "Co", "Cn", "Mn", "Me", "Mc"}
        if bidi_class(chr(code)) not in {"R", "AL", "AN"}
        and unicodedata.category(chr(code)) not in {"Zl", "Zp"}
    ]
    return re.compile(f"[^{character_class(usual)}]")
