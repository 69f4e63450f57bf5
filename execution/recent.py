"""What was used last, up to a size."""

from collections import OrderedDict
from typing import Any, Generic, TypeVar

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """What was used last, up to so many bytes in all."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Any, tuple[Kept, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """How much is kept."""
        return self._bytes

    def get(self, key: object) -> Kept | None:
        """What is kept under a key, which now is the one used last."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: object, kept: Kept, size: int) -> None:
        """Keep this, and let go of what was not used for longest."""
        self._kept[key] = kept, size
        self._bytes += size
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            _, (_, freed) = self._kept.popitem(last=False)
            self._bytes -= freed
