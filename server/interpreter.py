"""How a worker's interpreter is shared by those it answers, their threads, and its housekeeping."""

import gc
import sys
from typing import Final

# A thread that has the rows of a page asks for the interpreter for so long before it is given it:
# with the default of 5 ms, two such waits can be most of a page's time beside an export.
SWITCH_SECONDS: Final = 0.0005

ALLOCATED_BETWEEN_COLLECTIONS: Final = 10_000


def settle() -> None:
    """Make the interpreter ready to answer, once all is there that stays.

    What an application is made of is never garbage, and looking through it stopped everything for
    a tenth of a second, about once in seventy-five thousand sessions that were exported. What
    answers are made of goes by itself, and was looked through after every seven hundred rows.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(ALLOCATED_BETWEEN_COLLECTIONS, 20, 20)
    gc.freeze()
