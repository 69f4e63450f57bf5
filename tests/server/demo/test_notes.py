"""Notes of the demo practice, and the words in them."""

from string import Formatter

import pytest

from server.demo.languages import ENGLISH, WORDINGS
from server.demo.notes import added_note, ordinal
from server.demo.people import CLIENTS


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd")],
)
def test_days_are_written_as_one_says_them(number: int, written: str) -> None:
    assert ordinal(number) == written


def test_every_client_has_a_language_that_there_are_words_for() -> None:
    spoken = {client.language for client in CLIENTS}

    assert spoken == {*WORDINGS, "en"}


def test_every_meeting_note_has_a_place_for_its_link() -> None:
    for wording in (ENGLISH, *WORDINGS.values()):
        places = [name for _, name, _, _ in Formatter().parse(wording.online) if name is not None]
        assert places == ["link"]


def test_a_note_is_added_to_and_not_replaced() -> None:
    assert added_note("Come early.", language="fr").startswith("Come early.\n\n")
    assert added_note(None, language="fr") == WORDINGS["fr"].prepare
