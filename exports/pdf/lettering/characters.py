"""Sets of characters as regular expressions take them."""

import re
from collections.abc import Iterable


def character_class(codes: Iterable[int]) -> str:
    """The inside of a character class that has just these code points, which are given in order."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in spans)
