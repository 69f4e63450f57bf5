"""How much may be asked in how much time: a bucket of cost for each caller."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charged:
    """What is left after an operation; `wait_seconds` is set when there was not enough for it."""

    available: int
    wait_seconds: int | None
    capacity: int
    restored_each_second: int


class Rates:
    """Buckets that fill up by and by, in the memory of one worker.

    Args:
        capacity: how much cost a full bucket holds.
        restored_each_second: how much comes back.
        clock: seconds that only ever go up.
        most: how many buckets are kept. One that is let go of is full when it is needed again.
    """

    def __init__(
        self,
        capacity: int,
        restored_each_second: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = 10_000,
    ) -> None:
        self.capacity = capacity
        self.restored_each_second = restored_each_second
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def charge(self, key: str, cost: int, *, leaving: int = 0) -> Charged:
        """Take `cost` out of a caller's bucket, or nothing when less than `leaving` would be left.

        What can never be, however full the bucket, is not asked for.
        """
        leaving = max(0, min(leaving, self.capacity - cost))
        now = self._clock()
        level, at = self._buckets.get(key, (float(self.capacity), now))
        level = min(float(self.capacity), level + (now - at) * self.restored_each_second)
        enough = cost <= level - leaving
        left = level - cost if enough else level
        self._buckets[key] = left, now
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if enough:
            return self._charged(left, None)
        missing = min(cost, self.capacity) + leaving - level
        return self._charged(left, max(1, math.ceil(missing / self.restored_each_second)))

    def _charged(self, left: float, wait_seconds: int | None) -> Charged:
        return Charged(int(left), wait_seconds, self.capacity, self.restored_each_second)
