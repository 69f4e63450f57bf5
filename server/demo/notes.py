"""Notes on a session: for the client, and for the practitioner alone."""

from datetime import date
from random import Random
from typing import Final

from server.demo.languages import ENGLISH, WORDINGS
from server.demo.offers import ONLINE
from server.demo.themes import LONG, MOVED_BECAUSE_OF, Theme

_LETTERS: Final = "abcdefghijkmnopqrstuvwxyz"

_DIRECTIONS: Final = (
    "Welcome! This is how you find us:\n\n"
    "From the station take the exit to the park and follow the wall for two minutes. The gate of "
    "Lindenhof 7 is green; the code on the gate is the number of the house, twice.\n\n"
    "The second courtyard is behind the lime tree. Ring at Lindqvist and come up to the first "
    "floor. There is a lift on the left. Tea and water are waiting for you.\n\n"
    "If you come by bicycle, leave it in the first courtyard."
)
_BEFORE_THE_FIRST: Final = (
    "Before our first conversation:\n\n"
    "- Find a quiet place and a good connection.\n"
    "- Think of one thing that should be different in three months.\n"
    "- Write down your questions; there is time for all of them."
)


def meeting_link(random: Random) -> str:
    """The address of a client's meeting room."""
    letters = "".join(random.choices(_LETTERS, k=10))
    return f"https://meet.example.com/{letters[:3]}-{letters[3:7]}-{letters[7:]}"


def note_for_client(
    random: Random, *, language: str, calendar: str, link: str, is_first: bool
) -> str:
    """Where to go and what to bring, often in the client's own language."""
    wording = WORDINGS.get(language, ENGLISH) if random.random() < 0.5 else ENGLISH
    place = wording.online.format(link=link) if calendar == ONLINE else wording.at_practice
    if is_first:
        return f"{place}\n\n{_BEFORE_THE_FIRST if calendar == ONLINE else _DIRECTIONS}"
    return f"{place}\n{wording.prepare}" if random.random() < 0.4 else place


def added_note(note: str | None, *, language: str) -> str:
    """A note after something was added to it."""
    if note is None:
        return WORDINGS.get(language, ENGLISH).prepare
    return f"{note}\n\nI sent you a worksheet; please have it with you."


def private_note(random: Random, theme: Theme, *, is_first: bool) -> str:
    """What a session was about: mostly one line, seldom several paragraphs."""
    if is_first:
        return f"First conversation. Subject: {theme.subject}. Agreed on goals for three months."
    done, homework = random.choice(theme.done), random.choice(theme.homework)
    match random.choices(("homework", "try", "done", "long"), (50, 25, 21, 4))[0]:
        case "homework":
            return f"{done}, homework: {homework}"
        case "try":
            return f"{done}. For next time: {homework}."
        case "done":
            return f"{done}."
        case _:
            return random.choice(LONG)


def moved_note(random: Random, day: date) -> str:
    """Why a session is not on `day` any more."""
    return f"Rescheduled from {ordinal(day.day)} due to {random.choice(MOVED_BECAUSE_OF)}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 31st."""
    teens = 11 <= number % 100 <= 13
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
