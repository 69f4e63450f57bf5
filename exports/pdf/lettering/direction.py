"""Which way text runs: the Unicode Bidirectional Algorithm (UAX #9), paragraph by paragraph."""

import re
from collections.abc import Sequence
from typing import Final

from xhtml2pdf.bidi import bidi_class, resolve_levels

from exports.pdf.lettering.characters import character_class

LEFT_TO_RIGHT_MARK: Final = "\u200e"
_OPENS: Final = frozenset({"LRI", "RLI", "FSI"})

# The blocks that hold every letter written from right to left, or are kept for more of them.
_LEFTWARDS_BLOCKS: Final = (
    (0x590, 0x900),
    (0xFB1D, 0xFF00),
    (0x10800, 0x11000),
    (0x1E800, 0x1F000),
)

_LEFTWARDS_LETTERS: Final = re.compile(
    "[{}]+".format(
        character_class(
            code
            for block in _LEFTWARDS_BLOCKS
            for code in range(*block)
            if bidi_class(chr(code)) in {"R", "AL"}
        )
    )
)


def base_level(text: str) -> int:
    """1 for a paragraph that reads from right to left, as its first letter has it.

    Letters inside of isolates count when there are none outside: the text of a person is isolated,
    and often is all that a paragraph holds.
    """
    depth = 0
    inside = None
    for kind in map(bidi_class, text):
        if kind in _OPENS:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif kind in {"L", "R", "AL"}:
            if not depth:
                return int(kind != "L")
            if inside is None:
                inside = int(kind != "L")
    return inside or 0


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each character of a paragraph; odd ones run from right to left."""
    resolved = resolve_levels([bidi_class(character) for character in text], base, text)
    return _filled(resolved, base)


def _filled(resolved: Sequence[int | None], base: int) -> list[int]:
    """Characters that the algorithm leaves out stand at the level before them (UAX #9, 5.2)."""
    filled: list[int] = []
    for level in resolved:
        filled.append((filled[-1] if filled else base) if level is None else level)
    return filled


def marked(text: str) -> str:
    """`text` with a left-to-right mark after each stretch of letters from right to left.

    Readers that order text by rules of thumb then leave what follows in its place.
    """
    mark = LEFT_TO_RIGHT_MARK
    return mark + _LEFTWARDS_LETTERS.sub(lambda run: run[0] + mark, text)


def turned(text: str) -> str:
    """`marked` text, each stretch of letters from right to left turned round.

    As many marks as such letters follow, so that a page is taken for one that reads from left to
    right, as a whole: see `drawing.begin_reordered`.
    """
    mark = LEFT_TO_RIGHT_MARK
    letters = sum(len(run) for run in _LEFTWARDS_LETTERS.findall(text))
    return mark + _LEFTWARDS_LETTERS.sub(lambda run: run[0][::-1] + mark, text) + mark * letters
