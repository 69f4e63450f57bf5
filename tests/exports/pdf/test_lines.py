"""Lines are broken where their script allows it, and read from where it begins."""

import io

import pypdfium2
import pytest

from exports.pdf.lettering import lettered
from tests.exports.pdf.setting import folded, lines, pdf_of, pdf_of_texts, read

PAGE_WIDTH = 595.28
MARGIN = 56.69  # 2 cm, in points

HEBREW = "אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר " * 6
HAN = "今天我们讨论了睡眠和焦虑的问题，客户表示最近工作压力很大。" * 8


def ink(pdf: bytes) -> tuple[float, float]:
    """Where, from left to right, the first page has ink; in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=1).to_pil().convert("L").point(lambda v: 255 * (v < 128))
        left, _, right, _ = image.getbbox()
    return left, right


@pytest.mark.parametrize(
    "text",
    [HAN, HEBREW, "x" * 5000, "क" * 1000, "ش" * 1000, "ก" * 1000, "한" * 1000, "W" * 3000 + "漢"],
    ids=["han", "hebrew", "latin", "devanagari", "arabic", "thai", "hangul", "mixed"],
)
def test_no_line_runs_off_the_page(text: str) -> None:
    left, right = ink(pdf_of_texts(text))

    assert left >= MARGIN - 2
    assert right <= PAGE_WIDTH - MARGIN + 2


def test_lines_from_right_to_left_are_broken_in_the_order_in_which_they_are_read() -> None:
    found = lines(read(pdf_of_texts(HEBREW), "pdfium"))

    assert len(found) > 2
    assert "".join(found) == folded(HEBREW)
    assert found[0].startswith("אחת")


def test_a_paragraph_from_right_to_left_begins_at_the_right() -> None:
    left, right = ink(pdf_of_texts("שלום"))

    assert left > PAGE_WIDTH / 2
    assert right == pytest.approx(PAGE_WIDTH - MARGIN, abs=3)


def test_each_line_of_a_text_has_its_own_direction() -> None:
    left, right = ink(pdf_of_texts("one\nשלום"))

    assert left == pytest.approx(MARGIN, abs=3)
    assert right == pytest.approx(PAGE_WIDTH - MARGIN, abs=3)


def test_a_label_keeps_its_place_before_a_name_from_right_to_left() -> None:
    found = lines(read(pdf_of(f"<p>Client: {lettered('דוד')} (5)</p>"), "poppler"))

    assert found == ["Client:דוד(5)"]


def test_no_line_begins_with_a_closing_mark_of_han() -> None:
    found = lines(read(pdf_of_texts(HAN), "pdfium"))

    assert len(found) > 2
    assert [line for line in found if line[0] in "，。"] == []


def test_words_of_latin_among_han_are_not_parted() -> None:
    text = "漢字" * 18 + "Psychotherapist" + "漢字" * 40

    found = lines(read(pdf_of_texts(text), "pdfium"))

    assert any("Psychotherapist" in line for line in found)


def test_a_paragraph_goes_on_over_the_page_in_its_direction() -> None:
    text = "Latin " + HEBREW * 30
    pdf = pdf_of_texts(text)

    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        pages = [folded(page.get_textpage().get_text_range()) for page in document]

    assert len(pages) > 1
    assert "".join(pages) == folded(text)


@pytest.mark.parametrize("text", ["漢字", "กข", "مرحبا", "हिन्दी", "שלום"])
def test_lines_of_every_script_are_equally_high(text: str) -> None:
    assert height_of_lines(text) == pytest.approx(height_of_lines("abc"), abs=0.1)


def height_of_lines(text: str) -> float:
    """The height that twenty lines of a text take up, in points, with what one letter may add."""
    with pypdfium2.PdfDocument(pdf_of_texts("abc\n" + f"{text}\n" * 20 + "abc")) as document:
        page = document[0].get_textpage()
        bottoms: list[float] = [page.get_charbox(n)[1] for n in range(page.count_chars())]
    return max(bottoms) - min(bottoms)


def test_what_stands_in_a_line_is_drawn_with_text_of_any_script() -> None:
    box = "border: 1pt solid red; padding: 2pt"
    body = f'<p>{lettered("漢字")} <span style="{box}">{lettered("שלום")}</span></p>'

    with pypdfium2.PdfDocument(pdf_of(body)) as document:
        colours = document[0].render(scale=2).to_pil().convert("RGB").getcolors(maxcolors=10_000)

    assert (255, 0, 0) in [colour for _, colour in colours or []]
