"""Exports as they are kept: sealed where there are keys, and good for their own place alone."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sealed_exports import DoesNotOpen, kept_piece, kept_texts, read_piece, read_text
from models.sealing import Keyring
from tests.keys import KEYRING, key, keyring

OWNER: Final = "prc_00000000000000000000000001"
EXPORT: Final = "exp_00000000000000000000000001"
PLACE: Final[dict[str, Any]] = {"practitioner_id": OWNER, "export_id": EXPORT}
ELSEWHERE: Final[list[dict[str, Any]]] = [
    {"practitioner_id": "prc_00000000000000000000000002"},
    {"export_id": "exp_00000000000000000000000002"},
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.binary(max_size=5000), st.integers(0, 10_000))
def test_a_piece_of_a_file_opens_where_it_stands(content: bytes, number: int) -> None:
    kept, key_id = kept_piece(KEYRING, content, **PLACE, number=number)

    assert key_id == "a"
    assert read_piece(KEYRING, kept, key_id, **PLACE, number=number) == content
    # As a driver hands it over.
    assert read_piece(KEYRING, memoryview(kept), key_id, **PLACE, number=number) == content  # type: ignore[arg-type]


@pytest.mark.parametrize("moved", [*ELSEWHERE, {"number": 8}], ids=lambda to: next(iter(to)))
def test_a_piece_that_was_moved_does_not_open(moved: dict[str, Any]) -> None:
    """Two pieces that changed places would be another document."""
    kept, key_id = kept_piece(KEYRING, b"%PDF-1.7 and so on", **PLACE, number=7)

    with pytest.raises(DoesNotOpen):
        read_piece(KEYRING, kept, key_id, **{**PLACE, "number": 7, **moved})


@given(st.binary(min_size=1), st.data())
def test_a_piece_with_any_bit_turned_does_not_open(content: bytes, data: st.DataObject) -> None:
    kept, key_id = kept_piece(KEYRING, content, **PLACE, number=0)
    turned = bytearray(kept)
    bit = data.draw(st.integers(0, 8 * len(turned) - 1))
    turned[bit // 8] ^= 1 << bit % 8

    with pytest.raises(DoesNotOpen):
        read_piece(KEYRING, bytes(turned), key_id, **PLACE, number=0)


def test_what_is_kept_of_a_piece_shows_nothing_of_it() -> None:
    content = b"between us" * 100

    kept, _ = kept_piece(KEYRING, content, **PLACE, number=0)

    assert b"between" not in kept
    assert len(kept) < len(content) + 100


def test_without_keys_a_piece_is_kept_as_it_is() -> None:
    kept, key_id = kept_piece(Keyring(), b"\x00\xff", **PLACE, number=0)

    assert (kept, key_id) == (b"\x00\xff", None)
    assert read_piece(KEYRING, kept, key_id, **PLACE, number=0) == b"\x00\xff"


@given(TEXTS, TEXTS)
def test_a_request_and_the_secret_of_its_link_open_where_they_stand(
    request: str, secret: str
) -> None:
    kept = kept_texts(KEYRING, request=request, secret=secret, **PLACE)

    opened = [
        read_text(KEYRING, text, kept["sealed_with"], **PLACE, column=column)
        for column, text in (("request", kept["request"]), ("secret", kept["secret"]))
    ]

    assert opened == [request, secret]


@pytest.mark.parametrize(
    "moved", [*ELSEWHERE, {"column": "request"}], ids=lambda to: next(iter(to))
)
def test_a_secret_that_was_moved_does_not_open(moved: dict[str, Any]) -> None:
    """Or whoever writes to the database could open a link with the secret of their own."""
    kept = kept_texts(KEYRING, request="{}", secret="s3cret", **PLACE)

    with pytest.raises(DoesNotOpen):
        read_text(
            KEYRING, kept["secret"], kept["sealed_with"], **{**PLACE, "column": "secret", **moved}
        )


def test_a_note_does_not_pass_for_an_export() -> None:
    sealed = KEYRING.seal("text", practitioner_id=OWNER, place=(EXPORT, "session.private_notes"))

    with pytest.raises(DoesNotOpen):
        read_text(KEYRING, sealed.text, sealed.key_id, **PLACE, column="secret")


def test_without_its_key_nothing_opens() -> None:
    kept = kept_texts(KEYRING, request="{}", secret="s3cret", **PLACE)
    piece, key_id = kept_piece(KEYRING, b"%PDF", **PLACE, number=0)
    for others in (Keyring(), keyring(key("b")), keyring(key("a", "z"))):
        with pytest.raises(DoesNotOpen):
            read_text(others, kept["secret"], kept["sealed_with"], **PLACE, column="secret")
        with pytest.raises(DoesNotOpen):
            read_piece(others, piece, key_id, **PLACE, number=0)


def test_without_keys_a_secret_is_plain_and_is_told_from_a_sealed_one_by_its_key() -> None:
    looks_sealed = kept_texts(KEYRING, request="{}", secret="s3cret", **PLACE)["secret"]
    plain = kept_texts(Keyring(), request="{}", secret=looks_sealed, **PLACE)

    assert plain == {"request": "{}", "secret": looks_sealed, "sealed_with": None}
    assert read_text(KEYRING, looks_sealed, None, **PLACE, column="secret") == looks_sealed
