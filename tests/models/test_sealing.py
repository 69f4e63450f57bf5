"""Sealing: what was sealed opens where it stands, with its key; and nothing else does."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.private_notes import NotesDoNotOpen, kept_notes, read_notes
from models.sealing import BadKeys, DoesNotOpen, Keyring, Sealed, new_key, parse_keys
from tests.keys import KEYRING, key, keyring

OWNER, OTHER = "prc_00000000000000000000000001", "prc_00000000000000000000000002"
PLACE = ("ses_00000000000000000000000001", "session.private_notes")

# Any text a database takes: no half characters, no NUL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)


def sealed(text: str, by: Keyring = KEYRING) -> Sealed:
    return by.seal(text, practitioner_id=OWNER, place=PLACE)


def opened(one: Sealed, by: Keyring = KEYRING) -> str:
    return by.open(one, practitioner_id=OWNER, place=PLACE)


@given(TEXTS)
def test_any_text_opens_as_it_was_sealed(text: str) -> None:
    assert opened(sealed(text)) == text


@given(TEXTS.filter(lambda text: len(text) > 3))
def test_what_is_kept_shows_nothing_of_the_text_and_is_never_the_same_twice(text: str) -> None:
    first, second = sealed(text), sealed(text)

    assert first.text != second.text
    assert text.encode() not in b64decode(first.text)


@given(TEXTS, st.data())
def test_text_with_any_bit_turned_does_not_open(text: str, data: st.DataObject) -> None:
    kept = bytearray(b64decode(sealed(text).text))
    bit = data.draw(st.integers(0, 8 * len(kept) - 1))
    kept[bit // 8] ^= 1 << bit % 8

    with pytest.raises(DoesNotOpen):
        opened(Sealed(b64encode(kept).decode(), "a"))


@given(TEXTS, st.integers(min_value=1))
def test_text_that_is_cut_off_does_not_open(text: str, length: int) -> None:
    kept = b64decode(sealed(text).text)

    with pytest.raises(DoesNotOpen):
        opened(Sealed(b64encode(kept[: -1 - length % len(kept)]).decode(), "a"))


@given(st.text())
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(DoesNotOpen):
        opened(Sealed(text, "a"))


@pytest.mark.parametrize(
    ("practitioner_id", "place"),
    [
        (OTHER, PLACE),
        (OWNER, ("ses_00000000000000000000000002", "session.private_notes")),
        (OWNER, ("ses_00000000000000000000000001", "session.customer_notes")),
        (OWNER, ("ses_00000000000000000000000001",)),
    ],
    ids=["another practitioner", "another session", "another column", "no column"],
)
def test_sealed_text_that_was_moved_does_not_open(
    practitioner_id: str, place: tuple[str, ...]
) -> None:
    with pytest.raises(DoesNotOpen):
        KEYRING.open(sealed("Went well"), practitioner_id=practitioner_id, place=place)


def test_only_the_key_that_sealed_opens() -> None:
    one = sealed("Went well", keyring(key("a")))

    assert opened(one, keyring(key("b"), key("a"))) == "Went well"
    for others in (Keyring(), keyring(key("b")), keyring(key("a", "z"))):
        with pytest.raises(DoesNotOpen):
            opened(one, others)
    with pytest.raises(DoesNotOpen):
        opened(Sealed(one.text, "b"))


def test_the_first_key_seals_and_without_one_nothing_is_sealed() -> None:
    assert sealed("x", keyring(key("b"), key("a"))).key_id == "b"
    with pytest.raises(LookupError):
        sealed("x", Keyring())


def test_a_proof_is_good_for_its_key_alone() -> None:
    proof = KEYRING.proof("a")

    assert KEYRING.is_proven("a", proof)
    assert not KEYRING.is_proven("b", proof)
    assert not keyring(key("a", "z")).is_proven("a", proof)
    assert not KEYRING.is_proven("a", "not even base64")


def test_digests_tell_inputs_apart_and_are_known_again_under_other_keys() -> None:
    before = keyring(key("a")).digests(b"input", practitioner_id=OWNER)
    after = keyring(key("b"), key("a")).digests(b"input", practitioner_id=OWNER)
    plain = Keyring().digests(b"input", practitioner_id=OWNER)

    assert before[0] in after
    assert plain[0] in before
    assert len({before[0], after[0], plain[0]}) == 3
    assert before[0] != keyring(key("a")).digests(b"other", practitioner_id=OWNER)[0]
    assert before[0] != keyring(key("a")).digests(b"input", practitioner_id=OTHER)[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "only-a-name",
        ":" + key("a").partition(":")[2],
        key("a").partition(":")[2],
        "a:" + "A" * 43,
        "a:" + b64encode(b"x" * 31).decode(),
        "a:" + b64encode(b"x" * 33).decode(),
        "a b:" + key("a").partition(":")[2],
        "ä:" + key("a").partition(":")[2],
        "a" * 65 + ":" + key("a").partition(":")[2],
        f"{key('a')},{key('a', 'z')}",
        f"{key('a')},b",
    ],
)
def test_keys_that_are_none_are_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(BadKeys) as refusal:
        parse_keys(text)

    secrets = [part for entry in text.replace(",", " ").split() for part in entry.split(":")[-1:]]
    assert not [one for one in secrets if len(one) > 4 and one in str(refusal.value)]


def test_keys_stand_in_a_line_or_one_on_each_line() -> None:
    assert [one.id for one in parse_keys(f"{key('a')},{key('b')}")] == ["a", "b"]
    assert [one.id for one in parse_keys(f"{key('a')}\n{key('b')}\n")] == ["a", "b"]
    assert [one.id for one in parse_keys(new_key("2026.05_14-ab"))] == ["2026.05_14-ab"]


def test_no_secret_shows_where_keys_are_printed() -> None:
    (one,) = parse_keys(key("a"))
    shown = f"{one!r} {one} {KEYRING!r} {KEYRING}"

    assert "aaaa" not in shown
    assert key("a").partition(":")[2] not in shown


def test_notes_are_plain_without_a_key_and_are_told_from_sealed_ones_by_their_key_alone() -> None:
    where = {"practitioner_id": OWNER, "session_id": PLACE[0]}
    looks_sealed = kept_notes(KEYRING, "secret", **where)["private_notes"]
    plain = kept_notes(Keyring(), looks_sealed, **where)

    assert plain == {"private_notes": looks_sealed, "private_notes_key": None}
    assert read_notes(KEYRING, looks_sealed, None, **where) == looks_sealed
    assert kept_notes(KEYRING, None, **where) == {"private_notes": None, "private_notes_key": None}


def test_notes_that_do_not_open_name_their_session_and_nothing_else() -> None:
    kept = kept_notes(KEYRING, "secret", practitioner_id=OWNER, session_id=PLACE[0])
    with pytest.raises(NotesDoNotOpen) as failure:
        read_notes(
            KEYRING,
            kept["private_notes"],
            kept["private_notes_key"],
            practitioner_id=OTHER,
            session_id=PLACE[0],
        )

    assert PLACE[0] in str(failure.value)
    assert failure.value.__cause__ is None
    assert (kept["private_notes"] or "-") not in str(failure.value)
