"""Where a line may end: at spaces, between ideographs, and before the syllables of Thai."""

import re
from typing import Final

from reportlab.lib.textsplit import ALL_CANNOT_END, ALL_CANNOT_START

_ZERO_WIDTH_SPACE: Final = "\u200b"

# Han, kana and what is set in their squares. Hangul is parted at its spaces, as Korean prefers.
_IDEOGRAPHIC: Final = re.compile(
    "[\u2e80-\u2fdf\u3000-\u30ff\u3105-\u312f\u31a0-\u31ff\u3220-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]"
)
_MUST_NOT_START: Final = frozenset(ALL_CANNOT_START) | frozenset(")]}.,:;!?%»”’…‥ー々〻ヽヾゝゞ")
_MUST_NOT_END: Final = frozenset(ALL_CANNOT_END) | frozenset("([{«“‘$£¥€")

# Thai and Lao have no spaces between words, and their words are known by a dictionary only. These
# vowels open a syllable, and these close one, so a line that ends between syllables reads well.
_OPENS_SYLLABLE: Final = frozenset("เแโใไເແໂໃໄ")
_CLOSES_SYLLABLE: Final = frozenset("ะำๆฯະຳໆຯ")


def may_end_after(before: str, after: str) -> bool:
    """Whether a line may end between two characters that follow each other."""
    if before in {" ", _ZERO_WIDTH_SPACE}:
        return after != " "
    if after in {" ", "\xa0"} or before == "\xa0":
        return False
    if before in _MUST_NOT_END or after in _MUST_NOT_START:
        return False
    if _IDEOGRAPHIC.match(before) or _IDEOGRAPHIC.match(after):
        return True
    return (after in _OPENS_SYLLABLE and before not in _OPENS_SYLLABLE and before.isalpha()) or (
        before in _CLOSES_SYLLABLE and after.isalpha()
    )
