"""Optional inputs: whether something was sent, and what was sent as one text."""

from typing import Any

import orjson
import strawberry


def is_given(value: object) -> bool:
    """Whether an optional input holds a value; left out and null are none."""
    return value is not None and value is not strawberry.UNSET


def canonical(given: object, **defaults: Any) -> str | None:
    """An input as text: equal for inputs that mean the same, whatever was left out or null.

    `defaults` are the values that mean the same as leaving a field out. None when nothing is left.
    """
    if not is_given(given):
        return None
    sent = {
        name: value
        for name, value in vars(given).items()
        if is_given(value) and value != defaults.get(name)
    }
    return orjson.dumps(sent, option=orjson.OPT_SORT_KEYS).decode() if sent else None
