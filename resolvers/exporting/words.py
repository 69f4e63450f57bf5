"""The words of the record as a file says them, in the words of the page."""

from collections.abc import Mapping
from typing import Final

from models.enums import SessionStatus

STATUS_WORDS: Final[Mapping[str, str]] = {
    SessionStatus.PENDING: "Pending",
    SessionStatus.CONFIRMED: "Confirmed",
    SessionStatus.COMPLETED: "Completed",
    SessionStatus.CANCELLED: "Cancelled",
    SessionStatus.NO_SHOW: "No Show",
}
