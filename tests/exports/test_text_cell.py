"""A cell that is made alone is the cell that the csv module writes, with its guard."""

from hypothesis import given
from hypothesis import strategies as st

from exports.spreadsheet import csv_bytes, guarded, text_cell

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\",;\r\n\t=-+@'"))


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_row_of_such_cells_is_the_row_of_the_csv_module(cells: list[str]) -> None:
    row = f"{','.join(map(text_cell, cells))}\r\n".encode()

    assert row == csv_bytes([[guarded(cell) for cell in cells]])


def test_no_text_is_an_empty_cell() -> None:
    assert text_cell(None) == text_cell("") == '""'
