"""A cell put into quotes alone is the cell that the csv module writes."""

from hypothesis import given
from hypothesis import strategies as st

from exports.spreadsheet import csv_bytes, quoted

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('",;\r\n\t='))


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_row_of_quoted_cells_is_the_row_of_the_csv_module(cells: list[str]) -> None:
    assert f"{','.join(map(quoted, cells))}\r\n".encode() == csv_bytes([cells])
