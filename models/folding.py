"""How text is compared: regardless of case and of how a letter was composed, in every script.

Databases disagree about case (SQLite folds ASCII only, PostgreSQL follows its locale), so the
folding is done here, once, and both engines only compare code points.
"""

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile("[̀-ͯ]")


def fold(text: str) -> str:
    """`text` without differences of case, width and composition (Unicode D146: NFKC casefold)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def search_text(name: str, email: str | None, phone: str | None) -> str:
    """What a search for a client looks through; a phone number also without its spaces."""
    return fold("\n".join([name, email or "", phone or "", "".join((phone or "").split())]))


def sort_key(name: str) -> str:
    """`name` as a list sorts it: folded, and Latin letters without their accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", fold(name)))
