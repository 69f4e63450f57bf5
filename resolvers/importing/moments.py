"""Instants as files write them: with an offset, or as the wall clock of a time zone showed them."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from models.instants import EARLIEST, LATEST
from resolvers.importing.mapping import Ambiguous
from resolvers.importing.values import BadValue

_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def moment_reader(
    formats: Sequence[str], zone: ZoneInfo, ambiguous: Ambiguous
) -> Callable[[str], datetime]:
    """A function that reads instants, in UTC and whole seconds, written in one of `formats`.

    It raises BadValue for a text that is in none of them, for a local time that the clock of `zone`
    skipped, for one that it showed twice unless `ambiguous` says which is meant, and for what lies
    outside the years 1970 to 2200.
    """

    # A file has far fewer different times than rows: days without a time, slots on the hour.
    @lru_cache(maxsize=4096)
    def read(text: str) -> datetime:
        written = _in_iso(text) if not formats else _in_formats(text, formats)
        try:
            at = written.astimezone(UTC) if written.tzinfo else _local(written, zone, ambiguous)
        except OverflowError:
            raise BadValue("lies outside the years 1970 to 2200") from None
        if not EARLIEST <= at <= LATEST:
            raise BadValue("lies outside the years 1970 to 2200")
        return at.replace(microsecond=0)

    return lambda text: read(text.strip())


def _in_iso(text: str) -> datetime:
    if _ISO.fullmatch(text) is not None:
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            pass
    raise BadValue("is not a date and time, as 2026-05-01 09:00")


def _in_formats(text: str, formats: Sequence[str]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a wall clock, unless it has %z
        except ValueError:
            continue
    raise BadValue(f"is not a date and time in the form {' or '.join(formats)}")


def _local(wall: datetime, zone: ZoneInfo, ambiguous: Ambiguous) -> datetime:
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    at = first.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wall:
        raise BadValue(f"is a time that the clock in {zone.key} skipped as it was put forward")
    if ambiguous is Ambiguous.REFUSE:
        raise BadValue(
            f"is a time that the clock in {zone.key} showed twice as it was put back; "
            "the mapping can say which is meant ('ambiguous')"
        )
    return at if ambiguous is Ambiguous.FIRST else second.astimezone(UTC)
