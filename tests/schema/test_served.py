"""Messages of errors quote nothing of what was sent: private notes may stand in it."""

from typing import Any

import pytest

from schema.served import without_quotes
from tests.practice import Practice

UPDATE = """mutation ($input: UpdateSessionNotesInput!) {
  updateSessionNotes(input: $input) { errors { message } }
}"""
WRONG_VARIABLES: list[Any] = [
    {"privateNotes": "MARKER"},
    {"id": "x", "privateNotes": ["MARKER"]},
    {"id": "x", "privateNotes": {"text": "MARKER"}},
    {"id": "x", "privatNotes": "MARKER"},
    {"id": "x", "notes; found: it": "MARKER"},
    {"id": "x", "privateNotes": 'it\'s "MARKER"', "expectedVersion": "1"},
    "MARKER",
    ["MARKER"],
]
WRONG_LITERALS = [
    '{privateNotes: "MARKER"}',
    '{id: "x", privateNotes: MARKER}',
    '{id: "x", privateNotes: ["MARKER"]}',
    '{id: "x", privateNotes: {text: "MARKER"}}',
    '{id: "x", privatNotes: "MARKER"}',
    '"MARKER"',
    '{id: "x", privateNotes "MARKER"}',
    '{id: "x", privateNotes """it\'s MARKER"""}',
    '{id: "x", privateNotes: "MARKER\n"}',
    '{id: "x", privateNotes: "", "MARKER"}',
]


@pytest.mark.parametrize("wrong", WRONG_VARIABLES, ids=range(len(WRONG_VARIABLES)))
@pytest.mark.parametrize("engine", ["sqlite"])  # no database is asked
async def test_wrong_variables_are_not_quoted(practice: Practice, wrong: Any) -> None:
    answer = await practice.ask(UPDATE, {"input": wrong})

    assert answer.errors
    assert "MARKER" not in str(answer)


@pytest.mark.parametrize("wrong", WRONG_LITERALS, ids=range(len(WRONG_LITERALS)))
@pytest.mark.parametrize("engine", ["sqlite"])  # no database is asked
async def test_a_wrong_document_is_not_quoted(practice: Practice, wrong: str) -> None:
    answer = await practice.ask(
        f"mutation {{ updateSessionNotes(input: {wrong}) {{ errors {{ message }} }} }}"
    )

    assert answer.errors
    assert "MARKER" not in str(answer)


@pytest.mark.parametrize(
    "message",
    [
        "Cannot query field 'nothing' on type 'Query'. Did you mean 'sessions'?",
        "DateTime cannot be 'noon': write it with an offset.",
        "Variable '$id' of required type 'ID!' was not provided.",
        "Syntax Error: Unterminated string.",
        'Variable "$x" of type "String" used in position expecting type "ID!".',
    ],
)
def test_messages_that_quote_nothing_stay_as_they_are(message: str) -> None:
    assert without_quotes(message) == message
