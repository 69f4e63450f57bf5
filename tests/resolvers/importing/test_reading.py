"""Reading files: compressed or not, in any encoding, and to the end or to what is wrong."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from resolvers.importing import count_rows
from resolvers.importing.reading import Row, Unreadable, in_chunks, read_rows
from tests.practice import Practice
from tests.resolvers.importing.files import (
    csv_text,
    import_file,
    import_text,
    mapping,
    row,
    sessions_of,
)

COMPRESSED: list[tuple[str, Callable[[bytes], bytes]]] = [
    (".csv", bytes),
    (".csv.gz", gzip.compress),
    (".csv.bz2", bz2.compress),
    (".csv.xz", lzma.compress),
    (".CSV.XZ", lzma.compress),
]


@pytest.mark.parametrize(("ending", "compress"), COMPRESSED)
async def test_a_file_is_read_compressed_or_not(
    practice: Practice, tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / f"history{ending}"
    file.write_bytes(compress(csv_text([row(), row()]).encode()))

    report = await import_file(practice, file)

    assert report.sessions_added == 2


@pytest.mark.parametrize(("ending", "compress"), COMPRESSED[1:])
async def test_a_file_that_was_cut_off_is_a_problem_and_nothing_is_kept(
    practice: Practice, tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / f"history{ending}"
    file.write_bytes(compress(csv_text([row() for _ in range(500)]).encode())[:-20])

    report = await import_file(practice, file)

    assert report.problem_count == 1
    assert report.problems[0].line >= 1
    assert "the file is damaged here, or cut off" in report.problems[0].reason
    assert await sessions_of(practice) == []


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
async def test_a_file_that_is_not_compressed_as_its_name_says_is_a_problem(
    practice: Practice, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"history.csv{ending}"
    file.write_text(csv_text([row()]))

    report = await import_file(practice, file)

    assert [(problem.line, problem.column) for problem in report.problems] == [(1, None)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "shift_jis", "koi8-r"]
)
async def test_a_file_is_read_in_the_encoding_that_the_mapping_names(
    practice: Practice, tmp_path: Path, encoding: str
) -> None:
    name = {"shift_jis": "山田 太郎", "koi8-r": "Лев Толстой"}.get(encoding, "Zoë Ångström")
    file = tmp_path / "history.csv"
    file.write_bytes(csv_text([row(customer_notes=name)]).encode(encoding))

    await import_file(practice, file, mapping(encoding=encoding))

    assert [session.customer_notes for session in await sessions_of(practice)] == [name]


async def test_bytes_that_are_no_text_are_a_problem_of_their_line(
    practice: Practice, tmp_path: Path
) -> None:
    file = tmp_path / "history.csv"
    text = csv_text([row(), row(customer_notes="Gespräch"), row(), row(private_notes="Größe")])
    file.write_bytes(text.encode("latin-1"))

    report = await import_file(practice, file)

    assert [str(problem) for problem in report.problems] == [
        "line 3: holds bytes that are not text in utf-8-sig",
        "line 5: holds bytes that are not text in utf-8-sig",
    ]


async def test_a_header_that_is_no_text_is_a_problem_of_its_line(
    practice: Practice, tmp_path: Path
) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes("Straße,id\r\n".encode("latin-1"))

    report = await import_file(practice, file)

    assert [str(problem) for problem in report.problems] == [
        "line 1: holds bytes that are not text in utf-8-sig"
    ]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-16", "a,b\r\n".encode("utf-16") + b"\xd8"),
        ("utf-16", "id\r\n".encode("utf-16") + b"\x00\xd8\x00\x00\r\n"),
        ("utf-7", b"id\r\n+2AA-\r\n"),
    ],
)
async def test_what_is_no_text_in_other_encodings_is_a_problem_too(
    practice: Practice, tmp_path: Path, encoding: str, content: bytes
) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(content)
    fields = {"id": "{id}", "client_name": "A", "service": "B", "starts_at": "C", "calendar": "D"}
    using = mapping(encoding=encoding, fields={**fields, "duration_minutes": "50", "status": "E"})

    report = await import_file(practice, file, using)

    assert report.problem_count >= 1
    assert not report.written


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ('x,"an open quote\r\nand more\r\n', "a quote is opened and never closed"),
        ('x,"a "quote" inside"\r\n', "a quote inside a quoted cell must be doubled"),
        (
            f'x,"{"n" * 140_000}',
            "a cell is longer than 131,072 characters, or its quote never ends",
        ),
        (f"x,{'n' * 1_000_001}", "is longer than 1,000,000 characters"),
    ],
)
async def test_quotes_that_do_not_match_are_a_problem_of_the_line_where_the_row_begins(
    practice: Practice, tmp_path: Path, ending: str, reason: str
) -> None:
    text = csv_text([row(customer_notes="one\ntwo"), row()]) + ending

    report = await import_text(practice, tmp_path, text)

    assert [str(problem) for problem in report.problems] == [
        f"line 5: {reason}; the file was not read further"
    ]
    assert report.rows_read == 2


def rows_of(folder: Path, content: bytes, **changes: object) -> list[Row]:
    file = folder / "rows.csv"
    file.write_bytes(content)
    return list(read_rows(file, mapping(**changes)))


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n", [Row(1, ["a", "b"]), Row(2, ["1", "2"])]),
        (b"a,b\r\n1,2", [Row(1, ["a", "b"]), Row(2, ["1", "2"])]),
        (b"a,b\r1,2\r", [Row(1, ["a", "b"]), Row(2, ["1", "2"])]),
        (b"\xef\xbb\xbfa\n", [Row(1, ["a"])]),
        (
            b'"a\r\nb","c\rd\n"\r\n\r\nx,"y""z"\r\n',
            [Row(1, ["a\r\nb", "c\rd\n"]), Row(6, ["x", 'y"z'])],
        ),
        (b'a,5" pipe\n', [Row(1, ["a", '5" pipe'])]),
        (b"a\0,b\n", [Row(1, ["a\0", "b"])]),
        (b"\n , \n,,\n", []),
    ],
)
def test_rows_are_read_with_the_line_they_begin_on(
    tmp_path: Path, content: bytes, rows: list[Row]
) -> None:
    assert rows_of(tmp_path, content) == rows


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_mapping_says_what_separates_cells(tmp_path: Path, delimiter: str) -> None:
    content = f'a{delimiter}"b{delimiter}c"\n'.encode()

    assert rows_of(tmp_path, content, delimiter=delimiter) == [Row(1, ["a", f"b{delimiter}c"])]


async def test_a_decimal_comma_is_read_where_the_mapping_says_so(
    practice: Practice, tmp_path: Path
) -> None:
    prices = ["1.049,90", "0,5", "7"]
    text = csv_text([row(price=price) for price in prices])

    await import_text(practice, tmp_path, text, mapping(decimal_comma=True))

    assert [session.price_minor for session in await sessions_of(practice)] == [104_990, 50, 700]


def test_the_rows_of_a_file_are_counted_without_its_header(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(csv_text([row(customer_notes="one\ntwo"), row()]) + '\r\n"never closed')

    assert count_rows(file, mapping()) == 2
    file.write_text("")
    assert count_rows(file, mapping()) == 0


def test_long_rows_make_small_chunks() -> None:
    rows = [Row(line, ["n" * 100_000]) for line in range(1, 101)]

    sizes = [len(chunk) for chunk in in_chunks(iter(rows))]

    assert sizes == [40, 40, 20]


def test_the_rows_before_an_unreadable_one_are_handed_out() -> None:
    def rows() -> object:
        yield Row(1, ["a"])
        raise Unreadable(2, "is torn")

    chunks = in_chunks(rows())  # type: ignore[arg-type]

    assert next(chunks) == [Row(1, ["a"])]
    with pytest.raises(Unreadable, match="is torn"):
        next(chunks)
