"""The layers of the fast way, each of which can be taken away: docs/decisions/0020.

Without one, what it saves is done as the libraries do it, and the answers are the same.
"""

from enum import StrEnum
from typing import Final


class Layer(StrEnum):
    """What is done in a shorter way."""

    REQUESTS = "requests"
    """A usual request is read with one look at its headers, without a search for its route."""
    DOCUMENTS = "documents"
    """A document is parsed, measured and validated once. Else each time, and charged for that."""
    LANE = "lane"
    """A document that was let in before needs no machinery of Strawberry's."""
    CALLS = "calls"
    """How a field's resolver is called is found out once."""
    PLANS = "plans"
    """Objects and lists of plain fields are completed by a plan."""
    ROWS = "rows"
    """A page of sessions reads the columns that are selected, as flat tuples."""
    READS = "reads"
    """A few rows are read in the event loop, or on a connection that is kept for such."""


ALL_LAYERS: Final = frozenset(Layer)
NO_LAYERS: Final[frozenset[Layer]] = frozenset()


def layers_named(given: str | frozenset[Layer]) -> frozenset[Layer]:
    """The layers that a text names: `true` is all, `false` none, else some, by commas.

    Raises:
        ValueError: one of them is none.
    """
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    if text in {"true", "false"}:
        return ALL_LAYERS if text == "true" else NO_LAYERS
    named = {one.strip() for one in text.split(",")}
    if not named <= set(Layer):
        raise ValueError(f"true, false, or some of {', '.join(Layer)}, separated by commas")
    return frozenset(map(Layer, named))
